package import CurationCore

/// How well given labels agree with reference labels, one class a sample.
package struct LabelAccuracy: Sendable, Hashable, Codable {
    /// The figures of one class.
    package struct ClassFigures: Sendable, Hashable, Codable {
        /// The name of the class.
        package let category: String
        /// Samples of which the reference says the class.
        package let support: Int
        /// The share of the samples given the class that have it; nil when none was given it.
        package let precision: Double?
        /// The share of the samples that have the class that were given it; nil without support.
        package let recall: Double?
        /// Twice the right ones among those given and those that have the class.
        package let f1: Double
    }

    /// Samples with both labels.
    package let compared: Int
    /// Those of them with the same class.
    package let correct: Int
    /// The 95 % interval of the accuracy.
    package let interval: BinomialInterval
    /// Every class that occurs on either side, by name.
    package let classes: [ClassFigures]

    /// Compares the classes of the samples that are in both.
    package init(given: [Sample.ID: String], reference: [Sample.ID: String]) {
        var both = 0
        var right: [String: Int] = [:]
        var givenCounts: [String: Int] = [:]
        var referenceCounts: [String: Int] = [:]
        for (sample, category) in given {
            guard let truth = reference[sample] else { continue }
            both += 1
            givenCounts[category, default: 0] += 1
            referenceCounts[truth, default: 0] += 1
            if category == truth { right[category, default: 0] += 1 }
        }
        compared = both
        correct = right.values.reduce(0, +)
        interval = BinomialInterval(successes: correct, trials: both)
        classes = Set(givenCounts.keys).union(referenceCounts.keys).sorted().map { category in
            Self.figures(
                category,
                right: right[category] ?? 0,
                given: givenCounts[category] ?? 0,
                support: referenceCounts[category] ?? 0
            )
        }
    }

    /// The share of the compared samples with the same class; nil when none was compared.
    package var accuracy: Double? {
        compared > 0 ? Double(correct) / Double(compared) : nil
    }

    /// The mean of the F1 of all classes; nil when none was compared.
    package var macroF1: Double? {
        classes.isEmpty ? nil : classes.reduce(0) { $0 + $1.f1 } / Double(classes.count)
    }

    private static func figures(
        _ category: String,
        right: Int,
        given: Int,
        support: Int
    ) -> ClassFigures {
        ClassFigures(
            category: category,
            support: support,
            precision: given > 0 ? Double(right) / Double(given) : nil,
            recall: support > 0 ? Double(right) / Double(support) : nil,
            f1: 2 * Double(right) / Double(given + support)
        )
    }
}
