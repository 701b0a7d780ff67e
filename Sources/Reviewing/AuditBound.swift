/// How many labels may be wrong among those that nobody looked at, told from some that were drawn at
/// random and looked at.
///
/// A confidence sequence for sampling without replacement by the ratio of prior and posterior
/// (Waudby-Smith and Ramdas, "Confidence sequences for sampling without replacement", 2020): it holds at
/// all looks together, so that one may look as often as one likes and stop when one likes.
package struct AuditBound: Sendable, Equatable {
    /// Labels in all, looked at or not.
    package let population: Int
    /// Labels that were looked at: the first of a random order.
    package let audited: Int
    /// How many of those were wrong.
    package let wrong: Int

    // The prior of the share of wrong labels is Beta(1, 300): few are wrong, where one asks at all. It
    // decides how soon the bound is tight, not whether it holds.
    private static let priorRight = 300.0

    /// Takes what was found; `wrong <= audited <= population`.
    package init(population: Int, audited: Int, wrong: Int) {
        precondition(0 <= wrong && wrong <= audited && audited <= population)
        self.population = population
        self.audited = audited
        self.wrong = wrong
    }

    /// Labels that nobody looked at.
    package var unseen: Int { population - audited }

    /// The most labels that may be wrong among those that nobody looked at.
    ///
    /// With probability 1 - `level` it is right at all looks together.
    package func mostWrong(level: Double) -> Int {
        var most = 0
        forEachRatio { count, ratio in
            if ratio < 1 / level { most = count }
        }
        return most
    }

    /// How many labels must have been looked at before at most a share `alpha` of the rest is wrong,
    /// if no more are found wrong; nil when it takes all.
    package func needed(alpha: Double, level: Double) -> Int? {
        func isEnough(_ count: Int) -> Bool {
            let bound = AuditBound(population: population, audited: count, wrong: wrong)
            return Double(bound.mostWrong(level: level)) <= alpha * Double(bound.unseen)
        }
        var (low, high) = (audited, population - 1)
        guard low <= high, isEnough(high) || isEnough((low + high) / 2) else { return nil }
        while low < high {
            let middle = (low + high) / 2
            if isEnough(middle) { high = middle } else { low = middle + 1 }
        }
        return isEnough(low) ? low : nil
    }

    /// Gives for each number of wrong labels among the unseen the prior over the posterior.
    private func forEachRatio(_ body: (Int, Double) -> Void) {
        let all = Double(population)
        let rest = Double(unseen)
        let found = Double(wrong)
        let right = Self.priorRight + Double(audited) - found
        // Both are beta-binomial: the first values, then from each to the next.
        var ratio = Self.priorRight / (Self.priorRight + all)
        for count in 0..<wrong {
            let left = all - Double(count)
            ratio *= left / (left - 1 + Self.priorRight)
        }
        for count in 0...wrong {
            ratio *= (right + rest + Double(count)) / (right + Double(count))
        }
        for count in 0...unseen {
            body(count, ratio)
            let number = Double(count)
            let left = all - found - number
            let prior = left / (left - 1 + Self.priorRight)
            let posterior =
                (rest - number) / (number + 1) * (number + 1 + found) / (rest - number - 1 + right)
            guard posterior > 0 else { break }
            ratio *= prior / posterior
        }
    }
}
