package import CurationCore
import GRDB

/// All pictures as columns in memory, and up to which act of the log they hold.
package struct PictureColumns: Sendable {
    /// What the files are.
    package internal(set) var facts = PictureFacts()
    /// What is said of them.
    package internal(set) var states = PictureStates(isPresent: [], isOfObjects: false)
    /// The classes of now: number and name, in their order.
    package internal(set) var categories: [(id: UInt16, name: String)] = []
    /// The cluster of each row; -1 is noise, -2 none.
    package internal(set) var clusters: [Int32] = []
    /// Whether each row has a copy.
    package internal(set) var hasCopies: [Bool] = []
    /// The last act of the log that the columns know.
    package internal(set) var change: Int64 = 0
    /// What the clustering and the copies were read from.
    package internal(set) var groupsMark = ""
    /// How often the files, what is said or the groups were found different.
    package internal(set) var generation = 0
    /// How often images came, went or moved.
    package internal(set) var factsGeneration = 0
    var lastAnnotation: Int64 = 0
    var forgotten: Int64 = 0
    var liveRuns: [Int64] = []
    var categoryRevision: Int64 = 0
    var fieldRevision: Int64 = 0
    /// The acts in which a person said something else than was proposed.
    var corrections: Set<Int64> = []

    /// Columns without rows.
    package init() {}

    /// Drops all rows; it goes on counting how often they were others.
    fileprivate mutating func empty() {
        let generations = (generation, factsGeneration)
        self = PictureColumns()
        (generation, factsGeneration) = generations
    }
}

extension DatasetStore {
    /// Brings columns up to the end of the log; new ones are read whole.
    ///
    /// - Returns: Whether values of fields may have changed.
    @discardableResult
    package func refresh(_ columns: inout PictureColumns) throws(StorageError) -> Bool {
        do throws(StorageError) {
            return try follow(&columns)
        } catch {
            // Some columns may be longer than others by now: all are read again.
            columns.empty()
            throw error
        }
    }

    private func follow(_ columns: inout PictureColumns) throws(StorageError) -> Bool {
        try read { database in
            let reader = ColumnReader(database: database)
            try reader.readGroups(&columns)
            let change = try LabelBatch.lastChange(in: database)
            guard change != columns.change else { return false }
            let forgotten =
                try Int64.fetchOne(database, sql: "SELECT count(*) FROM tombstone") ?? 0
            if columns.change == 0 || columns.forgotten != forgotten || change < columns.change {
                columns.empty()
                columns.forgotten = forgotten
                try reader.readAll(&columns)
                try reader.readGroups(&columns)
            } else {
                try reader.readOn(&columns)
            }
            columns.change = change
            columns.generation += 1
            let fields =
                try Int64.fetchOne(
                    database,
                    sql: "SELECT coalesce(max(id), 0) FROM fieldRevision"
                ) ?? 0
            defer { columns.fieldRevision = fields }
            return fields != columns.fieldRevision
        }
    }

    /// What is said of the pictures at a version: which belonged to it, and their accepted labels.
    package func states(
        at version: Version,
        _ columns: PictureColumns
    ) throws(StorageError) -> PictureStates {
        try read { database in
            let point = try LogPoint(of: version.id, in: database)
            return try ColumnReader(database: database).states(at: point, columns)
        }
    }

    /// The values of a field by picture, in the order of the pictures.
    package func values(
        ofField name: String,
        _ body: (Sample.ID, String) -> Void
    ) throws(StorageError) {
        try read { database in
            let statement = try RawStatement(
                "SELECT sample, value FROM currentField WHERE field = ?",
                in: database
            )
            statement.bind(name, at: 1)
            while try statement.next() {
                body(statement.integer(0), String(decoding: statement.bytes(1), as: UTF8.self))
            }
        }
    }
}
