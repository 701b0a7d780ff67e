package import CurationCore
import GRDB

extension DatasetStore {
    /// The images whose class is known, with it.
    package func honeypots() throws(StorageError) -> [Sample.ID: String] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT honeypot.sample, category.name FROM honeypot
                    JOIN category ON category.id = honeypot.category AND category.present = 1
                    JOIN sample ON sample.id = honeypot.sample AND sample.present = 1
                    """
            )
            return Dictionary(
                rows.map { ($0["sample"] as Int64, $0["name"] as String) },
                uniquingKeysWith: { $1 }
            )
        }
    }

    /// Takes the classes that images carry now for known.
    ///
    /// - Returns: The images that carry none, which are left out.
    package func addHoneypots(_ samples: [Sample.ID]) throws(StorageError) -> [Sample.ID] {
        try write { database in
            try samples.filter { sample in
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO honeypot (sample, category)
                        SELECT currentLabel.sample, currentLabel.category FROM currentLabel
                        JOIN annotation ON annotation.id = currentLabel.revision
                            AND annotation.kind = 'classification'
                        WHERE currentLabel.sample = ? AND currentLabel.state = 'accepted'
                        """,
                    arguments: [sample]
                )
                return database.changesCount == 0
            }
        }
    }

    /// Takes the classes of images for unknown again.
    package func removeHoneypots(_ samples: [Sample.ID]) throws(StorageError) {
        try write { database in
            for sample in samples {
                try database.execute(
                    sql: "DELETE FROM honeypot WHERE sample = ?",
                    arguments: [sample]
                )
            }
        }
    }
}
