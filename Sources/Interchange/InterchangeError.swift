/// Why text of another tool's format could not be read.
package enum InterchangeError: Error, Equatable, CustomStringConvertible {
    /// The text is not UTF-8.
    case notText(line: Int)
    /// The text breaks the rules of CSV (RFC 4180).
    case badCsv(line: Int, reason: String)
    /// The first line does not name the columns that are needed.
    case missingColumns(found: [String], needed: String)
    /// A row does not say what it should.
    case badRow(line: Int, reason: String)
    /// The name of a class folder cannot be the name of a class.
    case badClassName(path: String)

    /// What failed, on which line, and what to do.
    package var description: String {
        switch self {
        case .notText(let line):
            "line \(line) is not UTF-8: save the file as UTF-8"
        case .badCsv(let line, let reason):
            "line \(line) is not CSV: \(reason)"
        case .missingColumns(let found, let needed):
            "the first line has the columns '\(found.joined(separator: ","))', and needs \(needed)"
        case .badRow(let line, let reason):
            "line \(line): \(reason)"
        case .badClassName(let path):
            "the folder of \(path) cannot name a class: rename it without control characters"
        }
    }
}
