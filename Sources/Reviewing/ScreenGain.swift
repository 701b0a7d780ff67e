/// What a screen of one class is worth, in seconds that a person need not spend.
package enum ScreenGain {
    /// The fewest pictures on a screen.
    package static let fewest = 3
    /// The most pictures on a screen.
    package static let most = 24
    /// The share of right pictures below which a person rejects a screen.
    package static let acceptedShare = 0.6
    /// What an exception costs: picking it out, less what is learned from its wrong label.
    private static let exceptionSeconds = 0.9

    /// The best screen made of the first rows of a class.
    package struct Choice: Sendable, Equatable {
        /// How many rows, from the surest on.
        package let count: Int
        /// Expected seconds saved.
        package let seconds: Double
    }

    /// Finds how many of the surest rows are best shown together.
    ///
    /// - Parameter probabilities: How likely each row carries the class, surest first.
    /// - Returns: The best number of rows; nil when no screen saves time.
    package static func best(_ probabilities: [Double]) -> Choice? {
        var right = PoissonBinomial()
        var best: Choice?
        for (index, probability) in probabilities.prefix(most).enumerated() {
            right.add(probability)
            let count = index + 1
            guard count >= fewest else { continue }
            let seconds = expected(right.probabilities, count: count)
            if seconds > max(0, best?.seconds ?? 0) {
                best = Choice(count: count, seconds: seconds)
            }
        }
        return best
    }

    private static func expected(_ right: [Double], count: Int) -> Double {
        var seconds = -ReviewingCost.screenSeconds - ReviewingCost.thumbnailSeconds * Double(count)
        for (number, probability) in right.enumerated()
        where Double(number) >= acceptedShare * Double(count) {
            seconds +=
                probability
                * (ReviewingCost.aloneSeconds * Double(number)
                    - exceptionSeconds * Double(count - number))
        }
        return seconds
    }
}
