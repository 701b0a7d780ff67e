package import CurationCore
import FoundationEssentials
import GRDB

extension DatasetStore {
    /// The decisions that stand, oldest first.
    package func reviews() throws(StorageError) -> [StoredReview] {
        try read { database in
            var samples: [Int64: [Sample.ID]] = [:]
            let shown = try Row.fetchCursor(
                database,
                sql: """
                    SELECT task, sample FROM reviewTaskSample
                    WHERE task IN (SELECT task FROM review WHERE undoneBy IS NULL)
                    ORDER BY task, position
                    """
            )
            while let row = try shown.next() {
                samples[row["task"], default: []].append(row["sample"])
            }
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT review.*, reviewTask.reason, reviewTask.label AS proposed,
                        reviewTask.proposals
                    FROM review JOIN reviewTask ON reviewTask.id = review.task
                    WHERE undoneBy IS NULL ORDER BY review.id
                    """
            ).map { try StoredReview($0, samples: samples[$0["task"]] ?? []) }
        }
    }

    private static func review(_ row: Row, in database: Database) throws -> StoredReview {
        let samples = try Int64.fetchAll(
            database,
            sql: "SELECT sample FROM reviewTaskSample WHERE task = ? ORDER BY position",
            arguments: [row["task"] as Int64]
        )
        return try StoredReview(row, samples: samples)
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
                    SELECT review.*, reviewTask.reason, reviewTask.label AS proposed,
                        reviewTask.proposals
                    FROM review JOIN reviewTask ON reviewTask.id = review.task
                    WHERE undoneBy IS NULL AND (? IS NULL OR review.reviewer = ?)
                    ORDER BY review.id DESC LIMIT ?
                    """,
                arguments: [reviewer, reviewer, steps]
            )
            return try rows.map { row in
                let review = try Self.review(row, in: database)
                try Self.takeBack(review, at: moment, in: database)
                return UndoneReview(
                    item: "r-\(review.task)",
                    what: review.words,
                    count: review.samples.count
                )
            }
        }
    }

    private static func takeBack(
        _ review: StoredReview,
        at moment: Timestamp,
        in database: Database
    ) throws {
        let undo = try undo(review.change, by: review.reviewer, at: moment, in: database)
        try database.execute(
            sql: "UPDATE review SET undoneBy = ? WHERE change = ?",
            arguments: [undo, review.change]
        )
        try database.execute(
            sql: "UPDATE reviewTask SET state = 'returned' WHERE id = ?",
            arguments: [review.task]
        )
    }

    /// Retires what a change said and brings back what it retired, as a new change.
    ///
    /// Left alone is what newer decisions say; not brought back is what was itself taken back, or a
    /// proposal where there is a newer one.
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
            sql: "SELECT id FROM annotation WHERE origin = ? AND retiredBy IS NULL",
            arguments: [change]
        )
        batch.added = try labelsToBringBack(from: change, in: database)
        return try batch.append(to: database)
    }

    private static func labelsToBringBack(
        from change: Int64,
        in database: Database
    ) throws -> [NewAnnotation] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT annotation.*, category.name AS categoryName
                FROM annotation JOIN category ON category.id = annotation.category
                WHERE retiredBy = :change
                    AND NOT EXISTS (
                        SELECT 1 FROM annotation AS newer
                        WHERE newer.sample = annotation.sample AND newer.retiredBy IS NULL
                            AND newer.origin <> :change
                            AND (newer.state = 'accepted'
                                OR newer.state = 'proposed' AND annotation.state = 'proposed'))
                    AND NOT EXISTS (
                        SELECT 1 FROM review
                        WHERE review.change = annotation.origin AND review.undoneBy IS NOT NULL)
                ORDER BY annotation.id
                """,
            arguments: ["change": change]
        ).map {
            let old = try Annotation($0)
            var new = NewAnnotation(
                sample: old.sample,
                label: old.label,
                state: old.state,
                score: old.score,
                source: old.source
            )
            new.origin = $0["origin"]
            return new
        }
    }
}

extension StoredReview {
    /// Reads a row of `review` joined with its task's `reason`, `proposed` and `proposals`.
    init(_ row: Row, samples: [Sample.ID]) throws {
        let proposals: String = row["proposals"]
        self.init(
            task: row["task"],
            reason: try row.value("reason"),
            reviewer: row["reviewer"],
            decision: try row.value("decision"),
            label: row["label"],
            proposed: row["proposed"],
            proposals: try JSONDecoder().decode(
                [ReviewItem.Proposal].self,
                from: Data(proposals.utf8)
            ),
            samples: samples,
            exceptions: row["exceptions"],
            change: row["change"]
        )
    }

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
