import CurationCore
import Learning
import Testing

@Suite struct CalibrationTests {
    @Test(arguments: [0.35, 0.6, 1.0, 1.6, 2.2])
    func `a planted temperature is found`(planted: Double) {
        var generator = SeededGenerator(seed: 11)
        let rows = 3_000
        var scores = Matrix(rows: rows, columns: 4)
        var labels: [Int] = []
        for row in 0..<rows {
            for label in 0..<4 { scores[row, label] = 2 * normal(&generator) }
            let line = (0..<4).map { scores[row, $0] }
            var rest = Float(generator.unit())
            let label = Softmax.probabilities(line, temperature: planted).firstIndex { share in
                rest -= share
                return rest < 0
            }
            labels.append(label ?? 3)
        }
        let found = Calibration(scores: scores, labels: labels).temperature
        #expect(abs(found / planted - 1) < 0.1)
    }

    @Test func `without rows nothing is changed`() {
        let none = Calibration(scores: Matrix(rows: 0, columns: 3), labels: [])
        #expect(none.temperature == 1)
    }

    @Test func `excluded classes leave their share to the others`() {
        let all = Softmax.probabilities([1, 2, 3] as [Float])
        let some = Softmax.probabilities([1, 2, 3] as [Float], excluding: [2])
        #expect(some[2] == 0)
        #expect(abs(some[0] / some[1] - all[0] / all[1]) < 1e-5)
        #expect(Softmax.probabilities([1, 2] as [Float], excluding: [0, 1]) == [0, 0])
    }
}
