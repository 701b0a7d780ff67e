package import CurationCore

/// What is known when the next review tasks are planned: one place in each array a sample.
package struct PlanningState: Sendable {
    /// A review that was done: what was shown, what was proposed, what the person said.
    package struct Outcome: Sendable, Equatable {
        /// The rows that were shown; more than one for a group.
        package let rows: [Int]
        /// The class that was proposed; nil while nothing was known.
        package let proposed: Int?
        /// The mean probability of the proposed class, 0 where none was proposed.
        package let score: Double
        /// The class that was accepted for the rows; nil when they were rejected.
        package let accepted: Int?
        /// How many of the rows were left out of the acceptance.
        package let excepted: Int

        /// Describes a review.
        package init(rows: [Int], proposed: Int?, score: Double, accepted: Int?, excepted: Int) {
            self.rows = rows
            self.proposed = proposed
            self.score = score
            self.accepted = accepted
            self.excepted = excepted
        }

        /// Whether several rows were decided together.
        package var isCluster: Bool { rows.count > 1 }
    }

    /// The samples.
    package var samples: [Sample.ID]
    /// The classes known so far; elsewhere a class is its place in this list.
    package var classes: [String]
    /// Whether the sample carries a label that a person stands behind.
    package var decided: [Bool]
    /// Whether the sample must not be given out: leased to somebody, or skipped by this reviewer.
    package var unavailable: [Bool]
    /// Calibrated probabilities, `classes.count` a row, 0 for refuted classes; empty before the
    /// first label.
    package var probabilities: [Float]
    /// Rows of which a person refused the class that the model is sure of: one of the two errs.
    package var doubted: [Int]
    /// Rows of which the models that propose together name different classes.
    package var disputed: Set<Int>
    /// Groups of rows for the first screens, each with the row nearest to its centre first.
    package var clusters: [[Int]]
    /// All reviews so far, oldest first, without those that were skipped or undone.
    package var history: [Outcome]

    /// Describes what is known.
    package init(
        samples: [Sample.ID],
        classes: [String],
        decided: [Bool],
        unavailable: [Bool],
        probabilities: [Float],
        doubted: [Int] = [],
        disputed: Set<Int> = [],
        clusters: [[Int]],
        history: [Outcome]
    ) {
        precondition(decided.count == samples.count && unavailable.count == samples.count)
        precondition(
            probabilities.isEmpty || probabilities.count == samples.count * classes.count
        )
        self.samples = samples
        self.classes = classes
        self.decided = decided
        self.unavailable = unavailable
        self.probabilities = probabilities
        self.doubted = doubted
        self.disputed = disputed
        self.clusters = clusters
        self.history = history
    }

    /// Whether `row` waits for a decision and may be given out.
    func isOpen(_ row: Int) -> Bool { !decided[row] && !unavailable[row] }
}
