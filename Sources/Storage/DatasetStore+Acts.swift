package import CurationCore
import GRDB

extension DatasetStore {
    /// Takes back the newest acts of a person that stand: decisions of the queue, those about views and
    /// pictures, and what was taken out, put back or restored.
    ///
    /// It stops at the first of which newer changes, or a switch, left nothing: what lies before that is
    /// not what the person has in mind.
    package func undoActs(
        of reviewer: String,
        steps: Int,
        at moment: Timestamp
    ) throws(StorageError) -> ReversedActs {
        try reverse(of: reviewer, steps, at: moment) { author, last, database in
            try Self.newestAct(by: author, before: last, in: database).map { ($0, $0) }
        }
    }

    /// Does again what a person took back last, as long as nothing new was done since.
    package func redoActs(
        of reviewer: String,
        steps: Int,
        at moment: Timestamp
    ) throws(StorageError) -> ReversedActs {
        try reverse(of: reviewer, steps, at: moment) { author, last, database in
            try Self.newestUndo(by: author, before: last, in: database)
        }
    }

    /// Takes batches back until enough was done: `next` finds each, with the act that it stands for.
    private func reverse(
        of reviewer: String,
        _ steps: Int,
        at moment: Timestamp,
        _ next: (String, Int64, Database) throws -> (batch: Int64, act: Int64)?
    ) throws(StorageError) -> ReversedActs {
        try write { database in
            let author = "reviewer:\(reviewer)"
            let note = BatchNote(author: author, message: "", at: moment)
            var acts: [ReversedAct] = []
            var last = Int64.max
            while acts.count < steps, let (batch, act) = try next(author, last, database),
                try Self.isSomethingLeft(of: batch, in: database)
            {
                _ = try Self.undo(batch, note, in: database)
                acts.append(try Self.described(act, in: database))
                last = batch
            }
            let act = try Self.newestAct(by: author, in: database)
            let undo = try Self.newestUndo(by: author, in: database)?.batch
            return ReversedActs(
                acts: acts,
                canUndo: try act.map { try Self.isSomethingLeft(of: $0, in: database) } ?? false,
                canRedo: try undo.map { try Self.isSomethingLeft(of: $0, in: database) } ?? false
            )
        }
    }

    /// The kinds of acts that a person takes back by their last act, as an index has them.
    private static let personal = "'review', 'label', 'membership', 'restore'"

    private static func newestAct(
        by author: String,
        before last: Int64 = .max,
        in database: Database
    ) throws -> Int64? {
        let acts = try Int64.fetchCursor(
            database,
            sql: """
                SELECT id FROM change WHERE author = ? AND kind IN (\(personal)) AND id < ?
                ORDER BY id DESC
                """,
            arguments: [author, last]
        )
        while let id = try acts.next() {
            if try standingUndo(of: id, in: database) == nil { return id }
        }
        return nil
    }

    /// The undo that a redo takes back: the newest that stands, is no redo itself, and came after all
    /// that the person did.
    private static func newestUndo(
        by author: String,
        before last: Int64 = .max,
        in database: Database
    ) throws -> (batch: Int64, act: Int64)? {
        let newest = try Int64.fetchOne(
            database,
            sql: """
                SELECT max(id) FROM change WHERE author = ? AND kind IN (\(personal))
                """,
            arguments: [author]
        )
        guard let newest else { return nil }
        let undos = try Row.fetchCursor(
            database,
            sql: """
                SELECT id, undoes FROM change
                WHERE author = ? AND kind = 'undo' AND id > ? AND id < ? ORDER BY id DESC
                """,
            arguments: [author, newest, last]
        )
        while let row = try undos.next() {
            let (id, act): (Int64, Int64) = (row["id"], row["undoes"])
            guard try target(of: act, in: database) == nil,
                try standingUndo(of: id, in: database) == nil, try isPersonal(act, author, database)
            else { continue }
            return (id, act)
        }
        return nil
    }

    private static func isPersonal(
        _ act: Int64,
        _ author: String,
        _ database: Database
    ) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (SELECT 1 FROM change
                    WHERE id = ? AND author = ? AND kind IN (\(personal)))
                """,
            arguments: [act, author]
        ) ?? false
    }

    private static func described(_ id: Int64, in database: Database) throws -> ReversedAct {
        let review = try Row.fetchOne(
            database,
            sql: """
                SELECT review.*, reviewTask.reason, reviewTask.purpose,
                    reviewTask.label AS proposed,
                    reviewTask.proposals
                FROM review JOIN reviewTask ON reviewTask.id = review.task WHERE review.change = ?
                """,
            arguments: [id]
        )
        if let review = try review.map({ try Self.review($0, in: database) }) {
            return ReversedAct(
                id: id,
                item: "r-\(review.task)",
                what: review.words,
                count: review.samples.count
            )
        }
        return try describedOutsideQueue(id, in: database)
    }

    private static func describedOutsideQueue(
        _ id: Int64,
        in database: Database
    ) throws -> ReversedAct {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT kind, payload,
                    (SELECT count(*) FROM membership WHERE change = :id) AS moved
                FROM change WHERE id = :id
                """,
            arguments: ["id": id]
        )
        let payload = try payload(row?["payload"])
        if let (act, changed) = try act(payload) {
            return ReversedAct(
                id: id,
                item: nil,
                what: act.words(changed: changed),
                count: changed
            )
        }
        let kind = try row?.value("kind") as ChangeKind?
        let changed = try changedImages(by: id, in: database)
        if let conflicts = payload["conflicts"].flatMap({ Int($0) }) {
            return reversed(id, "settled", conflicts, "conflict")
        }
        return switch kind {
        case .membership: reversed(id, "took out or put back", row?["moved"] ?? 0, "picture")
        case .restore: reversed(id, "restored", max(1, changed), "picture")
        default: reversed(id, "labelled", changed, "picture")
        }
    }

    private static func reversed(
        _ id: Int64,
        _ verb: String,
        _ count: Int,
        _ noun: String
    ) -> ReversedAct {
        let words = "\(verb) \(count) \(noun)\(count == 1 ? "" : "s")"
        return ReversedAct(id: id, item: nil, what: words, count: count)
    }

    /// How many images an act changed the labels of.
    private static func changedImages(by change: Int64, in database: Database) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT count(DISTINCT sample) FROM annotation
                WHERE id > coalesce((SELECT lastAnnotation FROM change WHERE id = :change - 1), 0)
                    AND id <= (SELECT lastAnnotation FROM change WHERE id = :change)
                """,
            arguments: ["change": change]
        ) ?? 0
    }
}
