package import CurationCore

/// Embeds with an ONNX model, described by its card.
package struct OnnxEmbedder: Embedder {
    package let id: EmbedderID
    package let dimension: Int
    package var inputSide: Int { card.input.side }

    private let card: ModelCard
    private let output: ModelCard.Output
    private let session: OnnxSession
    private let tensor: ImageTensor

    /// Images run together; more outgrow the caches: 8 took about a quarter more time an image.
    private static let batchSize = 2

    /// Reads the model that `search` finds under `name`, and checks its digest.
    package init(
        _ name: String,
        search: DependencySearch
    ) throws(InferenceError) {
        let folder = try search.modelFolder(of: name)
        let card = try ModelCard.read(name, in: folder)
        try card.verifyFile(in: folder)
        try self.init(card: card, folder: folder, runtime: try search.loadRuntime())
    }

    /// Reads the model that `card` describes in `folder`, without checking its digest.
    package init(card: ModelCard, folder: String, runtime: OnnxRuntime) throws(InferenceError) {
        let path = "\(folder)/\(card.file)"
        guard let output = card.outputs.first(where: { $0.role == .embedding }) else {
            throw .modelUnusable(path: path, reason: "its card names no output of role embedding")
        }
        self.card = card
        self.output = output
        session = try OnnxSession(model: path, runtime: runtime)
        id = EmbedderID(name: card.name, digest: card.digest)
        dimension = output.shape.reduce(1, *)
        tensor = ImageTensor(card.input)
    }

    package func embed(_ images: [PixelBuffer]) throws(InferenceError) -> [Float] {
        try checkSizes(of: images)
        var vectors: [Float] = []
        vectors.reserveCapacity(images.count * dimension)
        for start in stride(from: 0, to: images.count, by: Self.batchSize) {
            let batch = images[start..<min(start + Self.batchSize, images.count)]
            vectors += try session.run(
                card.input.name,
                tensor.planes(of: batch),
                shape: [batch.count, 3, inputSide, inputSide],
                output: output.name,
                outputShape: [batch.count] + output.shape
            )
        }
        guard vectors.allSatisfy(\.isFinite) else {
            throw .runFailed(path: session.path, reason: "it gave numbers that are not finite")
        }
        return vectors
    }
}
