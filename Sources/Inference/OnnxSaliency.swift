import CurationCore

/// Finds what stands out in a picture, of no class, by an ONNX model that gives a mask.
struct OnnxSaliency: Predictor {
    var id: EmbedderID { model.id }
    var inputSide: Int { model.inputSide }

    private let model: OnnxImageModel
    private let output: ModelCard.Output

    /// The least and the most share of a picture that a thing covers: less is noise, more the picture.
    private static let shares = 0.001...0.95
    // The mask is stretched to 0...1 before it is cut, so there must be something to stretch.
    private static let leastSpread: Float = 0.2
    // In pixels of the mask.
    private static let tolerance = 1.0

    /// Takes a model of masks.
    init(_ model: OnnxImageModel) throws(InferenceError) {
        let side = model.inputSide
        output = try model.output(.mask, "its card must name a mask as large as its input") {
            $0 == [1, side, side]
        }
        self.model = model
    }

    func predict(
        _ image: PixelBuffer,
        width: Int,
        height: Int
    ) throws(InferenceError) -> [PredictedObject] {
        try model.checkSize(of: image)
        let values = try model.run(CollectionOfOne(image), output)[0]
        guard let least = values.min(), let most = values.max(),
            most - least >= Self.leastSpread
        else { return [] }
        let sureness = values.map { ($0 - least) / (most - least) }
        let area = Double(inputSide * inputSide)
        return MaskRegion.regions(
            of: sureness.map { $0 >= 0.5 },
            width: inputSide,
            height: inputSide,
            atLeast: Int(Self.shares.lowerBound * area)
        ).filter { Self.shares.contains(Double($0.area) / area) }
            .compactMap { object($0, sureness, width: width, height: height) }
            .sorted { $0.score > $1.score }
    }

    /// A region of the mask as a thing of the picture; its score is how sure the mask is there.
    private func object(
        _ region: MaskRegion,
        _ sureness: [Float],
        width: Int,
        height: Int
    ) -> PredictedObject? {
        let ring = region.outline
        let (across, down) = (Double(width) / Double(inputSide), Double(height) / Double(inputSide))
        guard let corners = Polygon.simplified(ring, tolerance: Self.tolerance)?.rings[0] else {
            return nil
        }
        let scaled = corners.enumerated().map { index, value in
            (value * (index.isMultiple(of: 2) ? across : down) * 10).rounded() / 10
        }
        guard let outline = try? Polygon(rings: [scaled]) else { return nil }
        var sum: Float = 0
        for (index, isIn) in region.pixels.enumerated() where isIn { sum += sureness[index] }
        return PredictedObject(
            box: outline.boundingBox,
            outline: outline,
            category: nil,
            score: Double(sum) / Double(region.area)
        )
    }
}
