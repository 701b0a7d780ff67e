package import CurationCore

/// How many labels each class has.
package struct ClassCounts: Sendable, Hashable, Codable {
    /// One class and its count.
    package struct Entry: Sendable, Hashable, Codable {
        /// The name of the class.
        package let category: String
        /// Labels of it.
        package let count: Int
    }

    /// The classes of the schema in their order, those without labels included, then all others
    /// by name.
    package let entries: [Entry]
    /// Labels in all.
    package let total: Int

    /// Counts `labels`.
    package init(of labels: [Label], categories: [CurationCore.Category]) {
        var counts: [String: Int] = [:]
        for label in labels { counts[label.category, default: 0] += 1 }
        let known = categories.map(\.name)
        let unknown = Set(counts.keys).subtracting(known).sorted()
        entries = (known + unknown).map { Entry(category: $0, count: counts[$0] ?? 0) }
        total = labels.count
    }

    /// The largest count divided by the smallest; nil when a class has no label.
    package var imbalance: Double? {
        let counts = entries.map(\.count)
        guard let largest = counts.max(), let smallest = counts.min(), smallest > 0 else {
            return nil
        }
        return Double(largest) / Double(smallest)
    }
}
