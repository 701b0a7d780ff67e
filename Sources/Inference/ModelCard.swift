package import CurationCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a model file is, and how pixels are prepared for it: the file `<name>.card.json`.
package struct ModelCard: Sendable, Equatable, Codable {
    /// The short name, for example `efficientnet-lite0`.
    package let name: String
    /// The model file, beside the card.
    package let file: String
    /// The digest of the model file.
    package let sha256: ContentDigest
    /// What goes in.
    package let input: Input
    /// What comes out.
    package let outputs: [Output]
    /// The file with the names of its classes, if it has many.
    package let labels: Labels?
    /// The names of its classes, if it has few.
    package let classes: [String]?
    /// The licence of the weights.
    package let licence: String
    /// Where the weights come from.
    package let source: String

    /// The image that a model takes: square, one number a pixel and channel.
    package struct Input: Sendable, Equatable, Codable {
        /// The name of the tensor.
        package let name: String
        /// Pixels across and down.
        package let side: Int
        /// The order of the dimensions.
        package let layout: Layout
        /// The order of the channels.
        package let channels: Channels
        /// Subtracted from the bytes of each channel.
        package let mean: [Float]
        /// Divides what is left of each channel.
        package let std: [Float]
    }

    /// The order of an image tensor's dimensions.
    package enum Layout: String, Sendable, Codable {
        /// Batch, channels, height, width.
        case planar = "NCHW"
    }

    /// The order of an image tensor's channels.
    package enum Channels: String, Sendable, Codable {
        /// Red, green, blue.
        case rgb = "RGB"
    }

    /// One tensor that a model gives.
    package struct Output: Sendable, Equatable, Codable {
        /// The name of the tensor.
        package let name: String
        /// What its numbers are.
        package let role: Role
        /// Its dimensions for one image.
        package let shape: [Int]
    }

    /// What the numbers of an output are.
    package enum Role: String, Sendable, Codable {
        /// A vector that is close for similar pictures.
        case embedding
        /// For each place of the picture a vector: channels, rows, columns.
        case features
        /// One score a class, before the softmax.
        case logits
        /// Boxes as y0, x0, y1, x1 in 0...1.
        case boxes
        /// One score a box, in 0...1.
        case scores
        /// One number a pixel, the higher the more it belongs to the foreground.
        case mask
    }

    /// The file with the names of the classes: a JSON array of strings, beside the card.
    package struct Labels: Sendable, Equatable, Codable {
        /// The file, beside the card.
        package let file: String
        /// Its digest.
        package let sha256: ContentDigest
    }

    /// Reads the card of the model called `name` in `folder`.
    package static func read(
        _ name: String,
        in folder: String
    ) throws(InferenceError) -> ModelCard {
        let path = "\(folder)/\(name).card.json"
        let card: ModelCard
        do {
            card = try JSONDecoder().decode(
                ModelCard.self,
                from: try Data(contentsOf: URL(filePath: path))
            )
        } catch {
            throw .cardUnreadable(path: path, reason: reason(of: error))
        }
        if let problem = card.problem { throw .cardUnreadable(path: path, reason: problem) }
        return card
    }

    /// Reads the whole model file in `folder`, and throws unless it is the one described here.
    package func verifyFile(in folder: String) throws(InferenceError) {
        let path = "\(folder)/\(file)"
        guard let content = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        else { throw .modelNotFound(name: name, searched: [folder]) }
        var hasher = ContentHasher()
        var start = content.startIndex
        while start < content.endIndex {
            let end = min(start + 1 << 20, content.endIndex)
            hasher.update([UInt8](content[start..<end]))
            start = end
        }
        let found = hasher.finish()
        guard found == sha256 else {
            throw .modelDamaged(path: path, expected: sha256, found: found)
        }
    }

    /// The digest of the model and of how pixels are prepared for it.
    package var digest: ContentDigest {
        ContentDigest(
            of: """
                \(sha256) \(input.side) \(input.layout.rawValue) \(input.channels.rawValue) \
                \(input.mean) \(input.std)
                """
        )
    }

    /// What is wrong with the numbers; nil when nothing is.
    private var problem: String? {
        if !(1...4096).contains(input.side) { return "input.side must be from 1 to 4096" }
        if input.mean.count != 3 { return "input.mean must have 3 numbers" }
        if input.std.count != 3 || input.std.contains(where: { !($0 > 0) }) {
            return "input.std must have 3 numbers above 0"
        }
        if outputs.isEmpty { return "outputs must not be empty" }
        if outputs.contains(where: { $0.shape.contains { !(1...1 << 24).contains($0) } }) {
            return "the shape of an output must have numbers from 1 to 16777216"
        }
        if [file, labels?.file ?? ""].contains(where: { $0.contains("/") }) {
            return "file must be a name without a folder"
        }
        return nil
    }

    private static func reason(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            (context.codingPath.map(\.stringValue) + [context.debugDescription])
                .joined(separator: ": ")
        default: "\(error)"
        }
    }
}
