import GRDB

/// What one person has decided.
package struct ReviewerWork: Sendable, Hashable {
    /// The name.
    package let reviewer: String
    /// Decisions that stand, but for skips.
    package let decisions: Int
    /// Pictures that they are about.
    package let pictures: Int
    /// The working time: the time between one decision and the next, breaks left out.
    package let seconds: Double
    /// Pictures whose class somebody else said, too, once for each of them.
    package let compared: Int
    /// How many of those got the same class.
    package let agreed: Int
}

extension DatasetStore {
    /// A gap between two decisions that is longer is a break.
    private static let longestGap = 300.0

    /// What each person has decided, most pictures first.
    package func reviewerWork() throws(StorageError) -> [ReviewerWork] {
        try read { database in
            let compared = try Self.agreement(in: database)
            return try Row.fetchAll(
                database,
                sql: """
                    \(Self.paces)
                    SELECT reviewer, count(*) AS decisions, sum(pictures) AS pictures,
                        sum(seconds) AS seconds
                    FROM pace GROUP BY reviewer ORDER BY 3 DESC, 1
                    """,
                arguments: ["longest": Self.longestGap, "since": 0]
            ).map { row in
                let name: String = row["reviewer"]
                return ReviewerWork(
                    reviewer: name,
                    decisions: row["decisions"],
                    pictures: row["pictures"],
                    seconds: row["seconds"],
                    compared: compared[name]?.looks ?? 0,
                    agreed: compared[name]?.same ?? 0
                )
            }
        }
    }

    /// The pictures and the working time of the newest decisions, of all people together.
    package func recentWork(
        decisions: Int
    ) throws(StorageError) -> (decisions: Int, pictures: Int, seconds: Double) {
        try read { database in
            // Some more, so that the first of each person has one before it.
            let since = try Int64.fetchOne(
                database,
                sql: """
                    SELECT id FROM review WHERE undoneBy IS NULL AND decision <> 'skip'
                    ORDER BY id DESC LIMIT 1 OFFSET ?
                    """,
                arguments: [2 * decisions]
            )
            let row = try Row.fetchOne(
                database,
                sql: """
                    \(Self.paces), newest AS (SELECT * FROM pace ORDER BY id DESC LIMIT :count)
                    SELECT count(*) AS decisions, coalesce(sum(pictures), 0) AS pictures,
                        coalesce(sum(seconds), 0) AS seconds FROM newest
                    """,
                arguments: [
                    "longest": Self.longestGap, "count": decisions, "since": since ?? 0,
                ]
            )
            return (row?["decisions"] ?? 0, row?["pictures"] ?? 0, row?["seconds"] ?? 0)
        }
    }

    /// SQL for `pace`: the decisions that stand, each with its pictures and the time that it took.
    ///
    /// After a break it is the time that the page measured. `:since` is the first of them.
    private static let paces = """
        WITH stamped AS (
            SELECT review.id, review.reviewer, review.exceptions, review.task, review.change,
                json_extract(review.content, '$.seconds') AS measured,
                (julianday(review.at) - julianday(lag(review.at) OVER (
                    PARTITION BY review.reviewer ORDER BY review.id))) * 86400.0 AS gap
            FROM review WHERE review.id >= :since AND undoneBy IS NULL AND decision <> 'skip'
        ), pace AS (
            SELECT id, reviewer,
                max(0, (SELECT count(*) FROM reviewTaskSample WHERE task = stamped.task)
                        - exceptions)
                    + coalesce((SELECT cast(json_extract(payload, '$.unseen') AS INTEGER)
                        FROM change WHERE change.id = stamped.change), 0) AS pictures,
                CASE WHEN gap BETWEEN 0 AND :longest THEN gap
                    ELSE coalesce(min(measured, :longest), 0) END AS seconds
            FROM stamped
        )
        """

    /// By person: the pictures whose class others said, too, and how often it was the same.
    private static func agreement(
        in database: Database
    ) throws -> [String: (looks: Int, same: Int)] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                WITH said AS (
                    SELECT annotation.sample, review.reviewer, annotation.category,
                        max(annotation.id) AS last
                    FROM review
                    JOIN change ON change.id = review.change
                    JOIN change AS earlier ON earlier.id = change.id - 1
                    JOIN annotation ON annotation.id > earlier.lastAnnotation
                        AND annotation.id <= change.lastAnnotation
                    WHERE review.undoneBy IS NULL AND annotation.state = 'accepted'
                        AND annotation.kind = 'classification'
                        AND annotation.source = 'reviewer:' || review.reviewer
                    GROUP BY annotation.sample, review.reviewer
                )
                SELECT mine.reviewer, count(*) AS looks,
                    sum(mine.category = other.category) AS same
                FROM said AS mine JOIN said AS other
                    ON other.sample = mine.sample AND other.reviewer <> mine.reviewer
                GROUP BY mine.reviewer
                """
        )
        return Dictionary(
            uniqueKeysWithValues: rows.map { ($0["reviewer"], ($0["looks"], $0["same"])) }
        )
    }

    /// How many undecided images each class is proposed for first, by name.
    package func proposedCounts() throws(StorageError) -> [String: Int] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT category.name, count(DISTINCT prediction.sample) AS images
                    FROM predictionRun CROSS JOIN prediction ON prediction.run = predictionRun.run
                    JOIN category ON category.id = prediction.category
                    JOIN sample ON sample.id = prediction.sample
                    WHERE predictionRun.retiredBy IS NULL AND prediction.position = 0
                        AND category.present = 1 AND sample.present = 1 AND sample.decided = 0
                    GROUP BY category.name
                    """
            )
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["name"], $0["images"]) })
        }
    }
}
