package import CurationCore
import GRDB

extension DatasetStore {
    /// The decisions that stand, oldest first.
    package func reviews() throws(StorageError) -> [StoredReview] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM review WHERE undoneBy IS NULL ORDER BY id"
            ).map { try Self.review($0, in: database) }
        }
    }

    private static func review(_ row: Row, in database: Database) throws -> StoredReview {
        guard let task = try task(row["task"], in: database) else {
            throw StorageError.database(message: "a decision on a task that is not there")
        }
        return StoredReview(
            task: task.id,
            reason: task.reason,
            reviewer: row["reviewer"],
            decision: Decision(rawValue: row["decision"]) ?? .skip,
            label: row["label"],
            proposed: task.label,
            proposals: task.proposals,
            samples: task.samples,
            exceptions: row["exceptions"],
            change: row["change"]
        )
    }

    /// The tasks whose decisions a reviewer took back and that nobody was given since, the last
    /// taken back first.
    package func undoneTasks(of reviewer: String) throws(StorageError) -> [StoredTask] {
        try read { database in
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT task FROM review
                    WHERE undoneBy IS NOT NULL AND reviewer = ? AND NOT EXISTS (
                        SELECT 1 FROM reviewTaskSample AS mine
                        JOIN reviewTaskSample AS theirs ON theirs.sample = mine.sample
                        JOIN reviewTask ON reviewTask.id = theirs.task
                        WHERE mine.task = review.task AND theirs.task > mine.task
                            AND reviewTask.state IN ('leased', 'decided'))
                    ORDER BY undoneBy DESC
                    """,
                arguments: [reviewer]
            ).compactMap { try Self.task($0, in: database) }
        }
    }

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
                    SELECT * FROM review
                    WHERE undoneBy IS NULL AND (? IS NULL OR reviewer = ?)
                    ORDER BY id DESC LIMIT ?
                    """,
                arguments: [reviewer, reviewer, steps]
            )
            return try rows.map { row in
                let review = try Self.review(row, in: database)
                let undo = try Self.undo(
                    review.change,
                    by: review.reviewer,
                    at: moment,
                    in: database
                )
                try database.execute(
                    sql: "UPDATE review SET undoneBy = ? WHERE change = ?",
                    arguments: [undo, review.change]
                )
                try database.execute(
                    sql: "UPDATE reviewTask SET state = 'returned' WHERE id = ?",
                    arguments: [review.task]
                )
                return UndoneReview(
                    item: "r-\(review.task)",
                    what: review.words,
                    count: review.samples.count
                )
            }
        }
    }

    /// Retires what a change added and brings back what it retired, as a new change.
    private static func undo(
        _ change: Int64,
        by reviewer: String,
        at moment: Timestamp,
        in database: Database
    ) throws -> Int64 {
        var batch = LabelBatch(kind: .undo, author: "reviewer:\(reviewer)", at: moment)
        batch.undoes = change
        batch.retired = try Int64.fetchAll(
            database,
            sql: "SELECT id FROM annotation WHERE addedBy = ? AND retiredBy IS NULL",
            arguments: [change]
        )
        batch.added = try Row.fetchAll(
            database,
            sql: """
                SELECT annotation.*, category.name AS categoryName
                FROM annotation JOIN category ON category.id = annotation.category
                WHERE retiredBy = ? AND NOT EXISTS (
                    SELECT 1 FROM annotation AS newer
                    WHERE newer.sample = annotation.sample AND newer.retiredBy IS NULL
                        AND newer.state = 'accepted' AND newer.addedBy <> ?)
                ORDER BY annotation.id
                """,
            arguments: [change, change]
        ).map {
            let old = try Annotation($0)
            return NewAnnotation(
                sample: old.sample,
                label: old.label,
                state: old.state,
                score: old.score,
                source: old.source
            )
        }
        return try batch.append(to: database)
    }
}

extension StoredReview {
    /// What was decided, in words.
    fileprivate var words: String {
        let subject = reason == .cluster ? "\(samples.count - exceptions)" : "the picture"
        return switch decision {
        case .accept: "accepted \(subject) as \(label ?? "proposed")"
        case .correct: "corrected \(subject) to \(label ?? "another label")"
        case .reject: "rejected \(proposed ?? "the group")"
        case .skip: "skipped \(subject)"
        }
    }
}
