package import CurationCore
package import Foundation
import GRDB

/// The one database of a data set, and the only way to write to it.
///
/// SQLite in WAL mode: readers never wait; writers wait for each other, at most 5 seconds.
package final class DatasetStore: Sendable {
    /// The folder of the data set.
    package let folder: URL
    let pool: DatabasePool

    /// The database file of the data set in `folder`.
    package static func databaseFile(in folder: URL) -> URL {
        folder.appending(path: "winnow.sqlite")
    }

    /// Whether there is a data set in `folder`; one that was left half made does not count.
    package static func isMade(in folder: URL) -> Bool {
        let file = databaseFile(in: folder)
        guard FileManager.default.fileExists(atPath: file.path) else { return false }
        do {
            try PageChecksums.register()
            let queue = try DatabaseQueue(path: file.path)
            return try queue.read {
                try $0.tableExists("dataset")
                    && Row.fetchOne($0, sql: "SELECT 1 FROM dataset") != nil
            }
        } catch {
            // What cannot be read is a data set in trouble: opening it says which.
            return true
        }
    }

    /// Where the vectors lie.
    package var featureFolder: URL { folder.appending(path: "features") }

    /// Opens the data set in `folder`, bringing an older schema up to date.
    ///
    /// - Throws: `StorageError.noDataset`, `.newerSchema`, `.busy`, `.database`.
    package convenience init(opening folder: URL) throws(StorageError) {
        guard Self.isMade(in: folder) else { throw .noDataset(folder: folder.path) }
        try self.init(folder: folder)
    }

    /// Makes a data set in `folder`, which is made if needed.
    ///
    /// - Throws: `StorageError.datasetExists`, `.full`, `.database`.
    package convenience init(
        creating folder: URL,
        schema: LabelSchema,
        at moment: Timestamp
    ) throws(StorageError) {
        guard !Self.isMade(in: folder) else { throw .datasetExists(folder: folder.path) }
        do {
            for part in [
                folder, folder.appending(path: "features"), folder.appending(path: "thumbnails"),
            ] {
                try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
            }
        } catch {
            throw .cannotCreate(folder: folder.path)
        }
        try self.init(folder: folder)
        try write { database in
            try database.execute(
                sql:
                    """
                    INSERT OR IGNORE INTO dataset (id, name, task, createdAt, branch)
                    VALUES (1, ?, ?, ?, ?)
                    """,
                arguments: [
                    folder.lastPathComponent, schema.task.rawValue, moment.description,
                    Self.firstBranch,
                ]
            )
            guard database.changesCount == 1 else {
                throw StorageError.datasetExists(folder: folder.path)
            }
            var batch = LabelBatch(kind: .create, author: "winnow", at: moment)
            batch.payload["task"] = schema.task.rawValue
            batch.newCategories = schema.categories.map(\.name)
            try batch.append(to: database)
        }
    }

    private init(folder: URL) throws(StorageError) {
        self.folder = folder
        pool = try translating { () throws in
            try PageChecksums.register()
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.maximumReaderCount = 4
            configuration.prepareDatabase { try PageChecksums.reserve(in: $0) }
            let pool = try DatabasePool(
                path: Self.databaseFile(in: folder).path,
                configuration: configuration
            )
            // A decision that was acknowledged must survive a power cut, not only a crash.
            // What `forget` deletes is overwritten.
            try pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON")
                // What was left half made may have pages without checksums.
                if try !$0.tableExists("dataset") { try $0.execute(sql: "VACUUM") }
            }
            return pool
        }
        let migrator = Migrations.migrator
        let isNewer = try translating { () throws in
            try pool.read { try migrator.hasBeenSuperseded($0) }
        }
        guard !isNewer else { throw try Self.misfit(pool, folder) }
        try translating { () throws in try migrator.migrate(pool) }
    }

    /// Why a schema does not fit: it is newer, or was never released.
    private static func misfit(
        _ pool: DatabasePool,
        _ folder: URL
    ) throws(StorageError) -> StorageError {
        let names = try translating { () throws in
            try pool.read { try Migrations.migrator.appliedIdentifiers($0) }
        }
        return names.contains("1")
            ? .unreleasedSchema(folder: folder.path) : .newerSchema(folder: folder.path)
    }

    /// The number of the schema.
    package static let schemaVersion = 1

    /// The branch that a data set begins with.
    package static let firstBranch = "main"

    /// Copies the database as it is at one moment, while others may write.
    ///
    /// - Parameter folder: An empty folder, which becomes that of the copy.
    /// - Throws: `StorageError.full`, `.database`.
    package func backup(to folder: URL) throws(StorageError) {
        try translating { () throws in
            var configuration = Configuration()
            configuration.prepareDatabase { try PageChecksums.reserve(in: $0) }
            let target = try DatabaseQueue(
                path: Self.databaseFile(in: folder).path,
                configuration: configuration
            )
            try pool.backup(to: target)
            try target.close()
        }
    }

    /// What is wrong with the pages of the database in `folder`, a sentence each.
    package static func damage(in folder: URL) -> [String] {
        PageChecksums.check(databaseFile(in: folder)).problems
    }

    /// Moves what is in the journal into the main file.
    package func checkpoint() throws(StorageError) {
        try translating { () throws in
            try pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        }
    }

    /// Closes the database; nothing can be read or written through this store after that.
    package func close() throws(StorageError) { try translating { () throws in try pool.close() } }

    func write<T>(_ body: (Database) throws -> T) throws(StorageError) -> T {
        try translating { () throws in try pool.write(body) }
    }

    func read<T>(_ body: (Database) throws -> T) throws(StorageError) -> T {
        try translating { () throws in try pool.read(body) }
    }
}

/// Runs `body` and turns what SQLite and the file system throw into `StorageError`.
func translating<T>(_ body: () throws -> T) throws(StorageError) -> T {
    do {
        return try body()
    } catch let error as StorageError {
        throw error
    } catch let error as DatabaseError {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: throw .busy
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM: throw .notWritable
        case .SQLITE_FULL: throw .full(file: "winnow.sqlite")
        default: throw .database(message: error.message ?? "\(error.resultCode)")
        }
    } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
        throw .full(file: error.filePath ?? "a file")
    } catch {
        throw .database(message: "\(error)")
    }
}
