import CurationCore
import Foundation

/// Rows made up from a seed.
enum SyntheticRows {
    /// Numbers from the normal distribution (Box and Muller 1958).
    static func normal(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
        (0..<count).map { _ in
            let radius = (-2 * log(1 - generator.unit())).squareRoot()
            return Float(radius * cos(2 * .pi * generator.unit()))
        }
    }

    /// A matrix of normal numbers.
    static func matrix(_ count: Int, dimension: Int, seed: UInt64) -> EmbeddingMatrix {
        var generator = SeededGenerator(seed: seed)
        return matrix(count, dimension: dimension, normal(count * dimension, &generator))
    }

    /// A matrix of the given values, its samples numbered from 0.
    static func matrix(_ count: Int, dimension: Int, _ values: [Float]) -> EmbeddingMatrix {
        EmbeddingMatrix(
            samples: (0..<count).map(Int64.init),
            dimension: dimension,
            values: values
        )
    }

    /// Rows round `clusters` centres, and the centre of each.
    static func mixture(
        _ count: Int,
        dimension: Int,
        clusters: Int,
        deviation: Float,
        seed: UInt64
    ) -> (rows: EmbeddingMatrix, labels: [Int]) {
        var generator = SeededGenerator(seed: seed)
        let centers = normal(clusters * dimension, &generator)
        let labels = (0..<count).map { $0 % clusters }
        let values = labels.flatMap { label in
            let noise = normal(dimension, &generator)
            return noise.indices.map { centers[label * dimension + $0] + deviation * noise[$0] }
        }
        return (matrix(count, dimension: dimension, values), labels)
    }

    /// The adjusted Rand index (Hubert and Arabie 1985): 1 for the same groups, about 0 by chance.
    static func agreement(_ left: [Int], _ right: [Int]) -> Double {
        func pairs(_ keys: [[Int]]) -> Double {
            Dictionary(grouping: keys) { $0 }.values
                .reduce(0) { $0 + Double($1.count * ($1.count - 1) / 2) }
        }
        let both = pairs(zip(left, right).map { [$0, $1] })
        let (lefts, rights) = (pairs(left.map { [$0] }), pairs(right.map { [$0] }))
        let expected = lefts * rights / Double(left.count * (left.count - 1) / 2)
        return (both - expected) / ((lefts + rights) / 2 - expected)
    }
}
