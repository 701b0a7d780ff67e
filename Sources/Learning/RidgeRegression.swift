/// Sums over rows that a ridge regression follows from; those of two sets of rows add up.
package struct RegressionMoments: Sendable {
    package private(set) var count = 0.0
    private var inputSum: [Double]
    private var targetSum: [Double]
    private var inputs: [Double]
    private var products: [Double]
    private let dimension: Int
    private let targets: Int

    /// Starts without rows, for `dimension` numbers a row and `targets` numbers that follow from it.
    package init(dimension: Int, targets: Int) {
        self.dimension = dimension
        self.targets = targets
        inputSum = Array(repeating: 0, count: dimension)
        targetSum = Array(repeating: 0, count: targets)
        inputs = Array(repeating: 0, count: dimension * dimension)
        products = Array(repeating: 0, count: dimension * targets)
    }

    /// Takes rows and what follows from each.
    package init(_ rows: Matrix, _ values: Matrix) {
        precondition(rows.rows == values.rows, "every row has its targets")
        self.init(dimension: rows.columns, targets: values.columns)
        count = Double(rows.rows)
        guard rows.rows > 0 else { return }
        let (turned, turnedValues) = (rows.transposed(), values.transposed())
        inputs = turned.timesTransposed(turned).values.map(Double.init)
        products = turned.timesTransposed(turnedValues).values.map(Double.init)
        for column in 0..<dimension {
            for row in 0..<rows.rows { inputSum[column] += Double(rows[row, column]) }
        }
        for column in 0..<targets {
            for row in 0..<rows.rows { targetSum[column] += Double(values[row, column]) }
        }
    }

    /// Adds the sums of more rows.
    package static func += (sum: inout Self, more: Self) {
        sum.count += more.count
        for index in sum.inputSum.indices { sum.inputSum[index] += more.inputSum[index] }
        for index in sum.targetSum.indices { sum.targetSum[index] += more.targetSum[index] }
        for index in sum.inputs.indices { sum.inputs[index] += more.inputs[index] }
        for index in sum.products.indices { sum.products[index] += more.products[index] }
    }

    /// The weights of the linear function with the least squared error plus `penalty` times the squares
    /// of its weights (Hoerl and Kennard 1970); the bias is free.
    ///
    /// - Returns: For each target `dimension` weights, then its bias.
    package func solve(penalty: Double) -> LinearHead {
        let rows = max(count, 1)
        var matrix = inputs
        for row in 0..<dimension {
            for column in 0..<dimension {
                matrix[row * dimension + column] -= inputSum[row] * inputSum[column] / rows
            }
            matrix[row * dimension + row] += penalty
        }
        let factor = CholeskyFactor(of: matrix, size: dimension)
        var parameters: [Float] = []
        for target in 0..<targets {
            let right = (0..<dimension).map {
                products[$0 * targets + target] - inputSum[$0] * targetSum[target] / rows
            }
            let weights = factor.solve(right)
            var bias = targetSum[target] / rows
            for index in 0..<dimension { bias -= weights[index] * inputSum[index] / rows }
            parameters += weights.map(Float.init) + [Float(bias)]
        }
        return LinearHead(classCount: targets, dimension: dimension, parameters: parameters)
    }
}

/// The lower triangle L of a symmetric positive definite matrix A = L Lᵀ.
///
/// Golub and Van Loan, "Matrix Computations", 4th edition, section 4.2.
struct CholeskyFactor {
    private let size: Int
    private var lower: [Double]

    /// Factors a matrix of `size` rows and columns, row after row.
    init(of matrix: [Double], size: Int) {
        self.size = size
        lower = matrix
        for column in 0..<size {
            for row in column..<size {
                var sum = lower[row * size + column]
                for index in 0..<column {
                    sum -= lower[row * size + index] * lower[column * size + index]
                }
                lower[row * size + column] =
                    row == column
                    ? max(sum, 1e-12).squareRoot() : sum / lower[column * size + column]
            }
        }
    }

    /// The x with A x = `right`.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        for row in 0..<size {
            for column in 0..<row { x[row] -= lower[row * size + column] * x[column] }
            x[row] /= lower[row * size + row]
        }
        for row in stride(from: size - 1, through: 0, by: -1) {
            for column in row + 1..<size { x[row] -= lower[column * size + row] * x[column] }
            x[row] /= lower[row * size + row]
        }
        return x
    }
}
