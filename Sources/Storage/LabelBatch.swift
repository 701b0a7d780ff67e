package import CurationCore
import GRDB

/// What an act of the log is.
package enum ChangeKind: String, Sendable, Codable {
    case create, `import`, predict, review, label, classes, membership, fields
    case `switch`, restore, merge, undo, forget
}

/// A label that is about to enter the store.
package struct NewAnnotation: Sendable {
    /// The sample it is about.
    package let sample: Sample.ID
    /// What is said.
    package let label: Label
    /// How far it has come.
    package let state: LabelState
    /// The probability, for a proposal; 0 to 1.
    package let score: Double?
    /// Who says it.
    package let source: String

    /// Describes a label that is about to enter the store.
    package init(
        sample: Sample.ID,
        label: Label,
        state: LabelState,
        score: Double? = nil,
        source: String
    ) {
        self.sample = sample
        self.label = label
        self.state = state
        self.score = score
        self.source = source
    }
}

/// One act of the log: everything that it says enters the store in one transaction.
struct LabelBatch {
    let kind: ChangeKind
    let author: String
    let at: Timestamp
    var payload: [String: String] = [:]
    var undoes: Int64?
    var newCategories: [String] = []
    var categories: [CategoryRow] = []
    var newSamples: [NewSample] = []
    var memberships: [MembershipRow] = []
    var moves: [MoveRow] = []
    var fields: [FieldRow] = []
    var governance: GovernanceRevision?
    var revisions: [RevisionDraft] = []
    var predictions: [Prediction] = []
    /// Whose the predictions are; the author unless another one is named.
    var predictionSource: String?

    /// `message`: Why, in the author's words; may be empty.
    init(kind: ChangeKind, author: String, message: String = "", at: Timestamp) {
        self.kind = kind
        self.author = author
        self.at = at
        if !message.isEmpty { payload["message"] = message }
    }

    /// Whether there is nothing to write but the act itself.
    var isEmpty: Bool {
        newCategories.isEmpty && categories.isEmpty && newSamples.isEmpty && memberships.isEmpty
            && moves.isEmpty && fields.isEmpty && revisions.isEmpty && predictions.isEmpty
            && governance == nil
    }

    /// Writes the act and its rows.
    ///
    /// - Returns: The number of the change.
    @discardableResult
    func append(to database: Database) throws -> Int64 {
        let change = try Self.lastChange(in: database) + 1
        let samples = try SampleRow.rows(newSamples, addedBy: change, in: database)
        let given = samples.flatMap(\.givenLabels)
        var names = try CategoryNames(in: database, revised: categories)
        newCategories.forEach { names.add($0) }
        let revisions = try revisionRows(given, &names, in: database)
        let predictions = predictionRows(given, &names)
        let rows = BatchRows(
            categories: names.changed,
            samples: samples,
            memberships: memberships.sorted { $0.sample < $1.sample },
            moves: moves.sorted { $0.sample < $1.sample },
            fields: fields.sorted { ($0.sample, $0.field) < ($1.sample, $1.field) },
            revisions: revisions,
            predictions: predictions
        )
        let source = predictionSource ?? given.first { $0.state == .proposed }?.source
        let lastAnnotation = try revisions.last?.id ?? AnnotationTable.last(in: database)
        var payload = payload
        if let source { payload["source"] = source }
        if let governance { try payload.merge(governance.payload) { $1 } }
        try insertChange(change, lastAnnotation, payload, rows: rows.digest, in: database)
        try rows.insert(change: change, source: source ?? author, in: database)
        try governance?.store(in: database)
        return change
    }

