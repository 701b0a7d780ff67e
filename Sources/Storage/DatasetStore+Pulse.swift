package import CurationCore
import GRDB

extension DatasetStore {
    /// The review tasks that are given out now.
    package func leasedTasks(now: Double) throws(StorageError) -> Set<Int64> {
        try read { database in
            try Set(
                Int64.fetchAll(
                    database,
                    sql: "SELECT id FROM reviewTask WHERE state = 'leased' AND expiresAt > ?",
                    arguments: [now]
                )
            )
        }
    }

    /// Which of the tasks were given back or ran out, and not decided.
    package func returned(of tasks: Set<Int64>) throws(StorageError) -> [Int64] {
        try read { database in
            try tasks.sorted().filter { task in
                try Bool.fetchOne(
                    database.cachedStatement(
                        sql: "SELECT state <> 'decided' FROM reviewTask WHERE id = ?"
                    ),
                    arguments: [task]
                ) == true
            }
        }
    }

    /// What proposed the labels of the task that was given out last: `classifier@3f2a91bc`.
    package func newestSource() throws(StorageError) -> String? {
        try read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT json_extract(proposals, '$[0].source') FROM reviewTask
                    ORDER BY id DESC LIMIT 1
                    """
            )
        }
    }

    /// The newest version of the branch that is worked on; nil before the first.
    package func head() throws(StorageError) -> ContentDigest? {
        try read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT version FROM reference
                    WHERE kind = 'branch' AND name = (SELECT branch FROM dataset)
                    """
            ).flatMap(ContentDigest.init(hex:))
        }
    }
}
