package import CurationCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Says what pictures show, in the classes that an ONNX model was trained for.
package struct ImageClassifier: Sendable {
    /// Which model it is.
    package var id: EmbedderID { model.id }
    /// The names of its classes.
    package let names: [String]
    /// Pixels across and down of the images it takes; the caller squeezes them to that square.
    package var inputSide: Int { model.inputSide }

    private let model: OnnxImageModel
    private let output: ModelCard.Output

    /// Reads the model that `search` finds under `name`, and the names of its classes.
    ///
    /// - Throws: `InferenceError` when it, its names or its runtime is missing or damaged.
    package init(_ name: String, search: DependencySearch) throws(InferenceError) {
        model = try OnnxImageModel(name, search: search)
        output = try model.output(.logits, "its card names no logits")
        let folder = try search.modelFolder(of: name)
        let labels = model.card.labels
        guard let labels,
            let file = try? Data(contentsOf: URL(filePath: "\(folder)/\(labels.file)")),
            ContentDigest(of: [UInt8](file)) == labels.sha256,
            let names = try? JSONDecoder().decode([String].self, from: file),
            [names.count] == output.shape
        else {
            throw .modelUnusable(
                path: model.path,
                reason: "its card names no file of its classes, or the file is not the one it names"
            )
        }
        self.names = names
    }

    /// The score of each class for an image, before the softmax.
    ///
    /// May be called by many threads at once.
    ///
    /// - Throws: `InferenceError.wrongImageSize`, `.runFailed`.
    package func scores(_ image: PixelBuffer) throws(InferenceError) -> [Float] {
        try model.checkSize(of: image)
        return try model.run(CollectionOfOne(image), output)[0]
    }
}
