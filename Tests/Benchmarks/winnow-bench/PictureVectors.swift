import ArgumentParser
import Curation
import CurationCore
import Inference

/// Vectors of pictures, made as `winnow embed` makes them.
enum PictureVectors {
    /// The embedder called `name`; without a name the best there is.
    static func embedder(_ name: String?) throws -> any Embedder {
        try EmbedStage.choose(name.map { .named($0) } ?? .automatic).embedder
    }

    /// The vectors of the pictures that can be read, in their order.
    static func matrix(
        of pictures: [(id: Sample.ID, path: String)],
        from embedder: any Embedder,
        on cores: Cores
    ) throws -> EmbeddingMatrix {
        let pieces = stride(from: 0, to: pictures.count, by: EmbedStage.pieceSize).map {
            Array(pictures[$0..<min($0 + EmbedStage.pieceSize, pictures.count)])
        }
        let parts = try cores.map(pieces) { piece in
            let pictures = piece.map { ($0.id, $0.path, ContentDigest?.none) }
            return Result { try EmbedStage.embed(pictures, with: [embedder])[0] }
        }.map { try $0.get() }
        return EmbeddingMatrix(
            samples: parts.flatMap(\.samples),
            dimension: embedder.dimension,
            values: parts.flatMap(\.values)
        )
    }
}
