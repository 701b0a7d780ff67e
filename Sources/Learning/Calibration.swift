/// One number that makes probabilities as sure as they are right: temperature scaling.
///
/// Guo and others, "On Calibration of Modern Neural Networks", 2017.
package struct Calibration: Sendable, Equatable, Codable {
    /// What scores are divided by; above 1 for a head that is too sure.
    package let temperature: Double

    /// Takes a temperature.
    package init(temperature: Double = 1) { self.temperature = temperature }

    /// Steps of the logarithm of the temperature.
    private static let range = -40...20
    private static let step = 0.05
    /// How far the logarithm of a half lies below 0, in whole steps.
    private static let half = 0.7
    /// How much a logarithm away from 0 costs, so that few rows do not move it far.
    private static let prior = 4.0
    /// What it costs beside below half a score: few labels often seem surer than they are, and reviewing
    /// pays for it.
    private static let sharpPrior = 50.0

    /// Finds the temperature, from 0.14 to 2.7, at which the labels of `scores` are most likely.
    ///
    /// - Parameters:
    ///   - scores: A row of class scores a sample, from a head that did not learn from it.
    ///   - labels: The right class of each row.
    package init(scores: Matrix, labels: [Int]) {
        func loss(_ step: Int) -> Double {
            let distance = Double(step) * Self.step
            let temperature = Exponential.exp(distance)
            let sharp = max(0, -Self.half - distance)
            var loss = Self.prior * distance * distance + Self.sharpPrior * sharp * sharp
            for (row, label) in labels.enumerated() {
                let line = (0..<scores.columns).map { scores[row, $0] }
                let likely = Softmax.probabilities(line, temperature: temperature)
                loss -= Exponential.log(Double(max(likely[label], 1e-12)))
            }
            return loss
        }
        func best(of steps: some Sequence<Int>) -> Int {
            steps.map { ($0, loss($0)) }.min { ($0.1, abs($0.0)) < ($1.1, abs($1.0)) }?.0 ?? 0
        }
        // The loss falls to one side and rises to the other, so that the best is near to the best of few.
        let near = best(
            of: stride(from: Self.range.lowerBound, through: Self.range.upperBound, by: 5)
        )
        let found = best(of: (near - 4...near + 4).clamped(to: Self.range))
        temperature = Exponential.exp(Double(found) * Self.step)
    }
}
