package import CurationCore
import GRDB

/// That somebody answered about an image.
package struct StoredAnswer: Sendable, Hashable {
    /// The image.
    package let sample: Sample.ID
    /// Who.
    package let reviewer: String
    /// What the answer was for.
    package let purpose: ReviewPurpose
}

extension DatasetStore {
    /// Who answered about images, in the way in which opinions count: classes, or the things in whole images.
    ///
    /// - Parameter sample: The image; nil for all.
    /// - Returns: The answers, of each person and image one.
    /// - Throws: `StorageError.database`, `.busy`.
    package func answers(of sample: Sample.ID? = nil) throws(StorageError) -> [StoredAnswer] {
        guard try schema().schema.task != .classification else {
            return try opinions(of: sample).map {
                StoredAnswer(sample: $0.sample, reviewer: $0.reviewer, purpose: $0.purpose)
            }
        }
        return try read { database in
            try Row.fetchAll(
                database,
                sql: Self.opinionsOfThings(ofOneImage: sample != nil),
                arguments: StatementArguments(sample.map { [$0] } ?? [])
            ).map {
                StoredAnswer(
                    sample: $0["sample"],
                    reviewer: $0["reviewer"],
                    purpose: try $0.value("purpose")
                )
            }
        }
    }

    /// The images about which people decided in the queue after an act of the log.
    ///
    /// - Parameter change: The act.
    /// - Returns: The images; nil where something else was done since by which an answer may count or not,
    ///   as an undo.
    /// - Throws: `StorageError.database`, `.busy`.
    package func imagesAnswered(since change: Int64) throws(StorageError) -> [Sample.ID]? {
        try read { database in
            let isOther = try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM change
                        WHERE id > ? AND kind NOT IN ('review', 'label', 'predict', 'fields'))
                    """,
                arguments: [change]
            )
            guard isOther == false else { return nil }
            return try Int64.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT shown.sample FROM review
                    JOIN reviewTaskSample AS shown ON shown.task = review.task
                    WHERE review.change > ?
                    """,
                arguments: [change]
            )
        }
    }
}
