package import CurationCore

/// Comma-separated values by RFC 4180, in UTF-8: rows of an export, and labels for images.
package enum CsvFormat {
    /// The columns of an export: one row a label, one row without label for a sample that has none.
    package static let exportColumns = [
        "sha256", "file_name", "width", "height", "split", "label", "x", "y", "w", "h",
    ]

    /// A row with the line it begins on.
    package struct Row: Sendable, Equatable {
        /// The number of the line, from 1.
        package let line: Int
        /// The fields without their quotes.
        package let fields: [String]
    }

    /// The bytes of one row, with its line feed.
    package static func write(_ fields: [String]) -> [UInt8] {
        var text: [UInt8] = []
        for (index, field) in fields.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            append(field, to: &text)
        }
        text.append(UInt8(ascii: "\n"))
        return text
    }

    /// The rows of one sample in an export.
    package static func rows(
        of sample: Sample,
        fileName: String,
        split: Split,
        labels: [Label]
    ) -> [UInt8] {
        let start = [
            sample.sha256.hex, fileName, String(sample.width), String(sample.height),
            split.shortName,
        ]
        if labels.isEmpty { return write(start + ["", "", "", "", ""]) }
        return labels.flatMap { label in
            guard let box = label.boundingBox else {
                return write(start + [label.category, "", "", "", ""])
            }
            let sides = [box.x, box.y, box.width, box.height].map(number)
            return write(start + [label.category] + sides)
        }
    }

    private static func number(_ value: Double) -> String {
        String(decoding: CanonicalJSON.number(value).bytes, as: UTF8.self)
    }

    private static func append(_ field: String, to text: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let isPlain = field.utf8.allSatisfy {
            $0 != quote && $0 != UInt8(ascii: ",") && $0 != 0x0A && $0 != 0x0D
        }
        let edges = [field.utf8.first, field.utf8.last]
        guard !isPlain || edges.contains(UInt8(ascii: " ")) else {
            text.append(contentsOf: field.utf8)
            return
        }
        text.append(quote)
        for byte in field.utf8 {
            if byte == quote { text.append(quote) }
            text.append(byte)
        }
        text.append(quote)
    }
}

// MARK: - Reading

extension CsvFormat {
    /// Reads all rows: lines end with LF or CR LF, a byte order mark is skipped, every row has as
    /// many fields as the first, and empty lines at the end do not count.
    ///
    /// - Throws: `InterchangeError.badCsv` or `.notText` with the line.
    package static func read(_ bytes: [UInt8]) throws(InterchangeError) -> [Row] {
        var rows: [Row] = []
        var parser = CsvParser(bytes, separator: UInt8(ascii: ","))
        while let row = try parser.nextRow() { rows.append(row) }
        return rows
    }

    /// Calls `body` with each row, as `read` gives them but without empty lines; `separator` stands
    /// between the fields.
    ///
    /// - Parameters:
    ///   - bytes: All rows.
    ///   - separator: What stands between the fields.
    ///   - fault: Called with each row after the first that is wrong, and its line; the line after
    ///     that is read next.
    ///   - body: Called with each row.
    /// - Throws: `InterchangeError.badCsv` or `.notText` when the first row is wrong, and what `body`
    ///   throws.
    static func forEachRow(
        of bytes: [UInt8],
        separator: UInt8,
        fault: (Int, InterchangeError) -> Void,
        body: (Row) throws(InterchangeError) -> Void
    ) throws(InterchangeError) {
        var parser = CsvParser(bytes, separator: separator)
        guard let first = try parser.nextRow() else { return }
        try body(first)
        while true {
            let row: Row
            do throws(InterchangeError) {
                guard let next = try parser.nextRow() else { return }
                row = next
            } catch {
                if !parser.isAtEmptyLine { fault(parser.startLine, error) }
                parser.skipLine()
                continue
            }
            if row.fields != [""] { try body(row) }
        }
    }
}

/// Takes CSV apart byte by byte.
private struct CsvParser {
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    private let bytes: [UInt8]
    private let comma: UInt8
    private var position = 0
    private var line = 1
    private var width: Int?
    // The last byte that is not of an empty line at the end.
    private let end: Int
    private var start = 0
    /// The line that the last row began on.
    private(set) var startLine = 1

    init(_ bytes: [UInt8], separator: UInt8) {
        self.bytes = bytes
        end = bytes.lastIndex { !Self.isBlank($0) } ?? -1
        comma = separator
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func nextRow() throws(InterchangeError) -> CsvFormat.Row? {
        if position > end { position = bytes.count }
        guard position < bytes.count else { return nil }
        (start, startLine) = (position, line)
        var fields: [String] = []
        while true {
            fields.append(try nextField())
            guard position < bytes.count else { break }
            let separator = bytes[position]
            position += 1
            if separator == comma { continue }
            if separator == Self.carriageReturn { position += 1 }
            line += 1
            break
        }
        try checkWidth(of: fields)
        return CsvFormat.Row(line: startLine, fields: fields)
    }

    /// Whether the last row began with the end of its line.
    var isAtEmptyLine: Bool { Self.isBlank(bytes[start]) }

    /// Goes back to the row that was wrong, and to the line after its first one: a quote that is
    /// never closed would hide all that follows.
    mutating func skipLine() {
        let feed = bytes[start...].firstIndex(of: Self.lineFeed)
        position = feed.map { $0 + 1 } ?? bytes.count
        line = startLine + 1
    }

    private mutating func checkWidth(of fields: [String]) throws(InterchangeError) {
        if let width, fields.count != width {
            throw .badCsv(
                line: startLine,
                reason: "it has \(fields.count) fields, the first line \(width)"
            )
        }
        width = fields.count
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == lineFeed || byte == carriageReturn
    }

    // Leaves `position` at the comma or line end after the field, or at the end.
    private mutating func nextField() throws(InterchangeError) -> String {
        guard position < bytes.count, bytes[position] == Self.quote else {
            return try plainField()
        }
        let start = line
        position += 1
        var field: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Self.lineFeed { line += 1 }
            if byte != Self.quote {
                field.append(byte)
            } else if position < bytes.count, bytes[position] == Self.quote {
                field.append(byte)
                position += 1
            } else {
                guard position == bytes.count || isSeparator() else {
                    throw .badCsv(line: line, reason: "text follows a closing quote")
                }
                return try text(field[...], line: start)
            }
        }
        throw .badCsv(line: start, reason: "a quote is never closed")
    }

    private mutating func plainField() throws(InterchangeError) -> String {
        let start = position
        while position < bytes.count, !isSeparator() {
            switch bytes[position] {
            case Self.quote:
                throw .badCsv(line: line, reason: "a quote stands in a field without quotes")
            case Self.carriageReturn:
                throw .badCsv(line: line, reason: "a carriage return has no line feed after it")
            case 0: throw .badCsv(line: line, reason: "it has a zero byte")
            default: position += 1
            }
        }
        return try text(bytes[start..<position], line: line)
    }

    private func isSeparator() -> Bool {
        switch bytes[position] {
        case comma, Self.lineFeed: true
        case Self.carriageReturn:
            position + 1 < bytes.count && bytes[position + 1] == Self.lineFeed
        default: false
        }
    }

    private func text(_ field: ArraySlice<UInt8>, line: Int) throws(InterchangeError) -> String {
        guard let text = String(validating: field, as: UTF8.self) else {
            throw .notText(line: line)
        }
        return text
    }
}
