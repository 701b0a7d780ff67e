package import CurationCore
import GRDB

/// What the stages found of one picture.
package struct PictureFindings: Sendable {
    /// What was measured at import.
    package let metrics: ImageMetrics
    /// What the file says of how it was taken.
    package let facts: ImageFacts
    /// The cluster that it belongs to, from 0; -1 is noise, nil before anything was clustered.
    package let cluster: Int?
    /// The group of copies that it belongs to.
    package let copies: DuplicateGroup?
}

extension DatasetStore {
    /// How many pictures were forgotten.
    package func forgottenCount() throws(StorageError) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM tombstone") ?? 0 }
    }

    /// What the stages found of a picture; nil when there is none.
    package func findings(on sample: Sample.ID) throws(StorageError) -> PictureFindings? {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: "SELECT * FROM sample WHERE id = ?",
                arguments: [sample]
            )
            guard let row else { return nil }
            let cluster = try Int.fetchOne(
                database,
                sql: "SELECT cluster FROM clusterMember WHERE sample = ?",
                arguments: [sample]
            )
            return PictureFindings(
                metrics: ImageMetrics(row),
                facts: ImageFacts(
                    camera: row["camera"],
                    capturedAt: row["capturedAt"],
                    hasLocation: row["hasLocation"]
                ),
                cluster: cluster,
                copies: try Self.duplicates(of: sample, in: database)
            )
        }
    }

    /// The group of copies that a picture belongs to; nil when it has none.
    private static func duplicates(
        of sample: Int64,
        in database: Database
    ) throws -> DuplicateGroup? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT * FROM duplicateGroup WHERE id IN (
                    SELECT duplicateGroup FROM duplicateMember WHERE sample = ?) LIMIT 1
                """,
            arguments: [sample]
        )
        guard let row else { return nil }
        let members = try Row.fetchAll(
            database,
            sql: "SELECT * FROM duplicateMember WHERE duplicateGroup = ? ORDER BY sample",
            arguments: [row["id"] as Int64]
        )
        return DuplicateGroup(
            kind: try row.value("kind"),
            keep: row["keep"],
            reason: row["reason"],
            members: try members.map {
                DuplicateGroup.Member(
                    id: $0["sample"],
                    similarity: $0["similarity"],
                    transform: try $0.value("transform")
                )
            }
        )
    }
}
