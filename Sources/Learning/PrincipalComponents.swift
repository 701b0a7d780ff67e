import CurationCore

/// The directions of greatest variance of centred rows, by block subspace iteration.
///
/// Halko, Martinsson and Tropp, "Finding structure with randomness", 2011, algorithm 4.4. The
/// directions span the leading subspace and are orthonormal; within it they are not turned to the
/// axes, which no linear head with a round penalty can tell.
package struct PrincipalComponents: Sendable {
    /// Orthonormal directions, one a row.
    package let directions: Matrix
    /// The sum of squares of the rows along each direction.
    package let variances: [Double]

    /// Steps of the iteration; a step lets each direction grow by its variance once more.
    private static let steps = 3

    /// Finds at most `count` directions of `rows`; fewer when the rows span less.
    package init(of rows: Matrix, count: Int, seed: UInt64) {
        let wanted = min(count, rows.columns, max(0, rows.rows - 1))
        var generator = SeededGenerator(seed: seed)
        var basis = Matrix(rows: wanted, columns: rows.columns)
        for row in 0..<wanted {
            for column in 0..<rows.columns {
                basis[row, column] = Float(generator.unit() - 0.5)
            }
        }
        let columns = rows.transposed()
        for _ in 0..<Self.steps {
            let scores = basis.timesTransposed(rows)
            basis = scores.timesTransposed(columns).orthonormalized()
        }
        let scores = basis.timesTransposed(rows)
        directions = basis
        variances = (0..<basis.rows).map { Double(scores.squaredNorm($0)) }
    }
}

extension Matrix {
    /// Rows of length 1 that are at right angles and span the same space.
    ///
    /// Gram-Schmidt with a second pass, which makes it as exact as the arithmetic. Rows that add
    /// nothing are dropped.
    package func orthonormalized() -> Matrix {
        var result = self
        var kept: [Int] = []
        for row in 0..<rows {
            let before = result.squaredNorm(row)
            for _ in 0..<2 {
                for other in kept {
                    result.removeDirection(other, from: row)
                }
            }
            let after = result.squaredNorm(row)
            guard after > max(before * 1e-9, .leastNormalMagnitude) else { continue }
            result.scale(row, by: 1 / after.squareRoot())
            kept.append(row)
        }
        return kept.count == rows ? result : result.selecting(kept)
    }

    /// Takes the part of `row` along the row `direction` of length 1 off it.
    private mutating func removeDirection(_ direction: Int, from row: Int) {
        let (start, other) = (row * stride, direction * stride)
        let part = dot(row, self, direction)
        for group in 0..<stride { groups[start + group] -= groups[other + group] * part }
    }
}
