import CurationCore
import Foundation
import Quality
import Testing

@Suite struct QualityReportTests {
    private static let categories = [
        CurationCore.Category(id: 1, name: "dog"), CurationCore.Category(id: 2, name: "cat"),
        CurationCore.Category(id: 3, name: "fox"),
    ]

    @Test func `classes are counted in the order of the schema`() {
        let labels = ["cat", "yak", "cat", "dog", "ape"].map { Label.classification(category: $0) }
        let counts = ClassCounts(of: labels, categories: Self.categories)
        #expect(counts.entries.map(\.category) == ["dog", "cat", "fox", "ape", "yak"])
        #expect(counts.entries.map(\.count) == [1, 2, 0, 1, 1])
        #expect(counts.total == 5)
        #expect(counts.imbalance == nil)
        let two = ClassCounts(of: labels, categories: Array(Self.categories.prefix(2)))
        #expect(two.imbalance == 2)
    }

    @Test func `a report counts what it bundles and survives JSON`() throws {
        let issues = [
            CurationCore.Issue(sample: 1, kind: .dark, score: 0.1),
            CurationCore.Issue(sample: 2, kind: .dark, score: 0.2),
            CurationCore.Issue(sample: 2, kind: .oddSize, score: 0.3),
        ]
        let groups = [DuplicateGroup.Kind.exact, .near, .near].map {
            DuplicateGroup(kind: $0, keep: 1, reason: "", members: [])
        }
        let report = QualityReport(
            samples: 2,
            issues: issues,
            duplicates: groups,
            classCounts: ClassCounts(of: [], categories: Self.categories),
            accuracy: LabelAccuracy(given: [1: "cat"], reference: [1: "cat"])
        )
        #expect(report.issueCounts.map(\.kind) == CurationCore.Issue.Kind.allCases)
        #expect(report.issueCounts.map(\.count) == [2, 0, 0, 0, 1, 0, 0])
        #expect(report.exactDuplicateGroups == 1)
        #expect(report.nearDuplicateGroups == 2)
        let bytes = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(QualityReport.self, from: bytes) == report)
    }
}
