import CurationCore
import Inference
import Learning
import Storage

/// What the classifier sees of each picture: the vectors of all embedders joined and projected.
///
/// The projection takes a second, so it is kept with the vectors until a picture comes or goes.
struct ReviewFeatures: Sendable {
    /// The name under which the projected vectors are kept.
    static let name = "projection"
    // The descriptor adds what the network does not see, but knows less; this share served best.
    private static let descriptorWeight: Float = 0.7

    /// The samples, in the order of the rows.
    let samples: [Sample.ID]
    /// A row a sample.
    let matrix: Matrix
    /// Which vectors these are.
    let digest: ContentDigest

    /// Reads the kept projection, or computes and keeps it.
    ///
    /// - Throws: `CurationError.input` before anything was embedded.
    init(of dataset: Dataset, unlessEqualTo known: ReviewFeatures? = nil) throws {
        let store = dataset.store
        let embedders = try rephrasing { () throws in try store.embedders() }
        guard let main = try dataset.mainEmbedder() else {
            throw CurationError.input("no picture has a vector yet: run `winnow embed` first")
        }
        let descriptor = embedders.first {
            $0.id.name == DescriptorEmbedder().id.name && $0.id != main.id && $0.count == main.count
        }
        let parts = [main] + (descriptor.map { [$0] } ?? [])
        let digest = try Self.digest(parts, store)
        if let known, known.digest == digest {
            self = known
            return
        }
        self.digest = digest
        let id = EmbedderID(name: Self.name, digest: digest)
        if let kept = embedders.first(where: { $0.id == id && $0.count == main.count }) {
            let rows = try rephrasing { () throws in try store.embeddings(from: kept.id) }
            samples = rows.samples
            matrix = Matrix(rows: rows.count, columns: rows.dimension, values: rows.values)
            return
        }
        let rows = try Self.project(parts, store)
        try rephrasing { () throws in
            try store.removeEmbeddings(named: Self.name)
            try store.add(rows, from: id)
        }
        samples = rows.samples
        matrix = Matrix(rows: rows.count, columns: rows.dimension, values: rows.values)
    }

    private static func project(
        _ parts: [StoredEmbedder],
        _ store: DatasetStore
    ) throws -> EmbeddingMatrix {
        let matrices = try rephrasing { () throws in
            try parts.map { try store.embeddings(from: $0.id) }
        }
        let samples = matrices[0].samples
        let blocks = matrices.enumerated().filter { $0.element.samples == samples }.map {
            FeatureBlock(
                dimension: $0.element.dimension,
                weight: $0.offset == 0 ? 1 : descriptorWeight,
                values: $0.element.values
            )
        }
        let projection = FeatureProjection(fitting: blocks)
        guard projection.dimension > 0 else {
            // A single picture, or nothing but copies of one: there is no direction to tell apart.
            let zeros = [Float](repeating: 0, count: samples.count)
            return EmbeddingMatrix(samples: samples, dimension: 1, values: zeros)
        }
        return EmbeddingMatrix(
            samples: samples,
            dimension: projection.dimension,
            values: projection.project(blocks)
        )
    }

    private static func digest(
        _ parts: [StoredEmbedder],
        _ store: DatasetStore
    ) throws -> ContentDigest {
        let count = try rephrasing { () throws in try store.sampleCount() }
        let names = parts.map { "\($0.id.name) \($0.id.digest) \($0.count)" }
        return ContentDigest(of: (names + ["\(count)"]).joined(separator: "\n"))
    }
}
