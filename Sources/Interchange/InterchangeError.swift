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
    /// The text breaks the rules of JSON, or those of the format that it should be in.
    case badJSON(byte: Int, reason: String)
    /// The text breaks the rules of XML, or uses what is not read.
    case badXML(line: Int, reason: String)
    /// The text is not the part of YAML that is read.
    case badYAML(line: Int, reason: String)

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
        case .badJSON(let byte, let reason):
            "near byte \(byte) it is not the JSON it should be: \(reason)"
        case .badXML(let line, let reason):
            "line \(line) is not the XML it should be: \(reason)"
        case .badYAML(let line, let reason):
            "line \(line) is not the YAML it should be: \(reason)"
        }
    }
}
