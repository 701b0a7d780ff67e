package import CurationCore

/// Why a model could not be found, read or run.
package enum InferenceError: Error, Equatable {
    /// There is no ONNX Runtime in any of these places.
    case runtimeNotFound(searched: [String])
    /// The library at `path` cannot be used as ONNX Runtime.
    case runtimeUnusable(path: String, reason: String)
    /// There is no file of this name in any of these folders.
    case modelNotFound(name: String, searched: [String])
    /// The model card at `path` cannot be read.
    case cardUnreadable(path: String, reason: String)
    /// The model file is not the one its card describes.
    case modelDamaged(path: String, expected: ContentDigest, found: ContentDigest)
    /// The model at `path` cannot be used.
    case modelUnusable(path: String, reason: String)
    /// Running the model at `path` failed.
    case runFailed(path: String, reason: String)
    /// An image does not have the size the embedder works on.
    case wrongImageSize(expectedSide: Int, width: Int, height: Int)
}

// MARK: - CustomStringConvertible

extension InferenceError: CustomStringConvertible {
    /// What failed, on which file, and what to do.
    package var description: String {
        switch self {
        case .runtimeNotFound(let searched):
            """
            ONNX Runtime was not found (searched: \(Self.list(searched))); run scripts/setup, or \
            set WINNOW_ONNXRUNTIME to its library file
            """
        case .runtimeUnusable(let path, let reason):
            """
            \(path) cannot be used as ONNX Runtime: \(reason); run scripts/setup, or set \
            WINNOW_ONNXRUNTIME to another library file
            """
        case .modelNotFound(let name, let searched):
            """
            the model \(name) was not found (searched: \(Self.list(searched))); run \
            scripts/setup, or set WINNOW_DEPS to the folder that has models/\(name).card.json
            """
        case .cardUnreadable(let path, let reason):
            "the model card \(path) cannot be read: \(reason); restore it with scripts/setup"
        case .modelDamaged(let path, let expected, let found):
            """
            \(path) is damaged or another model: its SHA-256 is \(found), its card says \
            \(expected); delete it and run scripts/setup
            """
        case .modelUnusable(let path, let reason):
            "the model \(path) cannot be used: \(reason)"
        case .runFailed(let path, let reason):
            "running the model \(path) failed: \(reason)"
        case .wrongImageSize(let side, let width, let height):
            """
            an image of \(width) x \(height) pixels came to an embedder of \(side) x \(side); \
            resize it first
            """
        }
    }

    private static func list(_ places: [String]) -> String {
        places.isEmpty ? "no folder" : places.joined(separator: ", ")
    }
}
