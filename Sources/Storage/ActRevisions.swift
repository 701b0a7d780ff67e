import CurationCore
import Foundation
import GRDB

/// The revisions that an act of a person makes, picture by picture.
struct ActRevisions {
    private let act: PersonalAct
    private let source: String
    private let database: Database
    private let names: [Int64: String]
    private let categories: [String: Int64]
    private let isOfClasses: Bool
    private let runs: [Int64]
    private let label: String?
    private(set) var drafts: [RevisionDraft] = []

    init(_ act: PersonalAct, source: String, in database: Database) throws {
        self.act = act
        self.source = source
        self.database = database
        categories = try DatasetStore.categoryIDs(in: database)
        names = Dictionary(uniqueKeysWithValues: categories.map { ($1, $0) })
        let task = try String.fetchOne(database, sql: "SELECT task FROM dataset")
        isOfClasses = task == LabelTask.classification.rawValue
        runs = try Int64.fetchAll(
            database,
            sql: "SELECT run FROM predictionRun WHERE retiredBy IS NULL ORDER BY run"
        )
        label = act.label?.precomposedStringWithCanonicalMapping
    }

    /// Decides about one picture; false when nothing changes.
    mutating func decide(_ sample: Int64) throws -> Bool {
        let current = try AnnotationTable.current(of: sample, in: database)
        switch act.decision {
        case .label:
            guard let label else { return false }
            let category = categories[label]
            let accepted = current.filter { $0.state == .accepted }
            if accepted.count == 1, accepted[0].content.category == category,
                accepted[0].content.kind == .classification
            {
                return false
            }
            return try add([.classification(category: label)], .accepted, sample, current)
        case .accept:
            guard !current.contains(where: { $0.state == .accepted }) else { return false }
            return try add(open(sample, current, onlyBest: isOfClasses), .accepted, sample, current)
        case .reject:
            guard !current.contains(where: { $0.state == .accepted }) else { return false }
            return try add(open(sample, current), .rejected, sample, current)
        case .edit, .remove, .putBack: return false
        }
    }

    /// Gives one picture exactly these labels; false when nothing changes.
    mutating func replace(_ sample: Int64, with labels: [Label]) throws -> Bool {
        let current = try AnnotationTable.current(of: sample, in: database)
        drafts += try LabelRevisions(current, categories: categories)
            .replacing(sample, with: labels, source: source)
        if labels.isEmpty {
            _ = try add(open(sample, current), .rejected, sample, current, scope: .labels)
        }
        return !drafts.isEmpty
    }

    private mutating func add(
        _ labels: [Label],
        _ state: LabelState,
        _ sample: Int64,
        _ current: [AnnotationRow],
        scope: ReviewEffects.Scope? = nil
    ) throws -> Bool {
        guard !labels.isEmpty else { return false }
        let new = labels.map {
            NewAnnotation(sample: sample, label: $0, state: state, source: source)
        }
        drafts += try LabelRevisions(current, categories: categories)
            .deciding(new, scope: scope ?? (isOfClasses ? .category : .labels))
        return true
    }

    /// What is proposed for a picture and was not refused, best first.
    private func open(
        _ sample: Int64,
        _ current: [AnnotationRow],
        onlyBest: Bool = false
    ) throws -> [Label] {
        let refused = Set(current.filter { $0.state == .rejected }.map(\.content.category))
        let statement = try database.cachedStatement(
            sql: """
                SELECT category, kind, geometry, score FROM prediction
                WHERE run = ? AND sample = ? ORDER BY position
                """
        )
        var found: [(content: LabelContent, score: Double)] = []
        for run in runs {
            for row in try Row.fetchAll(statement, arguments: [run, sample]) {
                let content = try LabelContent(row)
                guard !refused.contains(content.category), names[content.category] != nil else {
                    continue
                }
                found.append((content, row["score"]))
            }
        }
        if onlyBest, let best = found.map(\.score).max() {
            found = [found.first { $0.score == best } ?? found[0]]
        }
        return try found.map { try $0.content.label(category: names[$0.content.category] ?? "") }
    }
}
