package import CurationCore

/// Embeds with an ONNX model, described by its card.
package struct OnnxEmbedder: Embedder {
    package var id: EmbedderID { model.id }
    package let dimension: Int
    package var inputSide: Int { model.inputSide }

    private let model: OnnxImageModel
    private let output: ModelCard.Output

    /// Images run together; more outgrow the caches: 8 took about a quarter more time an image.
    private static let batchSize = 2

    /// Reads the model that `search` finds under `name`, and checks its digest.
    package init(
        _ name: String,
        search: DependencySearch
    ) throws(InferenceError) {
        try self.init(try OnnxImageModel(name, search: search))
    }

    /// Reads the model that `card` describes in `folder`, without checking its digest.
    package init(card: ModelCard, folder: String, runtime: OnnxRuntime) throws(InferenceError) {
        try self.init(try OnnxImageModel(card: card, folder: folder, runtime: runtime))
    }

    private init(_ model: OnnxImageModel) throws(InferenceError) {
        output = try model.output(.embedding, "its card names no output of role embedding")
        self.model = model
        dimension = output.shape.reduce(1, *)
    }

    package func embed(_ images: [PixelBuffer]) throws(InferenceError) -> [Float] {
        try checkSizes(of: images)
        var vectors: [Float] = []
        vectors.reserveCapacity(images.count * dimension)
        for start in stride(from: 0, to: images.count, by: Self.batchSize) {
            let batch = images[start..<min(start + Self.batchSize, images.count)]
            vectors += try model.run(batch, output)[0]
        }
        return vectors
    }
}
