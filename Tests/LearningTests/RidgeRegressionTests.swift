import CurationCore
import Learning
import Testing

@Suite struct RidgeRegressionTests {
    @Test(arguments: 0..<UInt64(5))
    func `a linear function is found again, from parts as from the whole`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let rows = 60
        let values = (0..<rows * 3).map { _ in Float(random.unit() * 4 - 2) }
        let features = Matrix(rows: rows, columns: 3, values: values)
        let targets = Matrix(
            rows: rows,
            columns: 2,
            values: (0..<rows).flatMap { row -> [Float] in
                let (x, y, z) = (features[row, 0], features[row, 1], features[row, 2])
                return [2 * x - y + 3, 0.5 * z - 1]
            }
        )
        let whole = RegressionMoments(features, targets).solve(penalty: 1e-6)
        let expected: [Float] = [2, -1, 0, 3, 0, 0, 0.5, -1]
        #expect(zip(whole.parameters, expected).allSatisfy { abs($0 - $1) < 1e-3 })
        var parts = RegressionMoments(dimension: 3, targets: 2)
        for part in [Array(0..<20), Array(20..<60)] {
            parts += RegressionMoments(features.selecting(part), targets.selecting(part))
        }
        let joined = parts.solve(penalty: 1e-6).parameters
        #expect(zip(whole.parameters, joined).allSatisfy { abs($0 - $1) < 1e-4 })
        // A penalty draws the weights towards nothing, and leaves the mean.
        let small = RegressionMoments(features, targets).solve(penalty: 1e9)
        #expect(abs(small.parameters[0]) < 1e-4)
    }
}
