package import CurationCore
import GRDB

extension DatasetStore {
    /// How much was touched since a version, in little time: labels and images, some of which may be as
    /// they were.
    package func touched(
        since version: Version
    ) throws(StorageError) -> (labels: Int, images: Int) {
        try read { database in
            let point = try LogPoint(of: version.id, in: database)
            let labels = try Int.fetchOne(
                database,
                sql: "SELECT count(DISTINCT object) FROM annotation WHERE id > ?",
                arguments: [point.lastAnnotation]
            )
            let images = try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM (SELECT id FROM sample WHERE addedBy > :change
                        UNION SELECT sample FROM membership WHERE change > :change)
                    """,
                arguments: ["change": point.change]
            )
            return (labels ?? 0, images ?? 0)
        }
    }

    /// The version that is being merged; nil when none is.
    package func merging() throws(StorageError) -> ContentDigest? {
        try read { database in
            try String.fetchOne(database, sql: "SELECT merging FROM dataset")
                .flatMap(ContentDigest.init(hex:))
        }
    }
}
