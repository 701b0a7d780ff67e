/// Where a proportion lies, told from how often something happened.
package struct BinomialInterval: Sendable, Hashable, Codable {
    /// The lower end, from 0.
    package let lower: Double
    /// The upper end, to 1.
    package let upper: Double

    // The 0.975 quantile of the normal distribution: 95 % lie within.
    private static let z = 1.959963984540054

    /// The 95 % score interval (Wilson 1927) of `successes` out of `trials`; 0 to 1 for no trials.
    package init(successes: Int, trials: Int) {
        precondition(successes >= 0 && successes <= trials, "a share of the trials")
        guard trials > 0 else {
            (lower, upper) = (0, 1)
            return
        }
        let n = Double(trials)
        let share = Double(successes) / n
        let square = Self.z * Self.z
        let center = (share + square / (2 * n)) / (1 + square / n)
        let variance = share * (1 - share) / n + square / (4 * n * n)
        let half = Self.z / (1 + square / n) * variance.squareRoot()
        // At the ends the formula gives 0 and 1 but for rounding.
        lower = successes == 0 ? 0 : max(0, center - half)
        upper = successes == trials ? 1 : min(1, center + half)
    }
}
