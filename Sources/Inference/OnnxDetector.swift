import CurationCore

/// Finds things by an ONNX model that gives boxes and a score for each.
struct OnnxDetector: Predictor {
    let id: EmbedderID
    var inputSide: Int { card.input.side }

    private let card: ModelCard
    private let boxes: ModelCard.Output
    private let scores: ModelCard.Output
    private let session: OnnxSession
    private let tensor: ImageTensor

    // Less sure ones are mostly wrong.
    private static let leastScore: Float = 0.3
    // Boxes of one thing share more.
    private static let overlap = 0.5

    /// Reads the model that `card` describes in `folder`, without checking its digest.
    init(card: ModelCard, folder: String, runtime: OnnxRuntime) throws(InferenceError) {
        let path = "\(folder)/\(card.file)"
        guard let boxes = card.outputs.first(where: { $0.role == .boxes }),
            let scores = card.outputs.first(where: { $0.role == .scores }),
            boxes.shape.count == 2, boxes.shape[1] == 4, scores.shape == [boxes.shape[0]]
        else {
            throw .modelUnusable(
                path: path,
                reason: "its card must name boxes, n x 4, and scores, n"
            )
        }
        (self.card, self.boxes, self.scores) = (card, boxes, scores)
        session = try OnnxSession(model: path, runtime: runtime)
        tensor = ImageTensor(card.input)
        id = EmbedderID(name: card.name, digest: card.digest)
    }

    func predict(
        _ image: PixelBuffer,
        width: Int,
        height: Int
    ) throws(InferenceError) -> [PredictedObject] {
        guard image.width == inputSide, image.height == inputSide else {
            throw .wrongImageSize(
                expectedSide: inputSide,
                width: image.width,
                height: image.height
            )
        }
        let found = try session.run(
            card.input.name,
            tensor.planes(of: CollectionOfOne(image)),
            shape: [1, 3, inputSide, inputSide],
            outputs: [(boxes.name, [1] + boxes.shape), (scores.name, [1] + scores.shape)]
        )
        let (across, down) = (Double(width), Double(height))
        let likely = found[1].indices.compactMap { index -> ScoredBox? in
            let score = found[1][index]
            let edges = (0..<4).map { Double(found[0][index * 4 + $0]) }
            guard score >= Self.leastScore, edges.allSatisfy(\.isFinite) else { return nil }
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
        let category = card.classes?.first
        return BoxFusion.suppress(likely, overlap: Self.overlap).map {
            PredictedObject(box: $0.box, outline: nil, category: category, score: $0.score)
        }
    }
}
