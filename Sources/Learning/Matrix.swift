/// A matrix of rows that start on a whole group of four numbers, so that products run on SIMD.
///
/// Every product is of the shape A · Bᵀ: both factors are read along their rows, and nothing has
/// to be repacked. Zeros fill the last group of a row.
package struct Matrix: Sendable {
    /// Rows.
    package private(set) var rows: Int
    /// Numbers a row.
    package let columns: Int
    /// Groups of four a row.
    let stride: Int
    /// All groups, row after row.
    var groups: [SIMD4<Float>]

    /// Makes a matrix of zeros.
    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        stride = (columns + 3) / 4
        groups = Array(repeating: .zero, count: rows * stride)
    }

    /// Takes numbers row after row; their count must be `rows * columns`.
    package init(rows: Int, columns: Int, values: [Float]) {
        precondition(values.count == rows * columns, "a row has `columns` numbers")
        self.init(rows: rows, columns: columns)
        var next = 0
        for row in 0..<rows {
            for column in 0..<columns {
                groups[row * stride + column >> 2][column & 3] = values[next]
                next += 1
            }
        }
    }

    /// The number in `row` and `column`.
    package subscript(row: Int, column: Int) -> Float {
        get { groups[row * stride + column >> 2][column & 3] }
        set { groups[row * stride + column >> 2][column & 3] = newValue }
    }

    /// All numbers, row after row, without the filling.
    package var values: [Float] {
        var values: [Float] = []
        values.reserveCapacity(rows * columns)
        for row in 0..<rows {
            for column in 0..<columns { values.append(self[row, column]) }
        }
        return values
    }

    /// The rows named by `indices`, in that order.
    package func selecting(_ indices: [Int]) -> Matrix {
        var chosen = Matrix(rows: indices.count, columns: columns)
        for (row, index) in indices.enumerated() {
            for group in 0..<stride {
                chosen.groups[row * stride + group] = groups[index * stride + group]
            }
        }
        return chosen
    }

    /// The rows of all matrices, one after the other; they have the same columns.
    static func stacking(_ parts: [Matrix]) -> Matrix {
        var stacked = Matrix(rows: 0, columns: parts.first?.columns ?? 0)
        stacked.groups = parts.flatMap(\.groups)
        stacked.rows = parts.reduce(0) { $0 + $1.rows }
        return stacked
    }

    /// Rows as columns.
    package func transposed() -> Matrix {
        var turned = Matrix(rows: columns, columns: rows)
        for row in 0..<rows {
            let (target, lane) = (row >> 2, row & 3)
            for group in 0..<stride {
                let numbers = groups[row * stride + group]
                for offset in 0..<min(4, columns - group * 4) {
                    turned.groups[(group * 4 + offset) * turned.stride + target][lane] =
                        numbers[offset]
                }
            }
        }
        return turned
    }

    /// The dot product of one row with a row of `other`.
    package func dot(_ row: Int, _ other: Matrix, _ otherRow: Int) -> Float {
        var sum = SIMD4<Float>.zero
        let (start, otherStart) = (row * stride, otherRow * other.stride)
        for group in 0..<stride {
            sum += groups[start + group] * other.groups[otherStart + group]
        }
        return sum.sum()
    }

    /// The squared length of `row`.
    package func squaredNorm(_ row: Int) -> Float { dot(row, self, row) }

    /// Multiplies `row` by `factor`.
    mutating func scale(_ row: Int, by factor: Float) {
        for index in row * stride..<(row + 1) * stride { groups[index] *= factor }
    }

    /// Adds `factor` times a row of `other` to `row`.
    mutating func add(_ factor: Float, _ other: Matrix, _ otherRow: Int, to row: Int) {
        let (start, otherStart) = (row * stride, otherRow * other.stride)
        for group in 0..<stride {
            groups[start + group] += other.groups[otherStart + group] * factor
        }
    }
}

// MARK: - Products

extension Matrix {
    /// Rows of `right` that are taken together, so that they stay in the cache nearest the core.
    private static let panel = 48

    /// This matrix times `right` transposed: the dot products of all pairs of rows.
    package func timesTransposed(_ right: Matrix) -> Matrix {
        precondition(columns == right.columns, "the factors have rows of one length")
        var product = Matrix(rows: rows, columns: right.rows)
        for first in Swift.stride(from: 0, to: right.rows, by: Self.panel) {
            let panel = first..<min(first + Self.panel, right.rows)
            for row in Swift.stride(from: 0, to: rows, by: 2) {
                multiply(row, panel, of: right, into: &product)
            }
        }
        return product
    }

    /// Fills two rows of the product for the rows of `right` in `panel`.
    private func multiply(
        _ row: Int,
        _ panel: Range<Int>,
        of right: Matrix,
        into product: inout Matrix
    ) {
        let second = min(row + 1, rows - 1)
        var column = panel.lowerBound
        while column < panel.upperBound {
            let last = panel.upperBound - 1
            let sums = tile(
                row,
                second,
                right,
                SIMD4(column, min(column + 1, last), min(column + 2, last), min(column + 3, last))
            )
            for offset in 0..<min(4, panel.upperBound - column) {
                product[row, column + offset] = sums.0[offset]
                product[second, column + offset] = sums.1[offset]
            }
            column += 4
        }
    }

    /// Two rows times four rows of `right`: eight sums that stay in registers.
    @inline(__always)
    private func tile(
        _ first: Int,
        _ second: Int,
        _ right: Matrix,
        _ columns: SIMD4<Int>
    ) -> (SIMD4<Float>, SIMD4<Float>) {
        let (a, b) = (first * stride, second * stride)
        let starts = columns &* SIMD4(repeating: stride)
        let (c, d, e, f) = (starts[0], starts[1], starts[2], starts[3])
        var (ac, ad, ae, af) = (
            SIMD4<Float>.zero, SIMD4<Float>.zero, SIMD4<Float>.zero, SIMD4<Float>.zero
        )
        var (bc, bd, be, bf) = (ac, ac, ac, ac)
        let (left, other) = (groups.span, right.groups.span)
        for group in 0..<stride {
            let (x, y) = (left[a + group], left[b + group])
            let (p, q) = (other[c + group], other[d + group])
            let (r, s) = (other[e + group], other[f + group])
            ac += x * p
            bc += y * p
            ad += x * q
            bd += y * q
            ae += x * r
            be += y * r
            af += x * s
            bf += y * s
        }
        return (
            SIMD4(ac.sum(), ad.sum(), ae.sum(), af.sum()),
            SIMD4(bc.sum(), bd.sum(), be.sum(), bf.sum())
        )
    }
}
