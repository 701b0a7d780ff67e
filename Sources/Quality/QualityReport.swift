package import CurationCore

/// What is known of the quality of a data set, as one value.
package struct QualityReport: Sendable, Hashable, Codable {
    /// Samples of the data set.
    package let samples: Int
    /// Findings about pictures.
    package let issues: [Issue]
    /// How many findings there are of each kind, all kinds in their order.
    package let issueCounts: [IssueCount]
    /// Groups of copies with the same bytes.
    package let exactDuplicateGroups: Int
    /// Groups of near copies.
    package let nearDuplicateGroups: Int
    /// Labels of each class.
    package let classCounts: ClassCounts
    /// Agreement with reference labels; nil without any.
    package let accuracy: LabelAccuracy?

    /// One kind of finding and its count.
    package struct IssueCount: Sendable, Hashable, Codable {
        /// The kind.
        package let kind: Issue.Kind
        /// Findings of it.
        package let count: Int
    }

    /// Bundles what the parts found.
    package init(
        samples: Int,
        issues: [Issue],
        duplicates: [DuplicateGroup],
        classCounts: ClassCounts,
        accuracy: LabelAccuracy? = nil
    ) {
        self.samples = samples
        self.issues = issues
        issueCounts = Issue.Kind.allCases.map { kind in
            IssueCount(kind: kind, count: issues.count { $0.kind == kind })
        }
        exactDuplicateGroups = duplicates.count { $0.kind == .exact }
        nearDuplicateGroups = duplicates.count { $0.kind == .near }
        self.classCounts = classCounts
        self.accuracy = accuracy
    }
}
