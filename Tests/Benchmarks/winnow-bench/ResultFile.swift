import Foundation
import Interchange

/// Writes what a work gave, so that it can be checked from outside.
enum ResultFile {
    /// Writes `bytes`, in place of a file that is there.
    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    /// Writes a table of comma-separated values.
    static func write(columns: [String], rows: [[String]], to path: String) throws {
        try write(([columns] + rows).flatMap(CsvFormat.write), to: path)
    }
}
