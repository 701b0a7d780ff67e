import GRDB

/// The steps that bring a database of any release to the newest schema; frozen once released.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(sql: Schema1.sql)
        }
        return migrator
    }
}
