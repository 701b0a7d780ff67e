import CurationCore

/// Finds things by an ONNX model that gives boxes and a score for each.
struct OnnxDetector: Predictor {
    var id: EmbedderID { model.id }
    var inputSide: Int { model.inputSide }

    private let model: OnnxImageModel
    private let boxes: ModelCard.Output
    private let scores: ModelCard.Output

    // Less sure ones are mostly wrong.
    private static let leastScore: Float = 0.3
    // Boxes of one thing share more.
    private static let overlap = 0.5

    /// Takes a model of boxes.
    init(_ model: OnnxImageModel) throws(InferenceError) {
        let wanted = "its card must name boxes, n x 4, and scores, n"
        let boxes = try model.output(.boxes, wanted) { $0.count == 2 && $0[1] == 4 }
        scores = try model.output(.scores, wanted) { $0 == [boxes.shape[0]] }
        (self.model, self.boxes) = (model, boxes)
    }

    func predict(
        _ image: PixelBuffer,
        width: Int,
        height: Int
    ) throws(InferenceError) -> [PredictedObject] {
        try model.checkSize(of: image)
        let found = try model.run(CollectionOfOne(image), boxes, scores)
        let (across, down) = (Double(width), Double(height))
        let likely = found[1].indices.compactMap { index -> ScoredBox? in
            let score = found[1][index]
            let edges = (0..<4).map { Double(found[0][index * 4 + $0]) }
            guard score >= Self.leastScore else { return nil }
            let box = BoundingBox(
                x: edges[1] * across,
                y: edges[0] * down,
                width: (edges[3] - edges[1]) * across,
                height: (edges[2] - edges[0]) * down
            )
            return box.clipped(width: width, height: height).map {
                ScoredBox(box: $0, category: 0, score: Double(min(score, 1)))
            }
        }
        let category = model.card.classes?.first
        return BoxFusion.suppress(likely, overlap: Self.overlap).map {
            PredictedObject(box: $0.box, outline: nil, category: category, score: $0.score)
        }
    }
}
