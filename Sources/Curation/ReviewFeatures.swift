import CurationCore
import Inference
import Learning
import Storage
import Synchronization

/// What the classifier sees of each picture: the vectors of all embedders joined and projected.
///
/// The projections take seconds, so they are kept with the vectors until a picture comes or goes.
struct ReviewFeatures: Sendable {
    /// The name under which the projected vectors are kept.
    static let name = "projection"

    /// The samples, in the order of the rows.
    let samples: [Sample.ID]
    /// Matrices of a row a sample, one for each head of the classifier; the first sees most.
    let matrices: [Matrix]
    /// Which vectors these are.
    let digest: ContentDigest
    private let grouped: Grouped

    /// Reads the kept projections, or computes and keeps them.
    ///
    /// - Throws: `CurationError.input` before anything was embedded.
    init(of dataset: Dataset, unlessEqualTo known: ReviewFeatures? = nil) throws {
        let store = dataset.store
        guard let plan = try ProjectionPlan(of: dataset) else {
            throw CurationError.input("no picture has a vector yet: run `winnow embed` first")
        }
        if let known, known.digest == plan.digest {
            self = known
            return
        }
        let id = EmbedderID(name: Self.name, digest: plan.digest)
        let rows = try rephrasing { () throws in
            if try store.embedders().contains(where: { $0.id == id && $0.count == plan.count }),
                try store.hasWholeFile(id)
            {
                return try store.embeddings(from: id)
            }
            let rows = try plan.project(store)
            try store.removeEmbeddings(named: Self.name)
            try store.add([(rows, id)])
            return rows
        }
        grouped = Grouped()
        digest = plan.digest
        samples = rows.samples
        matrices = Matrix(rows: rows.count, columns: rows.dimension, values: rows.values)
            .splitting(into: plan.groups.count)
    }
}

extension ReviewFeatures {
    /// The groups that were made last; copies of the features share them.
    private final class Grouped: Sendable {
        let last = Mutex<(count: Int, seed: UInt64, clusters: [[Int]])?>(nil)
    }

    // A first screen shows a few rows of a group: more rows in it would make no better screens.
    private static let mostGrouped = 20_000

    /// Groups of rows, by the features that see most.
    func clusters(_ count: Int, seed: UInt64) -> [[Int]] {
        grouped.last.withLock { last in
            if let last, last.count == count, last.seed == seed { return last.clusters }
            let clusters = KMeans(
                matrices[0],
                count: count,
                seed: seed,
                most: Self.mostGrouped
            ).clusters
            last = (count, seed, clusters)
            return clusters
        }
    }
}

/// Which vectors are joined for each head of the classifier, and how they are projected.
private struct ProjectionPlan {
    /// Vectors of one embedder in a group, and how much they count.
    typealias Part = (embedder: Int, weight: Float)

    // More rows would not turn the axes any more, only take time; and memory has its limit.
    private static let fittedRows = 4000
    private static let fittedNumbers = 16_000_000

    private let embedders: [StoredEmbedder]
    /// What each head sees.
    let groups: [[Part]]
    /// Pictures that have all the vectors.
    let count: Int
    /// Names the vectors, their joining and the pictures.
    let digest: ContentDigest

    /// Plans for the vectors that all embedded pictures have; nil before anything was embedded.
    ///
    /// The descriptor adds what networks do not see, but knows less; these weights served best.
    init?(of dataset: Dataset) throws {
        guard let main = try dataset.mainEmbedder() else { return nil }
        let stored = try rephrasing { () throws in try dataset.store.embedders() }
            .filter { $0.count == main.count }
        let descriptor = stored.first {
            $0.id.name == DescriptorEmbedder().id.name && $0.id != main.id
        }
        let views = PictureEmbedders.viewNames.compactMap { name in
            stored.first { $0.id.name == name }
        }
        let beside = descriptor.map { [$0] } ?? []
        if views.count == PictureEmbedders.viewNames.count {
            embedders = views + beside
            let small = beside.map { _ in (views.count, Float(0.7)) }
            let whole = views.indices.map { ($0, Float(1)) } + beside.map { _ in (views.count, 1) }
            groups = [whole] + views.indices.map { [($0, Float(1))] + small }
        } else {
            embedders = [main] + beside
            groups = [[(0, 1)] + beside.map { _ in (1, Float(0.7)) }]
        }
        count = main.count
        let all = try rephrasing { () throws in try dataset.store.sampleCount() }
        let names = embedders.map { "\($0.id.name) \($0.id.digest) \($0.count)" }
        digest = ContentDigest(of: (names + ["\(all)"]).joined(separator: "\n"))
    }

    /// Fits the projections on some of the pictures and applies them to all, block by block.
    ///
    /// A row has the numbers of all groups, each filled up with zeros to the same width.
    func project(_ store: DatasetStore) throws -> EmbeddingMatrix {
        let readers = try embedders.map { try store.vectors(from: $0.id) }
        let samples = readers[0].samples
        func vectors(_ some: some Collection<Sample.ID>) throws -> [[Float]] {
            try readers.map { reader in try some.flatMap { try reader.vector(of: $0) ?? [] } }
        }
        let numbers = embedders.reduce(0) { $0 + $1.dimension }
        let limit = min(samples.count, Self.fittedRows, max(1, Self.fittedNumbers / numbers))
        let step = Double(samples.count) / Double(max(limit, 1))
        let fitted = try vectors((0..<limit).map { samples[Int(Double($0) * step)] })
        let projections = WorkerPool.map(groups) { group in
            FeatureProjection(fitting: blocks(group, fitted))
        }
        // A single picture, or nothing but copies of one: there is no direction to tell apart.
        let width = max(1, projections.map(\.dimension).max() ?? 1)
        var values: [Float] = []
        values.reserveCapacity(samples.count * width * groups.count)
        for start in stride(from: 0, to: samples.count, by: max(limit, 1)) {
            let some = samples[start..<min(start + limit, samples.count)]
            let read = try vectors(some)
            let projected = WorkerPool.map(Array(groups.indices)) { group in
                projections[group].project(blocks(groups[group], read))
            }
            for row in some.indices.map({ $0 - some.startIndex }) {
                for (projection, numbers) in zip(projections, projected) {
                    let own = projection.dimension
                    values += numbers[row * own..<(row + 1) * own]
                    values += [Float](repeating: 0, count: width - own)
                }
            }
        }
        return EmbeddingMatrix(
            samples: samples,
            dimension: width * groups.count,
            values: values
        )
    }

    private func blocks(_ group: [Part], _ vectors: [[Float]]) -> [FeatureBlock] {
        group.map { part in
            FeatureBlock(
                dimension: embedders[part.embedder].dimension,
                weight: part.weight,
                values: vectors[part.embedder]
            )
        }
    }
}

extension Matrix {
    /// As many matrices of the same rows, side by side in this one.
    fileprivate func splitting(into count: Int) -> [Matrix] {
        guard count > 1 else { return [self] }
        let width = columns / count
        return (0..<count).map { part in
            var own = Matrix(rows: rows, columns: width)
            for row in 0..<rows {
                for column in 0..<width { own[row, column] = self[row, part * width + column] }
            }
            return own
        }
    }
}
