import CurationCore

/// Vectors of one kind for all samples, and how much they count beside vectors of other kinds.
package struct FeatureBlock: Sendable {
    /// Numbers a row.
    package let dimension: Int
    /// How much the block counts; an embedding has 1.
    package let weight: Float
    /// All rows, one after the other.
    package let values: [Float]

    /// Takes rows; the count of values must be a multiple of `dimension`.
    package init(dimension: Int, weight: Float, values: [Float]) {
        precondition(dimension > 0 && values.count.isMultiple(of: dimension))
        self.dimension = dimension
        self.weight = weight
        self.values = values
    }

    /// Rows.
    package var count: Int { values.count / dimension }

    /// Writes `row`, rooted and scaled to length `weight`, into `matrix` from `column` on.
    ///
    /// The root evens out features that are large and rare, as pooled activations are
    /// (Arandjelović and Zisserman 2012); negative numbers keep their sign.
    func write(row: Int, into matrix: inout Matrix, row target: Int, from column: Int) {
        let start = row * dimension
        var sum: Float = 0
        for index in start..<start + dimension { sum += abs(values[index]) }
        let factor = sum > 0 ? weight / sum.squareRoot() : 0
        for index in 0..<dimension {
            let value = values[start + index]
            let root = abs(value).squareRoot() * factor
            matrix[target, column + index] = value < 0 ? -root : root
        }
    }
}

/// The few directions in which the features of a data set differ most, for a quick linear head.
///
/// Roots and lengths first, then the mean is taken off and the leading principal components are
/// kept without whitening; rows have a mean squared length of 1.
package struct FeatureProjection: Sendable {
    /// Numbers in a projected row.
    package var dimension: Int { basis.rows }
    /// The share of the features' variance that the projection keeps.
    package let explainedVariance: Double
    private let mean: Matrix
    private let basis: Matrix
    private let scale: Float

    /// Rows that are looked at; more change the directions too little to pay for them.
    private static let rowLimit = 4_000

    /// Learns the directions from the rows of `blocks`, which all describe the same samples.
    package init(fitting blocks: [FeatureBlock], dimension: Int = 192, seed: UInt64 = 1) {
        let count = blocks.first?.count ?? 0
        var rows = Matrix.join(blocks, rows: Self.chosen(of: count, seed: seed))
        mean = rows.removeMean()
        let total = (0..<rows.rows).reduce(0.0) { $0 + Double(rows.squaredNorm($1)) }
        let components = PrincipalComponents(of: rows, count: dimension, seed: seed)
        basis = components.directions
        let kept = components.variances.reduce(0, +)
        explainedVariance = total > 0 ? min(1, kept / total) : 0
        scale = kept > 0 ? Float((Double(rows.rows) / kept).squareRoot()) : 0
    }

    /// The rows of `blocks` in the directions learned: `dimension` numbers a row.
    package func project(_ blocks: [FeatureBlock]) -> [Float] {
        let count = blocks.first?.count ?? 0
        var result: [Float] = []
        result.reserveCapacity(count * dimension)
        for start in stride(from: 0, to: count, by: 512) {
            var rows = Matrix.join(blocks, rows: Array(start..<min(start + 512, count)))
            for row in 0..<rows.rows {
                rows.add(-1, mean, 0, to: row)
                rows.scale(row, by: scale)
            }
            result += rows.timesTransposed(basis).values
        }
        return result
    }

    private static func chosen(of count: Int, seed: UInt64) -> [Int] {
        guard count > rowLimit else { return Array(0..<count) }
        var generator = SeededGenerator(seed: seed)
        return Array(0..<count).shuffled(using: &generator).prefix(rowLimit).sorted()
    }
}

extension Matrix {
    /// The given rows of all blocks, side by side.
    fileprivate static func join(_ blocks: [FeatureBlock], rows: [Int]) -> Matrix {
        let columns = blocks.reduce(0) { $0 + $1.dimension }
        precondition(blocks.allSatisfy { $0.count == blocks[0].count }, "blocks of the same rows")
        var joined = Matrix(rows: rows.count, columns: columns)
        for (target, row) in rows.enumerated() {
            var column = 0
            for block in blocks {
                block.write(row: row, into: &joined, row: target, from: column)
                column += block.dimension
            }
        }
        return joined
    }

    /// Takes the mean of the rows off every row and returns it.
    fileprivate mutating func removeMean() -> Matrix {
        var mean = Matrix(rows: 1, columns: columns)
        for row in 0..<rows { mean.add(1 / Float(rows), self, row, to: 0) }
        for row in 0..<rows { add(-1, mean, 0, to: row) }
        return mean
    }
}
