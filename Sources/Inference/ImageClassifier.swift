package import CurationCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Says what pictures show, in the classes that an ONNX model was trained for.
package struct ImageClassifier: Sendable {
    /// Which model it is.
    package let id: EmbedderID
    /// The names of its classes.
    package let names: [String]
    /// Pixels across and down of the images it takes; the caller squeezes them to that square.
    package var inputSide: Int { card.input.side }

    private let card: ModelCard
    private let output: ModelCard.Output
    private let session: OnnxSession
    private let tensor: ImageTensor

    /// Reads the model that `search` finds under `name`, and the names of its classes.
    ///
    /// - Throws: `InferenceError` when it, its names or its runtime is missing or damaged.
    package init(_ name: String, search: DependencySearch) throws(InferenceError) {
        let folder = try search.modelFolder(of: name)
        card = try ModelCard.read(name, in: folder)
        try card.verifyFile(in: folder)
        let path = "\(folder)/\(card.file)"
        guard let labels = card.labels,
            let output = card.outputs.first(where: { $0.role == .logits })
        else {
            throw .modelUnusable(path: path, reason: "its card names no logits, or no labels")
        }
        guard let file = try? Data(contentsOf: URL(filePath: "\(folder)/\(labels.file)")),
            ContentDigest(of: [UInt8](file)) == labels.sha256,
            let names = try? JSONDecoder().decode([String].self, from: file),
            [names.count] == output.shape
        else {
            throw .modelUnusable(
                path: path,
                reason: "the names of its classes, \(labels.file), are not those of the card"
            )
        }
        (self.output, self.names) = (output, names)
        session = try OnnxSession(model: path, runtime: try search.loadRuntime())
        tensor = ImageTensor(card.input)
        id = EmbedderID(name: card.name, digest: card.digest)
    }

    /// The score of each class for an image, before the softmax.
    ///
    /// May be called by many threads at once.
    ///
    /// - Throws: `InferenceError.wrongImageSize`, `.runFailed`.
    package func scores(_ image: PixelBuffer) throws(InferenceError) -> [Float] {
        guard image.width == inputSide, image.height == inputSide else {
            throw .wrongImageSize(
                expectedSide: inputSide,
                width: image.width,
                height: image.height
            )
        }
        return try session.run(
            card.input.name,
            tensor.planes(of: CollectionOfOne(image)),
            shape: [1, 3, inputSide, inputSide],
            output: output.name,
            outputShape: [1] + output.shape
        )
    }
}
