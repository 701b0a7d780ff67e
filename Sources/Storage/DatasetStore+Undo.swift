package import CurationCore
import FoundationEssentials
import GRDB

/// What undoing a batch did.
package struct UndoOutcome: Sendable, Hashable {
    /// The batch that was undone.
    package let batch: Int64
    /// The batch that undid it.
    package let change: Int64
    /// What the batch was.
    package let kind: ChangeKind
    /// How many labels, images, classes, fields and rules are again as they were before.
    package let restored: Int
    /// How many were left as they are, since something newer changed them.
    package let skipped: Int
    /// The branch that is in use since; nil where that did not change.
    package let branch: String?
}

/// Who does something, why, and when.
struct BatchNote {
    let author: String
    let message: String
    let at: Timestamp
}

extension DatasetStore {
    /// Takes back the newest standing decisions of a reviewer, or of anybody.
    ///
    /// - Returns: What was taken back, newest first; fewer than `steps` when there are no more.
    package func undo(
        reviewer: String?,
        steps: Int,
        at moment: Timestamp
    ) throws(StorageError) -> [UndoneReview] {
        try write { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT review.*, reviewTask.reason, reviewTask.purpose,
                        reviewTask.label AS proposed, reviewTask.proposals
                    FROM review JOIN reviewTask ON reviewTask.id = review.task
                    WHERE undoneBy IS NULL AND (? IS NULL OR review.reviewer = ?)
                    ORDER BY review.id DESC LIMIT ?
                    """,
                arguments: [reviewer, reviewer, steps]
            )
            return try rows.map { row in
                let review = try Self.review(row, in: database)
                let note = BatchNote(
                    author: "reviewer:\(review.reviewer)",
                    message: "",
                    at: moment
                )
                _ = try Self.undo(review.change, note, in: database)
                return UndoneReview(
                    item: "r-\(review.task)",
                    what: review.words,
                    count: review.samples.count
                )
            }
        }
    }

    /// Takes a batch of the log back, as a batch of its own, however long ago it was.
    ///
    /// What something newer changed is left as it is. Undoing an undo is a redo.
    ///
    /// `batch`: The batch; nil for the newest that stands and can be undone.
    /// - Throws: `StorageError.batch` when there is none, or it cannot be undone; `.busy`.
    package func undo(
        batch: Int64?,
        author: String,
        message: String = "",
        at moment: Timestamp
    ) throws(StorageError) -> UndoOutcome {
        let note = BatchNote(author: author, message: message, at: moment)
        return try write { database in
            let outcome =
                if let batch {
                    try Self.undo(batch, note, in: database)
                } else {
                    try Self.undoNewest(note, in: database)
                }
            return try Self.withRest(of: outcome, in: database) {
                try Self.undo($0, note, in: database)
            }
        }
    }

    /// Does what was undone again.
    ///
    /// `batch`: The batch that was undone; nil for the one that was undone last.
    /// - Throws: as `undo(batch:author:at:)`.
    package func redo(
        batch: Int64?,
        author: String,
        message: String = "",
        at moment: Timestamp
    ) throws(StorageError) -> UndoOutcome {
        let note = BatchNote(author: author, message: message, at: moment)
        return try write { database in
            let undo: Int64? =
                if let batch {
                    try Self.standingUndo(of: batch, in: database)
                } else {
                    try Self.newestStanding(undone: true, in: database)
                }
            guard let undo else {
                throw StorageError.batch(batch, reason: "it was not undone: `winnow history` tells")
            }
            let outcome = try Self.undo(undo, note, in: database)
            guard let first = try Self.target(of: undo, in: database) else { return outcome }
            let whole = UndoOutcome(
                batch: first,
                change: outcome.change,
                kind: outcome.kind,
                restored: outcome.restored,
                skipped: outcome.skipped,
                branch: outcome.branch
            )
            return try Self.withRest(of: whole, in: database) { batch in
                guard let undo = try Self.standingUndo(of: batch, in: database) else {
                    throw StorageError.batch(batch, reason: "it stands")
                }
                return try Self.undo(undo, note, in: database)
            }
        }
    }

    /// What a batch undid; nil where it is no undo.
    static func target(of undo: Int64, in database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: "SELECT undoes FROM change WHERE id = ?",
            arguments: [undo]
        )
    }

    /// An import is written in many batches: what is done with one is done with all of them.
    private static func withRest(
        of outcome: UndoOutcome,
        in database: Database,
        _ act: (Int64) throws -> UndoOutcome
    ) throws -> UndoOutcome {
        let rest = try Int64.fetchAll(
            database,
            sql: """
                SELECT other.id FROM change JOIN change AS other
                    ON other.kind = 'import' AND other.id <> change.id
                    AND json_extract(other.payload, '$.run') = json_extract(change.payload, '$.run')
                WHERE change.id = ? AND change.kind = 'import' ORDER BY other.id
                """,
            arguments: [outcome.batch]
        )
        var (restored, skipped) = (outcome.restored, outcome.skipped)
        for id in rest {
            do {
                let more = try act(id)
                restored += more.restored
                skipped += more.skipped
            } catch StorageError.batch(_, _) {
                // It is as it should be already, or nothing of it is left.
            }
        }
        return UndoOutcome(
            batch: outcome.batch,
            change: outcome.change,
            kind: outcome.kind,
            restored: restored,
            skipped: skipped,
            branch: outcome.branch
        )
    }

    /// Undoes the newest batch that stands and of which something is left: what was done on another
    /// branch is not to be seen on this one.
    private static func undoNewest(
        _ note: BatchNote,
        in database: Database
    ) throws -> UndoOutcome {
        var before = Int64.max
        while true {
            let id = try newestStanding(undone: false, before: before, in: database)
            do {
                return try undo(id, note, in: database)
            } catch StorageError.batch(_, _) {
                before = id
            }
        }
    }

    /// The newest batch that stands: one that did something, or an undo that is no redo.
    private static func newestStanding(
        undone: Bool,
        before: Int64 = .max,
        in database: Database
    ) throws -> Int64 {
        let kinds =
            undone
            ? "'undo'"
            : "'import', 'predict', 'review', 'label', 'classes', 'membership', 'fields', 'restore', 'merge'"
        let cursor = try Int64.fetchCursor(
            database,
            sql: "SELECT id FROM change WHERE kind IN (\(kinds)) AND id < ? ORDER BY id DESC",
            arguments: [before]
        )
        while let id = try cursor.next() {
            guard try standingUndo(of: id, in: database) == nil else { continue }
            if try !undone || !isRedo(id, in: database) { return id }
        }
        throw StorageError.batch(nil, reason: "there is nothing to \(undone ? "redo" : "undo")")
    }

    /// Whether an undo takes back another one, which itself took back what was done.
    private static func isRedo(_ undo: Int64, in database: Database) throws -> Bool {
        let above = try target(of: undo, in: database)
        guard let above, try target(of: above, in: database) != nil else { return false }
        return try !isRedo(above, in: database)
    }

    /// The undo of a batch that was not itself undone; nil while the batch stands.
    ///
    /// `passing`: An undo that does not count, since it is being undone.
    static func standingUndo(
        of change: Int64,
        passing: Int64? = nil,
        in database: Database
    ) throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: "SELECT id FROM change WHERE undoes = ? ORDER BY id DESC"
        )
        for id in try Int64.fetchAll(statement, arguments: [change]) where id != passing {
            if try standingUndo(of: id, passing: passing, in: database) == nil { return id }
        }
        return nil
    }

    /// Takes one batch back, and what follows of it for the review.
    static func undo(
        _ id: Int64,
        _ note: BatchNote,
        in database: Database
    ) throws -> UndoOutcome {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT kind, payload FROM change WHERE id = ?",
            arguments: [id]
        )
        guard let row else {
            throw StorageError.batch(id, reason: "there is none: `winnow history` lists them")
        }
        let kind: ChangeKind = try row.value("kind")
        if let by = try standingUndo(of: id, in: database) {
            throw StorageError.batch(
                id,
                reason: "it was undone by b-\(by) already; `winnow redo b-\(id)` does it again"
            )
        }
        let payload = try payload(row["payload"])
        let effects = try UndoEffects(of: id, payload, in: database)
        var batch = LabelBatch(kind: .undo, author: note.author, message: note.message, at: note.at)
        batch.undoes = id
        effects.note(in: &batch)
        let (restored, skipped) = try reverse(id, kind, payload, in: &batch, database)
        let branch = try Self.branch(in: database)
        let change = try batch.append(to: database)
        try effects.apply(by: change, in: database)
        return UndoOutcome(
            batch: id,
            change: change,
            kind: kind,
            restored: restored,
            skipped: skipped,
            branch: batch.payload["from"] == nil ? nil : branch
        )
    }

    /// Whether something of an act of a person, or of its undo, can be taken back.
    ///
    /// One that changed no label, as a skip, can.
    static func isSomethingLeft(of id: Int64, in database: Database) throws -> Bool {
        var reversal = Reversal(of: id, source: "", isProbe: true)
        try reversal.run(in: database)
        return reversal.restored > 0 || reversal.skipped == 0
    }

    /// Puts the way back from a batch into another one.
    ///
    /// - Returns: How much is as it was before, and how much something newer has changed.
    private static func reverse(
        _ id: Int64,
        _ kind: ChangeKind,
        _ payload: [String: String],
        in batch: inout LabelBatch,
        _ database: Database
    ) throws -> (restored: Int, skipped: Int) {
        switch (kind, payload["from"] != nil) {
        case (.create, _):
            throw StorageError.batch(id, reason: "the making of the data set is not undone")
        case (.forget, _):
            throw StorageError.batch(id, reason: "what was forgotten is gone for good")
        case (.switch, _), (.undo, true):
            var way = try SwitchReturn(from: id, payload, in: database)
            let restored = try way.fill(&batch, in: database)
            guard restored > 0 || batch.payload["from"] != nil else { throw nothingLeft(of: id) }
            return (restored, way.skipped)
        default:
            var reversal = Reversal(of: id, source: batch.author)
            try reversal.run(in: database)
            guard reversal.restored > 0 || reversal.skipped == 0 else { throw nothingLeft(of: id) }
            reversal.fill(&batch)
            return (reversal.restored, reversal.skipped)
        }
    }

    private static func nothingLeft(of id: Int64) -> StorageError {
        .batch(
            id,
            reason:
                "nothing of it is left on this branch: newer changes, or a switch, took its place"
        )
    }
}
