import GRDB

extension DatasetStore {
    /// How many conflicts of merges nobody has decided yet.
    package func openConflictCount() throws(StorageError) -> Int {
        try read { try Self.openConflictCount(in: $0) }
    }

    static func openConflictCount(in database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM conflict WHERE resolvedBy IS NULL")
            ?? 0
    }
}
