package import CurationCore
import Imaging
package import Inference

/// The embedders that see a picture together: the network, if there is one, and the descriptor; or the
/// further views of the classifier.
package struct PictureEmbedders: Sendable {
    /// The embedders; the first is the one that was asked for.
    package let all: [any Embedder]
    /// Why the first is not a better one; nil when it is what was asked for.
    package let fallback: String?

    /// Pictures a call of the network: beyond this the time a picture does not fall.
    package static let pieceSize = 8

    /// The embedder that was asked for, and beside it the descriptor.
    ///
    /// The descriptor costs a hundredth of the network: proposals join both.
    ///
    /// - Throws: `CurationError.component` when a named model is missing.
    package init(_ model: EmbedStage.Model) throws {
        let descriptor = DescriptorEmbedder()
        let choice = try Self.choose(model)
        fallback = choice.fallback
        all =
            choice.embedder.id == descriptor.id ? [descriptor] : [choice.embedder, descriptor]
    }

    /// The networks of the further views, which tell what is where in a picture.
    ///
    /// They cost four times what the main network does and nobody compares their vectors: only the
    /// classifier of the review sees them.
    package static let viewNames = ["efficientnet-lite0-parts", "efficientnet-lite2-parts"]

    /// The further views.
    ///
    /// - Throws: `CurationError.component` when one of their models is missing.
    package static func views() throws -> PictureEmbedders {
        PictureEmbedders(
            all: try viewNames.map { name in
                do {
                    return try OnnxEmbedder(name, search: .ofThisProcess())
                } catch {
                    throw CurationError.component("\(error)")
                }
            }
        )
    }

    private init(all: [any Embedder]) {
        self.all = all
        fallback = nil
    }

    /// The embedder that was asked for.
    package var main: any Embedder { all[0] }

    private static func choose(
        _ model: EmbedStage.Model
    ) throws -> (embedder: any Embedder, fallback: String?) {
        switch model {
        case .descriptor: return (DescriptorEmbedder(), nil)
        case .automatic:
            let choice = EmbedderChoice(search: .ofThisProcess())
            return (choice.embedder, choice.fallbackReason)
        case .named(let name):
            if name == DescriptorEmbedder().id.name { return (DescriptorEmbedder(), nil) }
            do {
                return (try OnnxEmbedder(name, search: .ofThisProcess()), nil)
            } catch {
                throw CurationError.component("\(error)")
            }
        }
    }

    /// The vectors of decoded pictures, of each embedder those of all pictures one after the other.
    ///
    /// - Throws: `InferenceError` when an embedder cannot be run.
    package func vectors(of pictures: [PixelBuffer]) throws(InferenceError) -> [[Float]] {
        var vectors: [[Float]] = []
        for embedder in all {
            let side = embedder.inputSide
            let squares = pictures.map { $0.resized(width: side, height: side) }
            vectors.append(squares.isEmpty ? [] : try embedder.embed(squares))
        }
        return vectors
    }

    /// Joins the vectors of pieces, as `vectors(of:)` gives them, to one matrix an embedder.
    func matrices(of samples: [Sample.ID], _ pieces: [[[Float]]]) -> [(EmbeddingMatrix, EmbedderID)]
    {
        all.enumerated().map { index, embedder in
            let matrix = EmbeddingMatrix(
                samples: samples,
                dimension: embedder.dimension,
                values: pieces.flatMap { $0[index] }
            )
            return (matrix, embedder.id)
        }
    }
}
