package import CurationCore
import GRDB

/// Images that are a reviewer's: those of a cluster, or with a value in a field.
package struct StoredAssignment: Sendable, Hashable {
    /// Which images.
    package enum Part: Sendable, Hashable {
        case cluster(Int)
        case field(String, value: String)
    }

    /// Whose they are.
    package let reviewer: String
    /// Which images.
    package let part: Part

    /// Describes whose images are whose.
    package init(reviewer: String, part: Part) {
        self.reviewer = reviewer
        self.part = part
    }

    fileprivate var columns: StatementArguments {
        switch part {
        case .cluster(let cluster): [reviewer, cluster, nil, nil]
        case .field(let name, let value): [reviewer, nil, name, value]
        }
    }
}

extension DatasetStore {
    /// Whose images are whose, in the order in which it was said.
    package func assignments() throws(StorageError) -> [StoredAssignment] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM assignment ORDER BY id").map { row in
                let part: StoredAssignment.Part =
                    if let cluster = row["cluster"] as Int? {
                        .cluster(cluster)
                    } else {
                        .field(row["field"], value: row["value"])
                    }
                return StoredAssignment(reviewer: row["reviewer"], part: part)
            }
        }
    }

    /// Says whose images are whose; what was said before changes nothing.
    package func assign(_ assignments: [StoredAssignment]) throws(StorageError) {
        try write { database in
            for assignment in assignments {
                try Self.unassign(assignment, in: database)
                try database.execute(
                    sql:
                        "INSERT INTO assignment (reviewer, cluster, field, value) VALUES (?, ?, ?, ?)",
                    arguments: assignment.columns
                )
            }
        }
    }

    /// Takes back whose images are whose.
    package func unassign(_ assignments: [StoredAssignment]) throws(StorageError) {
        try write { database in
            for assignment in assignments { try Self.unassign(assignment, in: database) }
        }
    }

    private static func unassign(
        _ assignment: StoredAssignment,
        in database: Database
    ) throws {
        try database.execute(
            sql: """
                DELETE FROM assignment
                WHERE reviewer = ? AND cluster IS ? AND field IS ? AND value IS ?
                """,
            arguments: assignment.columns
        )
    }

    /// The images that are somebody's and not this reviewer's.
    package func samplesOfOthers(than reviewer: String) throws(StorageError) -> Set<Sample.ID> {
        try read { database in
            let isAny = try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM assignment)"
            )
            guard isAny == true else { return [] }
            return try Set(
                Int64.fetchAll(
                    database,
                    sql: """
                        WITH assigned AS (
                            SELECT clusterMember.sample, assignment.reviewer FROM assignment
                            JOIN clusterMember ON clusterMember.cluster = assignment.cluster
                            UNION
                            SELECT currentField.sample, assignment.reviewer FROM assignment
                            JOIN currentField ON currentField.field = assignment.field
                                AND currentField.value = assignment.value)
                        SELECT sample FROM assigned
                        GROUP BY sample HAVING max(reviewer = ?) = 0
                        """,
                    arguments: [reviewer]
                )
            )
        }
    }
}
