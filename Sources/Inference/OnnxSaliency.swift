import CurationCore

/// Finds what stands out in a picture, of no class, by an ONNX model that gives a mask.
struct OnnxSaliency: Predictor {
    let id: EmbedderID
    var inputSide: Int { card.input.side }

    private let card: ModelCard
    private let output: ModelCard.Output
    private let session: OnnxSession
    private let tensor: ImageTensor

    /// The least and the most share of a picture that a thing covers: less is noise, more the picture.
    private static let shares = 0.001...0.95
    // The mask is stretched to 0...1 before it is cut, so there must be something to stretch.
    private static let leastSpread: Float = 0.2
    // In pixels of the mask.
    private static let tolerance = 1.0

    /// Reads the model that `card` describes in `folder`, without checking its digest.
    init(card: ModelCard, folder: String, runtime: OnnxRuntime) throws(InferenceError) {
        let path = "\(folder)/\(card.file)"
        guard let output = card.outputs.first(where: { $0.role == .mask }),
            output.shape == [1, card.input.side, card.input.side]
        else {
            throw .modelUnusable(
                path: path,
                reason: "its card must name a mask as large as its input"
            )
        }
        (self.card, self.output) = (card, output)
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
        let values = try session.run(
            card.input.name,
            tensor.planes(of: CollectionOfOne(image)),
            shape: [1, 3, inputSide, inputSide],
            output: output.name,
            outputShape: [1] + output.shape
        )
        guard values.allSatisfy(\.isFinite), let least = values.min(), let most = values.max(),
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
