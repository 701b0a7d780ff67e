package import CurationCore
import GRDB

extension DatasetStore {
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
