package import CurationCore
import GRDB

extension DatasetStore {
    /// Takes back the newest acts of a person that stand: decisions of the queue, and those about views
    /// and pictures.
    ///
    /// Those of which newer changes left nothing are passed over.
    package func undoActs(
        of reviewer: String,
        steps: Int,
        at moment: Timestamp
    ) throws(StorageError) -> ReversedActs {
        try reverse(of: reviewer, steps, at: moment) { author, passed, database in
            guard
                let act = try Self.newestAct(by: author, passing: passed, in: database)
            else { return nil }
            return (act, act)
        }
    }

    /// Does again what a person took back last, as long as nothing new was done since.
    package func redoActs(
        of reviewer: String,
        steps: Int,
        at moment: Timestamp
    ) throws(StorageError) -> ReversedActs {
        try reverse(of: reviewer, steps, at: moment) { author, passed, database in
            try Self.newestUndo(by: author, passing: passed, in: database)
        }
    }

    /// Takes batches back until enough was done: `next` finds each, with the act that it stands for.
    private func reverse(
        of reviewer: String,
        _ steps: Int,
        at moment: Timestamp,
        _ next: (String, Set<Int64>, Database) throws -> (batch: Int64, act: Int64)?
    ) throws(StorageError) -> ReversedActs {
        try write { database in
            let author = "reviewer:\(reviewer)"
            let note = BatchNote(author: author, message: "", at: moment)
            var acts: [ReversedAct] = []
            var passed = Set<Int64>()
            while acts.count < steps, let (batch, act) = try next(author, passed, database) {
                do {
                    _ = try Self.undo(batch, note, in: database)
                    acts.append(try Self.described(act, in: database))
                } catch StorageError.batch(_, _) {
                    passed.insert(batch)
                }
            }
            return ReversedActs(
                acts: acts,
                canUndo: try Self.newestAct(by: author, passing: passed, in: database) != nil,
                canRedo: try Self.newestUndo(by: author, passing: passed, in: database) != nil
            )
        }
    }

    private static func newestAct(
        by author: String,
        passing passed: Set<Int64>,
        in database: Database
    ) throws -> Int64? {
        let acts = try Int64.fetchCursor(
            database,
            sql: """
                SELECT id FROM change WHERE author = ? AND kind IN ('review', 'label')
                ORDER BY id DESC
                """,
            arguments: [author]
        )
        while let id = try acts.next() {
            guard !passed.contains(id) else { continue }
            if try standingUndo(of: id, in: database) == nil { return id }
        }
        return nil
    }

    /// The undo that a redo takes back: the newest that stands, is no redo itself, and came after all
    /// that the person did.
    private static func newestUndo(
        by author: String,
        passing passed: Set<Int64>,
        in database: Database
    ) throws -> (batch: Int64, act: Int64)? {
        let newest = try Int64.fetchOne(
            database,
            sql: """
                SELECT max(id) FROM change WHERE author = ? AND kind IN ('review', 'label')
                """,
            arguments: [author]
        )
        let undos = try Row.fetchCursor(
            database,
            sql: """
                SELECT id, undoes FROM change
                WHERE author = ? AND kind = 'undo' AND id > ? ORDER BY id DESC
                """,
            arguments: [author, newest ?? 0]
        )
        while let row = try undos.next() {
            let (id, act): (Int64, Int64) = (row["id"], row["undoes"])
            guard !passed.contains(id), try target(of: act, in: database) == nil,
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
                    WHERE id = ? AND author = ? AND kind IN ('review', 'label'))
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
        let text = try String.fetchOne(
            database,
            sql: "SELECT payload FROM change WHERE id = ?",
            arguments: [id]
        )
        let (act, changed) = try act(payload(text))
        return ReversedAct(
            id: id,
            item: nil,
            what: act?.words(changed: changed) ?? "labelled pictures",
            count: changed
        )
    }
}
