/// How many of several independent events happen, when each has its own probability.
package struct PoissonBinomial: Sendable {
    /// The probability of each number of events, from none to all.
    package private(set) var probabilities = [1.0]

    /// No events yet.
    package init() {}

    /// Adds an event of `probability`.
    package mutating func add(_ probability: Double) {
        probabilities.append(0)
        for count in stride(from: probabilities.count - 1, to: 0, by: -1) {
            probabilities[count] =
                probabilities[count] * (1 - probability) + probabilities[count - 1] * probability
        }
        probabilities[0] *= 1 - probability
    }
}
