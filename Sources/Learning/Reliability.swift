/// How good probabilities are, told from rows that the heads did not learn from.
package struct Reliability: Sendable, Equatable, Codable {
    /// Rows that were held out, each once.
    package let count: Int
    /// The share of rows whose likeliest class is the right one.
    package let accuracy: Double
    /// The expected calibration error: by how much, on the mean over the rows, the probability of the
    /// likeliest class differs from how often it is right; in 15 bins of equal width.
    ///
    /// Naeini and others, "Obtaining well calibrated probabilities", 2015; Guo and others, 2017.
    package let calibrationError: Double

    private static let bins = 15

    /// Compares probabilities with the right classes.
    ///
    /// - Parameters:
    ///   - scores: A row of class scores a sample, from heads that did not learn from it.
    ///   - labels: The right class of each row; not empty.
    ///   - temperature: What scores are divided by.
    package init(scores: Matrix, labels: [Int], temperature: Double) {
        let probabilities = labels.indices.flatMap { row in
            Softmax.probabilities(
                (0..<scores.columns).map { scores[row, $0] },
                temperature: temperature
            )
        }
        self.init(probabilities: probabilities, labels: labels)
    }

    /// Compares probabilities, as many a row as there are classes, with the right classes.
    package init(probabilities: [Float], labels: [Int]) {
        let classes = probabilities.count / max(labels.count, 1)
        var right = [Double](repeating: 0, count: Self.bins)
        var promised = right
        for (row, label) in labels.enumerated() {
            let likely = Array(probabilities[row * classes..<(row + 1) * classes])
            let best = likely.indices.max { (likely[$0], $1) < (likely[$1], $0) } ?? 0
            let bin = min(Self.bins - 1, Int(likely[best] * Float(Self.bins)))
            promised[bin] += Double(likely[best])
            if best == label { right[bin] += 1 }
        }
        count = labels.count
        accuracy = right.reduce(0, +) / Double(count)
        calibrationError =
            zip(right, promised).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(count)
    }
}
