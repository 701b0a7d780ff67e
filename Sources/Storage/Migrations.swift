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
        return migrator
    }
}
