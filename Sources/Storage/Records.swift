import CurationCore
import FoundationEssentials
import GRDB

/// A row of the log that counts in the digest of its act, in the group of its image.
protocol LoggedRow {
    /// The kind of the row, as the digest and the tombstones name it.
    static var section: LogSection { get }
    /// The image that the row is about; 0 for rows about none.
    var sample: Int64 { get }
    /// Writes the row for its digest.
    func write(to bytes: inout RowBytes)
}

/// The kinds of rows that an act can write, in the order in which its digest takes them.
enum LogSection: String, CaseIterable {
    case category, sample, membership, move, field, annotation, prediction

    /// The first byte of a row.
    var tag: UInt8 {
        switch self {
        case .category: 1
        case .sample: 2
        case .membership: 3
        case .move: 4
        case .field: 5
        case .annotation: 6
        case .prediction: 7
        }
    }
}

/// A row of `change`, and the text that its digest covers.
struct ChangeRow {
    let id: Int64
    let kind: String
    let author: String
    let at: String
    let payloadDigest: String
    let undoes: Int64?
    let lastAnnotation: Int64
    let rows: String

    init(
        id: Int64,
        kind: String,
        author: String,
        at: String,
        payloadDigest: String,
        undoes: Int64?,
        lastAnnotation: Int64,
        rows: String
    ) {
        self.id = id
        self.kind = kind
        self.author = author
        self.at = at
        self.payloadDigest = payloadDigest
        self.undoes = undoes
        self.lastAnnotation = lastAnnotation
        self.rows = rows
    }

    init(_ row: Row) {
        self.init(
            id: row["id"],
            kind: row["kind"],
            author: row["author"],
            at: row["at"],
            payloadDigest: row["payloadDigest"],
            undoes: row["undoes"],
            lastAnnotation: row["lastAnnotation"],
            rows: row["rows"]
        )
    }

    /// The digest that chains this row to the one before.
    func digest(after previous: String?) -> ContentDigest {
        var bytes = RowBytes()
        bytes.start(0)
        bytes.add(previous ?? "")
        bytes.add(id)
        for text in [kind, author, at, payloadDigest] { bytes.add(text) }
        bytes.add(undoes)
        bytes.add(lastAnnotation)
        bytes.add(rows)
        var hasher = ContentHasher()
        hasher.update(words: bytes.words)
        return hasher.finish()
    }
}

extension Row {
    /// The word in a column as a case.
    ///
    /// - Throws: `StorageError.database` when it is none, as in a damaged or newer database.
    func value<Word: RawRepresentable<String>>(_ column: String) throws -> Word {
        let text: String = self[column]
        guard let word = Word(rawValue: text) else {
            throw StorageError.database(message: "'\(text)' in the column \(column)")
        }
        return word
    }
}

/// JSON with sorted keys, so that the same value is the same text.
enum CanonicalText {
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
