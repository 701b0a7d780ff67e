public import CurationCore
import Foundation
import Interchange
import Quality
import Storage

/// Measures images and labels.
public struct MeasureStage: Sendable {
    /// One metric: a number, or counts by name.
    public struct Metric: Sendable, Codable {
        /// The name: `issue.dark`, `class-counts`, `accuracy`.
        public let name: String
        /// The number, where it is one.
        public let value: Double?
        /// The counts, where it is a distribution.
        public let histogram: [String: Int]?
        /// How many samples want a look.
        public let flagged: Int
        /// Their numbers, worst first.
        public let samples: [Sample.ID]
        /// The interval that holds the value with 95 % confidence.
        public let interval: [Double]?
    }

    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// All metrics: one of each image issue, the class counts, and accuracy where there is a truth.
    ///
    /// - Parameter truth: A CSV file with the columns `label` and `sha256` or `path`.
    /// - Returns: The metrics, issues first.
    /// - Throws: `CurationError.input`, `.badData` when the truth cannot be read.
    public func run(truth: String? = nil) throws -> [Metric] {
        try rephrasing { () throws in
            let measured = try dataset.store.metrics()
            let samples = measured.map(\.sample)
            let issues = ImageIssues.find(
                in: samples,
                metrics: Dictionary(
                    uniqueKeysWithValues: measured.map { ($0.sample.id, $0.metrics) }
                )
            )
            let labeled = try dataset.store.labeledSamples()
            let report = QualityReport(
                samples: samples.count,
                issues: issues,
                duplicates: try dataset.store.duplicates(),
                classCounts: ClassCounts(
                    of: labeled.flatMap(\.labels),
                    categories: try dataset.schema().schema.categories
                ),
                accuracy: try truth.map { try Self.accuracy(of: labeled, truth: $0) }
            )
            return Self.metrics(of: report) + (try fileMetrics(samples: samples.count))
        }
    }

    /// What the files say of how they were taken: a place is a matter of privacy before an export.
    private func fileMetrics(samples: Int) throws -> [Metric] {
        let located = try dataset.store.samplesWithLocation()
        let location = Metric(
            name: "location",
            value: Double(located.count) / Double(max(samples, 1)),
            histogram: nil,
            flagged: located.count,
            samples: located,
            interval: nil
        )
        let cameras = Metric(
            name: "cameras",
            value: nil,
            histogram: try dataset.store.cameraCounts(),
            flagged: 0,
            samples: [],
            interval: nil
        )
        return [location, cameras]
    }

    private static func metrics(of report: QualityReport) -> [Metric] {
        var metrics = issueMetrics(of: report)
        metrics.append(
            Metric(
                name: "duplicate-groups",
                value: nil,
                histogram: [
                    "exact": report.exactDuplicateGroups, "near": report.nearDuplicateGroups,
                ],
                flagged: report.exactDuplicateGroups + report.nearDuplicateGroups,
                samples: [],
                interval: nil
            )
        )
        metrics.append(
            Metric(
                name: "class-counts",
                value: report.classCounts.imbalance,
                histogram: Dictionary(
                    uniqueKeysWithValues: report.classCounts.entries.map { ($0.category, $0.count) }
                ),
                flagged: report.classCounts.entries.count { $0.count == 0 },
                samples: [],
                interval: nil
            )
        )
        if let accuracy = report.accuracy { metrics += Self.metrics(of: accuracy) }
        return metrics
    }

    private static func issueMetrics(of report: QualityReport) -> [Metric] {
        report.issueCounts.map { count in
            let found = report.issues.filter { $0.kind == count.kind }.sorted {
                $0.score < $1.score
            }
            return Metric(
                name: "issue.\(count.kind.rawValue)",
                value: Double(count.count) / Double(max(report.samples, 1)),
                histogram: nil,
                flagged: count.count,
                samples: found.map(\.sample),
                interval: nil
            )
        }
    }

    private static func metrics(of accuracy: LabelAccuracy) -> [Metric] {
        let whole = Metric(
            name: "accuracy",
            value: accuracy.accuracy,
            histogram: ["compared": accuracy.compared, "correct": accuracy.correct],
            flagged: accuracy.compared - accuracy.correct,
            samples: [],
            interval: [accuracy.interval.lower, accuracy.interval.upper]
        )
        let classes = accuracy.classes.map {
            Metric(
                name: "f1.\($0.category)",
                value: $0.f1,
                histogram: ["support": $0.support],
                flagged: 0,
                samples: [],
                interval: nil
            )
        }
        let mean = Metric(
            name: "macro-f1",
            value: accuracy.macroF1,
            histogram: nil,
            flagged: 0,
            samples: [],
            interval: nil
        )
        return [whole, mean] + classes
    }

    private static func accuracy(
        of labeled: [LabeledSample],
        truth file: String
    ) throws -> LabelAccuracy {
        let answers = try AnswerFile(path: file)
        var given: [Sample.ID: String] = [:]
        var reference: [Sample.ID: String] = [:]
        for sample in labeled {
            given[sample.sample.id] = sample.labels.first?.category
            reference[sample.sample.id] = answers.label(of: sample.sample)
        }
        return LabelAccuracy(given: given, reference: reference)
    }
}
