package import CurationCore
import FoundationEssentials
import GRDB

/// One act of the log.
package struct LoggedChange: Sendable, Hashable {
    /// The number: `b-17` names it to people.
    package let id: Int64
    /// What it is.
    package let kind: ChangeKind
    /// Who did it: a person, `name@digest` of a model, or an import.
    package let author: String
    /// When, RFC 3339 in UTC.
    package let at: String
    /// What it says of itself; none once that was erased.
    package let payload: [String: String]
    /// The batch that it undoes.
    package let undoes: Int64?
    /// The batch that undid it, if it does not stand.
    package let undoneBy: Int64?
    /// How many labels it revised.
    package let labels: Int
}

/// One revision of a label, with the act that made it.
package struct LabelRevision: Sendable {
    /// The label: the number that it keeps.
    package let object: Int64
    /// What was said.
    package let label: Label
    /// `accepted`, `rejected` or `removed`.
    package let state: String
    /// Who said it.
    package let source: String
    /// The act.
    package let change: LoggedChange
    /// The first version that holds it; nil while none does.
    package let version: ContentDigest?
    /// Whether an undo, a restore or the like brought it back.
    package let isRepeated: Bool
}

/// What was asked and decided where a label came from a review.
package struct DecidedTask: Sendable {
    /// The item: `r-17`.
    package let item: Int64
    /// Why a person was asked.
    package let reason: ReviewReason
    /// Who was asked.
    package let reviewer: String
    /// What was decided.
    package let decision: Decision
    /// When.
    package let at: String
    /// How many images were decided together.
    package let images: Int
    /// What was proposed, best first.
    package let proposals: [ReviewItem.Proposal]
    /// The models of the proposals, with when they were made.
    package let models: [(model: StoredModel, createdAt: String)]
}

extension DatasetStore {
    /// The acts of the log, newest first.
    ///
    /// `before`: Only those before this one.
    package func changes(
        limit: Int,
        before: Int64? = nil
    ) throws(StorageError) -> [LoggedChange] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM change WHERE id < ? ORDER BY id DESC LIMIT ?",
                arguments: [before ?? .max, limit]
            ).map { try Self.logged($0, in: database) }
        }
    }

    private static func logged(_ row: Row, in database: Database) throws -> LoggedChange {
        let id: Int64 = row["id"]
        let last: Int64 = row["lastAnnotation"]
        let before = try LogPoint(change: id - 1, in: database).lastAnnotation
        return LoggedChange(
            id: id,
            kind: try row.value("kind"),
            author: row["author"],
            at: row["at"],
            payload: try payload(row["payload"]),
            undoes: row["undoes"],
            undoneBy: try standingUndo(of: id, in: database),
            labels: Int(last - before)
        )
    }

    /// What an act says of itself; nothing where that was forgotten.
    static func payload(_ text: String?) throws -> [String: String] {
        try text.map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) } ?? [:]
    }

    private static func change(_ id: Int64, in database: Database) throws -> LoggedChange {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT * FROM change WHERE id = ?",
            arguments: [id]
        )
        guard let row else { throw StorageError.batch(id, reason: "there is none") }
        return try logged(row, in: database)
    }

    /// Every revision of every label of an image, by label, newest first.
    package func revisions(of sample: Sample.ID) throws(StorageError) -> [[LabelRevision]] {
        try read { database in
            try AnnotationTable.current(of: sample, in: database).map {
                try Self.history(of: $0, in: database)
            }
        }
    }

    /// The revisions, up to a version, of the labels of an image that the version has: by label, newest
    /// first.
    package func revisions(
        of sample: Sample.ID,
        at version: Version
    ) throws(StorageError) -> [[LabelRevision]] {
        try read { database in
            let point = try LogPoint(of: version.id, in: database)
            return try point.accepted(of: sample, in: database).map {
                try Self.history(of: $0, in: database)
            }
        }
    }

    /// Every revision of one label, newest first; none when there is no such label.
    package func revisions(ofLabel object: Int64) throws(StorageError) -> [LabelRevision] {
        try read { database in
            guard let first = try AnnotationTable.row(object, in: database), first.object == object
            else { return [] }
            return try Self.history(
                of: AnnotationTable.newest(of: first, in: database),
                in: database
            )
        }
    }

    /// The image that a label is on; nil when there is no such label.
    package func sample(ofLabel object: Int64) throws(StorageError) -> Sample.ID? {
        try read { try AnnotationTable.row(object, in: $0)?.sample }
    }

    private static func history(
        of newest: AnnotationRow,
        in database: Database
    ) throws -> [LabelRevision] {
        var revisions: [LabelRevision] = []
        // The act that put the next revision in the place of this one.
        var next = Int64.max
        var place: AnnotationRow? = newest
        while let row = place {
            let change = try Int64.fetchOne(
                database,
                sql: "SELECT change FROM annotation WHERE id = ?",
                arguments: [row.id]
            )
            let point = try LogPoint(change: change ?? 0, in: database)
            let version = try Row.fetchOne(
                database,
                sql: """
                    SELECT id FROM version WHERE change >= ? AND change < ? ORDER BY number LIMIT 1
                    """,
                arguments: [point.change, next]
            )
            next = point.change
            revisions.append(
                LabelRevision(
                    object: row.object,
                    label: try row.content.label(in: point.categories(in: database)),
                    state: row.state.rawValue,
                    source: row.source,
                    change: try Self.change(point.change, in: database),
                    version: try version.map { try ContentDigest($0, "id") },
                    isRepeated: row.origin != nil
                )
            )
            place = try row.prior.flatMap { try AnnotationTable.row($0, in: database) }
        }
        return revisions
    }

    /// What was asked and decided in the act of a review; nil for any other act.
    package func decidedTask(of change: Int64) throws(StorageError) -> DecidedTask? {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT review.*, reviewTask.reason, reviewTask.purpose,
                        reviewTask.label AS proposed, reviewTask.proposals
                    FROM review JOIN reviewTask ON reviewTask.id = review.task
                    WHERE review.change = ?
                    """,
                arguments: [change]
            )
            guard let row else { return nil }
            let review = try Self.review(row, in: database)
            let models = try Set(review.proposals.map(\.source)).sorted().flatMap {
                try Self.models(called: $0, in: database)
            }
            return DecidedTask(
                item: review.task,
                reason: review.reason,
                reviewer: review.reviewer,
                decision: review.decision,
                at: row["at"],
                images: review.samples.count,
                proposals: review.proposals,
                models: models
            )
        }
    }

    private static func models(
        called source: String,
        in database: Database
    ) throws -> [(model: StoredModel, createdAt: String)] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM model WHERE name || '@' || substr(digest, 1, 8) = ?",
            arguments: [source]
        ).map { row in
            let text: String = row["parameters"]
            let parameters = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
            let model = StoredModel(
                name: row["name"],
                digest: try ContentDigest(row, "digest"),
                parameters: parameters
            )
            return (model, row["createdAt"])
        }
    }
}
