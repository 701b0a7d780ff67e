import ArgumentParser
import Curation
import CurationCore
import Imaging
import Inference

/// Vectors of pictures, made as `winnow embed` makes them.
enum PictureVectors {
    /// The embedder called `name`; without a name the best there is.
    static func embedder(_ name: String?) throws -> any Embedder {
        try PictureEmbedders(name.map { .named($0) } ?? .automatic).main
    }

    /// The vectors of the pictures that can be read, in their order.
    static func matrix(
        of pictures: [(id: Sample.ID, path: String)],
        from embedder: any Embedder,
        on cores: Cores
    ) throws -> EmbeddingMatrix {
        let pieces = stride(from: 0, to: pictures.count, by: PictureEmbedders.pieceSize).map {
            Array(pictures[$0..<min($0 + PictureEmbedders.pieceSize, pictures.count)])
        }
        let parts = try cores.map(pieces) { piece in
            Result { try vectors(of: piece, from: embedder) }
        }.map { try $0.get() }
        return EmbeddingMatrix(
            samples: parts.flatMap(\.samples),
            dimension: embedder.dimension,
            values: parts.flatMap(\.values)
        )
    }

    private static func vectors(
        of pictures: [(id: Sample.ID, path: String)],
        from embedder: any Embedder
    ) throws -> (samples: [Sample.ID], values: [Float]) {
        let side = embedder.inputSide
        let read = pictures.compactMap { picture -> (Sample.ID, PixelBuffer)? in
            guard let bytes = try? PictureFile.read(picture.path),
                let image = try? ImageDecoder().decode(bytes, atLeast: SampleReader.decodedSide)
            else { return nil }
            return (picture.id, image.pixels.resized(width: side, height: side))
        }
        return (read.map(\.0), read.isEmpty ? [] : try embedder.embed(read.map(\.1)))
    }
}
