import GRDB

/// The steps that bring a database of any release to the newest schema; frozen once released.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0.1.0") { database in
            for part in [Schema1.sql, Schema1Stages.sql, Schema1Labels.sql, Schema1Versions.sql] {
                try database.execute(sql: part)
            }
        }
        migrator.registerMigration("0.1.0: a field can be taken away") { database in
            try database.execute(
                sql: """
                    ALTER TABLE field ADD COLUMN present INTEGER NOT NULL DEFAULT 1
                    CHECK (present IN (0, 1))
                    """
            )
            let known = Set(try String.fetchAll(database, sql: "SELECT name FROM field"))
            for field in GovernanceRevision.usual where !known.contains(field.key[1]) {
                try field.store(in: database)
            }
        }
        return migrator
    }
}
