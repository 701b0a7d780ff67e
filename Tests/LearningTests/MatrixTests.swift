import CurationCore
import Learning
import Testing

@Suite struct MatrixTests {
    private static let kernels = ProductKernel.allCases.filter {
        $0.rawValue <= ProductKernel.best.rawValue
    }

    @Test(arguments: 0..<UInt64(12), Self.kernels)
    func `the product is what three loops in double precision give`(
        seed: UInt64,
        kernel: ProductKernel
    ) {
        var generator = SeededGenerator(seed: seed)
        let (rows, others, columns) = (
            Int.random(in: 1...60, using: &generator), Int.random(in: 1...60, using: &generator),
            Int.random(in: 1...(seed < 9 ? 70 : 1100), using: &generator)
        )
        let left = randomMatrix(rows, columns, &generator)
        let right = randomMatrix(others, columns, &generator)
        let product = left.timesTransposed(right, kernel: kernel)
        #expect(product.rows == rows && product.columns == others)
        for row in 0..<rows {
            for other in 0..<others {
                let sum = (0..<columns).reduce(0.0) {
                    $0 + Double(left[row, $1]) * Double(right[other, $1])
                }
                #expect(
                    abs(sum - Double(product[row, other])) < 1e-4 * Double(columns).squareRoot()
                )
            }
        }
    }

    @Test func `turning twice changes nothing`() {
        var generator = SeededGenerator(seed: 3)
        let matrix = randomMatrix(7, 10, &generator)
        #expect(matrix.transposed().transposed().values == matrix.values)
        #expect(matrix.transposed()[9, 6] == matrix[6, 9])
    }

    @Test func `rows are made orthonormal and dependent ones are dropped`() {
        var generator = SeededGenerator(seed: 5)
        let two = randomMatrix(2, 9, &generator)
        let sum = (0..<9).map { two[0, $0] * 3 + two[1, $0] }
        let basis = Matrix(rows: 3, columns: 9, values: two.values + sum).orthonormalized()
        #expect(basis.rows == 2)
        #expect(abs(basis.dot(0, basis, 1)) < 1e-5)
        #expect(abs(basis.squaredNorm(1) - 1) < 1e-5)
    }
}

/// Numbers drawn evenly from -1 to 1.
func randomMatrix(_ rows: Int, _ columns: Int, _ generator: inout SeededGenerator) -> Matrix {
    let values = (0..<rows * columns).map { _ in Float(generator.unit() * 2 - 1) }
    return Matrix(rows: rows, columns: columns, values: values)
}

/// A number from the standard normal distribution, near enough: the sum of twelve even ones.
func normal(_ generator: inout SeededGenerator) -> Float {
    Float((0..<12).reduce(-6.0) { sum, _ in sum + generator.unit() })
}