    static func lastChange(in database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) FROM change") ?? 0
    }

    /// The revisions in the order of their images, numbered from the first free id on.
    private func revisionRows(
        _ given: [NewAnnotation],
        _ names: inout CategoryNames,
        in database: Database
    ) throws -> [AnnotationRow] {
        let drafts =
            revisions
            + given.filter { $0.state != .proposed }.map {
                RevisionDraft(
                    sample: $0.sample,
                    content: .label($0.label),
                    state: $0.state == .accepted ? .accepted : .rejected,
                    source: $0.source,
                    prior: nil
                )
            }
        let first = try AnnotationTable.last(in: database) + 1
        let sorted = drafts.sortedBySample(\.sample)
        return sorted.enumerated().map { offset, draft in
            let content = names.content(of: draft.content)
            // A label that counts keeps its class in the list, or brings it back.
            let kept = draft.state == .removed ? content : names.present(content)
            return AnnotationRow(id: first + Int64(offset), draft, content: kept)
        }
    }

    private func predictionRows(
        _ given: [NewAnnotation],
        _ names: inout CategoryNames
    ) -> [PredictionRow] {
        let proposed = given.filter { $0.state == .proposed }.map {
            Prediction(sample: $0.sample, label: $0.label, score: $0.score ?? 1)
        }
        let all = proposed.isEmpty ? predictions : predictions + proposed
        var (position, sample): (Int64, Int64) = (0, 0)
        return all.sortedBySample(\.sample).map { new in
            position = new.sample == sample ? position + 1 : 0
            sample = new.sample
            return PredictionRow(
                sample: new.sample,
                position: position,
                content: names.content(of: new.label),
                score: new.score
            )
        }
    }

    private func insertChange(
        _ id: Int64,
        _ lastAnnotation: Int64,
        _ payload: [String: String],
        rows: ContentDigest,
        in database: Database
    ) throws {
        let previous = try String.fetchOne(
            database,
            sql: "SELECT digest FROM change WHERE id = ?",
            arguments: [id - 1]
        )
        let payload = try CanonicalText.json(payload)
        let row = ChangeRow(
            id: id,
            kind: kind.rawValue,
            author: author,
            at: at.description,
            payloadDigest: ContentDigest(of: payload).hex,
            undoes: undoes,
            lastAnnotation: lastAnnotation,
            rows: rows.hex
        )
        try database.execute(
            sql: """
                INSERT INTO change (id, kind, author, at, payload, payloadDigest, undoes,
                    lastAnnotation, rows, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row.id, row.kind, row.author, row.at, payload, row.payloadDigest, row.undoes,
                row.lastAnnotation, row.rows, row.digest(after: previous).hex,
            ]
        )
    }
}

/// The rows of an act, ready to be written: each kind in the order of its images.
private struct BatchRows {
    let categories: [CategoryRow]
    let samples: [SampleRow]
    let memberships: [MembershipRow]
    let moves: [MoveRow]
    let fields: [FieldRow]
    let revisions: [AnnotationRow]
    let predictions: [PredictionRow]

    var digest: ContentDigest {
        var digest = RowsDigest()
        digest.add(categories)
        digest.add(samples.map(\.logged))
        digest.add(memberships)
        digest.add(moves)
        digest.add(fields)
        digest.add(revisions)
        digest.add(predictions)
        return digest.finish()
    }

    func insert(change: Int64, source: String, in database: Database) throws {
        try CategoryRow.insert(categories, change: change, in: database)
        for row in samples { try row.insert(in: database) }
        for row in memberships { try row.insert(change: change, in: database) }
        for row in moves { try row.insert(change: change, in: database) }
        for row in fields { try row.insert(change: change, in: database) }
        try AnnotationTable.insert(revisions, change: change, in: database)
        try PredictionTable.insert(predictions, run: change, source: source, in: database)
    }
}

extension Array {
    /// In the order of the images; those of the same image stay as they are.
    fileprivate func sortedBySample(_ sample: KeyPath<Element, Int64>) -> [Element] {
        let isSorted = zip(self, dropFirst()).allSatisfy {
            $0[keyPath: sample] <= $1[keyPath: sample]
        }
        return isSorted ? self : sorted { $0[keyPath: sample] < $1[keyPath: sample] }
    }
}
