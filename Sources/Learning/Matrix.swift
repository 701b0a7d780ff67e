/// A matrix of rows that start on a whole group of four numbers, so that products run on SIMD.
///
/// Every product is of the shape A · Bᵀ: both factors are read along their rows, and nothing has
/// to be repacked. Zeros fill the last group of a row.
package struct Matrix: Sendable, Equatable {
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

    /// The mean of matrices of one size, of which there is at least one.
    static func mean(_ matrices: [Matrix]) -> Matrix {
        var sum = matrices[0]
        for more in matrices.dropFirst() {
            for row in 0..<sum.rows { sum.add(1, more, row, to: row) }
        }
        for row in 0..<sum.rows { sum.scale(row, by: 1 / Float(matrices.count)) }
        return sum
    }

    /// Adds `factor` times a row of `other` to `row`.
    mutating func add(_ factor: Float, _ other: Matrix, _ otherRow: Int, to row: Int) {
        let (start, otherStart) = (row * stride, otherRow * other.stride)
        for group in 0..<stride {
            groups[start + group] += other.groups[otherStart + group] * factor
        }
    }
}
