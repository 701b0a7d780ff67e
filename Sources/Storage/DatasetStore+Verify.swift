import CurationCore
import GRDB

extension DatasetStore {
    /// Checks the database file, its foreign keys, and the chain of the log.
    ///
    /// - Returns: A sentence for each problem; none when all is well.
    package func verifyDatabase() throws(StorageError) -> [String] {
        try read { database in
            var problems = try String.fetchAll(database, sql: "PRAGMA integrity_check")
                .filter { $0 != "ok" }
                .map { "winnow.sqlite: \($0)" }
            problems += try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map {
                "winnow.sqlite: a row of \($0["table"] as String) points nowhere"
            }
            problems += try Self.verifyLog(in: database)
            problems += try Int64.fetchAll(
                database,
                sql: """
                    SELECT sample.id FROM sample JOIN move ON move.sample = sample.id
                    GROUP BY sample.id HAVING move.id = max(move.id) AND move.toPath IS NOT sample.path
                    """
            ).map { "image \($0): its path is not where its last move led" }
            problems += try Int64.fetchAll(
                database,
                sql: """
                    SELECT review.id FROM review JOIN change ON change.id = review.change
                    WHERE json_extract(change.payload, '$.decision') IS NOT review.content
                    ORDER BY review.id
                    """
            ).map { "review \($0): the decision is not the one in the log" }
            return problems
        }
    }

    /// Computes every digest of the log again from the rows that each change touched.
    private static func verifyLog(in database: Database) throws -> [String] {
        var problems: [String] = []
        var previous: String?
        let changes = try Row.fetchCursor(database, sql: "SELECT * FROM change ORDER BY id")
        while let row = try changes.next() {
            let change = ChangeRow(
                id: row["id"],
                kind: row["kind"],
                author: row["author"],
                at: row["at"],
                payload: row["payload"],
                undoes: row["undoes"],
                rows: row["rows"]
            )
            let digest: String = row["digest"]
            if change.digest(after: previous).hex != digest {
                problems.append("change \(change.id): the log was altered here")
            }
            if try touchedRows(of: change.id, in: database).hex != change.rows {
                problems.append("change \(change.id): its labels or images were altered")
            }
            previous = digest
        }
        return problems
    }

    private static func touchedRows(of change: Int64, in database: Database) throws -> ContentDigest
    {
        var digest = RowDigest()
        let categories = try Row.fetchAll(
            database,
            sql: "SELECT id, name FROM category WHERE addedBy = ? ORDER BY id",
            arguments: [change]
        )
        for row in categories {
            digest.add(CategoryRow(id: row["id"], name: row["name"], addedBy: change).fields)
        }
        try addImages(of: change, to: &digest, in: database)
        let added = try Row.fetchCursor(
            database,
            sql: "SELECT * FROM annotation WHERE addedBy = ? ORDER BY id",
            arguments: [change]
        )
        while let row = try added.next() { digest.add(AnnotationRow(row).fields) }
        let retired = try Int64.fetchCursor(
            database,
            sql: "SELECT id FROM annotation WHERE retiredBy = ? ORDER BY id",
            arguments: [change]
        )
        while let id = try retired.next() { digest.add(["retire", "\(id)"]) }
        return digest.finish()
    }

    /// The images that a change brought or moved, with the paths of that time.
    private static func addImages(
        of change: Int64,
        to digest: inout RowDigest,
        in database: Database
    ) throws {
        let samples = try Row.fetchCursor(
            database,
            sql: """
                SELECT id, sha256, coalesce(
                    (SELECT fromPath FROM move WHERE move.sample = sample.id ORDER BY id LIMIT 1), path
                ) AS firstPath
                FROM sample WHERE addedBy = ? ORDER BY id
                """,
            arguments: [change]
        )
        while let row = try samples.next() {
            digest.add(
                SampleRow.fields(id: row["id"], sha256: row["sha256"], path: row["firstPath"])
            )
        }
        let moves = try Row.fetchCursor(
            database,
            sql: "SELECT * FROM move WHERE change = ? ORDER BY id",
            arguments: [change]
        )
        while let row = try moves.next() { digest.add(MoveRow(row).fields) }
    }
}
