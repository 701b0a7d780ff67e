/// One number that makes probabilities as sure as they are right: temperature scaling.
///
/// Guo and others, "On Calibration of Modern Neural Networks", 2017.
package struct Calibration: Sendable, Equatable, Codable {
    /// What scores are divided by; above 1 for a head that is too sure.
    package let temperature: Double

    /// Takes a temperature.
    package init(temperature: Double = 1) { self.temperature = temperature }

    /// Steps of the logarithm of the temperature, each of 0.05.
    private static let range = -14...19
    /// How much a logarithm away from 0 costs, so that few rows do not move it far.
    private static let prior = 4.0

    /// Finds the temperature, from 0.5 to 2.6, at which the labels of `scores` are most likely.
    ///
    /// - Parameters:
    ///   - scores: A row of class scores a sample, from a head that did not learn from it.
    ///   - labels: The right class of each row.
    package init(scores: Matrix, labels: [Int]) {
        var best = (temperature: 1.0, loss: Double.infinity)
        for step in Self.range {
            let temperature = Exponential.exp(Double(step) * 0.05)
            let distance = Double(step) * 0.05
            var loss = Self.prior * distance * distance
            for (row, label) in labels.enumerated() {
                let line = (0..<scores.columns).map { scores[row, $0] }
                let likely = Softmax.probabilities(line, temperature: temperature)
                loss -= Exponential.log(Double(max(likely[label], 1e-12)))
            }
            if loss < best.loss { best = (temperature, loss) }
        }
        temperature = best.temperature
    }
}
