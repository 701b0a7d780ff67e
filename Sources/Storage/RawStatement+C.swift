import GRDB
import GRDBSQLite

/// A statement that is run for a million rows: without the arrays of values that a row takes elsewhere.
///
/// It belongs to one transaction of one connection, and is not shared.
@safe final class RawStatement {
    private let connection: OpaquePointer
    private let statement: OpaquePointer

    /// Prepares the statement.
    ///
    /// - Throws: `DatabaseError` when SQLite does not understand it.
    init(_ sql: String, in database: Database) throws {
        guard let connection = unsafe database.sqliteConnection else {
            throw StorageError.database(message: "the connection is closed")
        }
        var statement: OpaquePointer?
        let code = unsafe sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
        guard code == SQLITE_OK, let prepared = unsafe statement else {
            throw DatabaseError(resultCode: ResultCode(rawValue: code), sql: sql)
        }
        unsafe (self.connection, self.statement) = (connection, prepared)
    }

    deinit { _ = unsafe sqlite3_finalize(statement) }

    /// Sets parameter `index`, from 1.
    func bind(_ value: Int64, at index: Int32) {
        _ = unsafe sqlite3_bind_int64(statement, index, value)
    }

    /// Sets parameter `index` to a number, or to none.
    func bind(_ value: Int64?, at index: Int32) {
        guard let value else {
            _ = unsafe sqlite3_bind_null(statement, index)
            return
        }
        bind(value, at: index)
    }

    /// Sets parameter `index` to a real number.
    func bind(_ value: Double, at index: Int32) {
        _ = unsafe sqlite3_bind_double(statement, index, value)
    }

    /// Sets parameter `index` to a text, which SQLite copies.
    func bind(_ text: String, at index: Int32) {
        var text = text
        text.withUTF8 { buffer in
            // What SQLite calls SQLITE_TRANSIENT, which no header that Swift reads can say.
            let copy = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            let start = unsafe UnsafeRawPointer(buffer.baseAddress)?
                .assumingMemoryBound(to: CChar.self)
            _ = unsafe sqlite3_bind_text(statement, index, start, Int32(buffer.count), copy)
        }
    }

    /// Sets parameter `index` to a text, or to none.
    func bind(_ text: String?, at index: Int32) {
        guard let text else {
            _ = unsafe sqlite3_bind_null(statement, index)
            return
        }
        bind(text, at: index)
    }

    /// Goes to the next row of the answer; false behind the last one, when what was set can be set anew.
    ///
    /// - Throws: `DatabaseError` when SQLite cannot read on.
    func next() throws -> Bool {
        let code = unsafe sqlite3_step(statement)
        guard code != SQLITE_ROW else { return true }
        _ = unsafe sqlite3_reset(statement)
        guard code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code),
                message: unsafe String(cString: sqlite3_errmsg(connection))
            )
        }
        return false
    }

    /// The whole number in column `index`, from 0; 0 where there is none.
    func integer(_ index: Int32) -> Int64 { unsafe sqlite3_column_int64(statement, index) }

    /// The real number in column `index`, from 0; NaN where there is none.
    func number(_ index: Int32) -> Double {
        guard unsafe sqlite3_column_type(statement, index) != SQLITE_NULL else { return .nan }
        return unsafe sqlite3_column_double(statement, index)
    }

    /// The bytes of the text in column `index`, from 0.
    func bytes(_ index: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_text(statement, index) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(statement, index))
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// Runs the statement with what was set, and makes it ready for the next row; what was set stays.
    ///
    /// - Throws: `DatabaseError` when SQLite refuses the row.
    func run() throws {
        let code = unsafe sqlite3_step(statement)
        _ = unsafe sqlite3_reset(statement)
        guard code == SQLITE_DONE || code == SQLITE_ROW else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code),
                message: unsafe String(cString: sqlite3_errmsg(connection))
            )
        }
    }
}
