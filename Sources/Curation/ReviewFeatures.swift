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

    // More rows would not turn the axes any more, only take memory.
    private static let fittedRows = 4000

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
        // The descriptor is joined only where every picture has both.
        let descriptor = embedders.first {
            $0.id.name == DescriptorEmbedder().id.name && $0.id != main.id && $0.count == main.count
        }
        let parts = [main] + (descriptor.map { [$0] } ?? [])
        let digest = try Self.digest(parts, store)
        if let known, known.digest == digest {
            self = known
            return
        }
        let id = EmbedderID(name: Self.name, digest: digest)
        if let kept = embedders.first(where: { $0.id == id && $0.count == main.count }),
            try rephrasing({ () throws in try store.hasWholeFile(id) })
        {
            let rows = try rephrasing { () throws in try store.embeddings(from: kept.id) }
            self.digest = digest
            samples = rows.samples
            matrix = Matrix(rows: rows.count, columns: rows.dimension, values: rows.values)
            return
        }
        let rows = try Self.project(parts, store)
        self.digest = digest
        try rephrasing { () throws in
            try store.removeEmbeddings(named: Self.name)
            try store.add([(rows, id)])
        }
        samples = rows.samples
        matrix = Matrix(rows: rows.count, columns: rows.dimension, values: rows.values)
    }

    /// Fits the projection on some of the pictures and applies it to all, block by block.
    private static func project(
        _ parts: [StoredEmbedder],
        _ store: DatasetStore
    ) throws -> EmbeddingMatrix {
        try rephrasing { () throws in
            let readers = try parts.map { try store.vectors(from: $0.id) }
            let samples = readers[0].samples
            func blocks(_ some: some Collection<Sample.ID>) throws -> [FeatureBlock] {
                try zip(readers, parts).enumerated().map { index, part in
                    FeatureBlock(
                        dimension: part.1.dimension,
                        weight: index == 0 ? 1 : descriptorWeight,
                        values: try some.flatMap { try part.0.vector(of: $0) ?? [] }
                    )
                }
            }
            let step = max(1, Double(samples.count) / Double(fittedRows))
            let fitted = (0..<min(samples.count, fittedRows)).map {
                samples[Int(Double($0) * step)]
            }
            let projection = FeatureProjection(fitting: try blocks(fitted))
            guard projection.dimension > 0 else {
                // A single picture, or nothing but copies of one: there is no direction to tell apart.
                let zeros = [Float](repeating: 0, count: samples.count)
                return EmbeddingMatrix(samples: samples, dimension: 1, values: zeros)
            }
            var values: [Float] = []
            values.reserveCapacity(samples.count * projection.dimension)
            for start in stride(from: 0, to: samples.count, by: fittedRows) {
                let some = samples[start..<min(start + fittedRows, samples.count)]
                values += projection.project(try blocks(some))
            }
            return EmbeddingMatrix(
                samples: samples,
                dimension: projection.dimension,
                values: values
            )
        }
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
