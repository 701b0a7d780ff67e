import CurationCore
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
                    SELECT review.*, reviewTask.reason, reviewTask.purpose,
                        reviewTask.label AS proposed, reviewTask.proposals
                    FROM review JOIN reviewTask ON reviewTask.id = review.task
                    WHERE undoneBy IS NULL ORDER BY review.id
                    """
            ).map { try StoredReview($0, samples: samples[$0["task"]] ?? []) }
        }
    }

    static func review(_ row: Row, in database: Database) throws -> StoredReview {
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
                    WHERE undoneBy IS NOT NULL AND reviewer = ? AND (
                        SELECT purpose FROM reviewTask WHERE id = review.task) = 'decide'
                    AND NOT EXISTS (
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
}

extension StoredReview {
    /// Reads a row of `review` joined with its task's `reason`, `purpose`, `proposed` and `proposals`.
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
            change: row["change"],
            purpose: try row.value("purpose")
        )
    }

    /// What was decided, in words.
    var words: String {
        let isGroup = reason == .cluster || samples.count > 1
        let subject = isGroup ? "\(kept)" : "the picture"
        return switch decision {
        case .accept: "accepted \(subject) as \(label ?? "proposed")"
        case .correct: "corrected \(subject) to \(label ?? "another label")"
        case .reject: "rejected \(proposed ?? "the group")"
        case .skip: "skipped \(subject)"
        }
    }
}
