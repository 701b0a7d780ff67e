import CurationCore
import Learning

/// The order in which pictures are looked at: each of the first unlike those before it, as their vectors
/// say (farthest-first traversal, Gonzalez 1985), the others at random.
struct PictureOrder {
    // Later ones differ too little from what was seen.
    private static let diverse = 32
    private static let seed: UInt64 = 1

    private let ranks: [Sample.ID: Int]
    private let features: ReviewFeatures?

    /// Looks at the vectors, where there are any, unless they are those of `known`.
    init(of dataset: Dataset, unlessEqualTo known: PictureOrder? = nil) throws {
        guard try dataset.mainEmbedder() != nil else {
            ranks = [:]
            features = nil
            return
        }
        let features = try ReviewFeatures(of: dataset, unlessEqualTo: known?.features)
        if let known, known.features?.digest == features.digest {
            self = known
            return
        }
        self.features = features
        let matrix = features.matrices[0]
        var distances = [Float](repeating: .infinity, count: matrix.rows)
        var chosen: [Int] = []
        // The first one is the picture that is most like all others: the shortest vector.
        var next = (0..<matrix.rows).min { matrix.squaredNorm($0) < matrix.squaredNorm($1) }
        while let row = next, chosen.count < Self.diverse {
            chosen.append(row)
            for other in distances.indices {
                let apart =
                    matrix.squaredNorm(row) + matrix.squaredNorm(other)
                    - 2 * matrix.dot(row, matrix, other)
                distances[other] = min(distances[other], apart)
            }
            distances[row] = 0
            next = distances.indices.max { (distances[$0], $1) < (distances[$1], $0) }
            if let found = next, distances[found] <= 0 { next = nil }
        }
        ranks = Dictionary(
            uniqueKeysWithValues: chosen.enumerated().map { (features.samples[$1], $0) }
        )
    }

    /// The pictures in that order; the same ones come in the same order.
    func sorted(_ samples: [Sample]) -> [Sample] {
        let first = samples.filter { ranks[$0.id] != nil }
            .sorted { (ranks[$0.id] ?? 0) < (ranks[$1.id] ?? 0) }
        let others = samples.filter { ranks[$0.id] == nil }
            .map { ($0, Self.draw($0.id)) }.sorted { $0.1 < $1.1 }.map(\.0)
        return first + others
    }

    private static func draw(_ sample: Sample.ID) -> UInt64 {
        var generator = SeededGenerator(seed: UInt64(bitPattern: sample) &+ seed)
        return generator.next()
    }
}
