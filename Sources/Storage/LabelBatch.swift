package import CurationCore
import FoundationEssentials
import GRDB

/// What an act of the log is.
package enum ChangeKind: String, Sendable, Codable {
    case create, `import`, predict, review, undo
}

/// A label that is about to enter the store.
package struct NewAnnotation: Sendable {
    /// The sample it is about.
    package let sample: Sample.ID
    /// What is said.
    package let label: Label
    /// How far it has come.
    package let state: LabelState
    /// The probability, for a proposal; 0 to 1.
    package let score: Double?
    /// Who says it.
    package let source: String
    /// The change that said it first, when an undo brings it back.
    var origin: Int64?

    /// Describes a label that is about to enter the store.
    package init(
        sample: Sample.ID,
        label: Label,
        state: LabelState,
        score: Double? = nil,
        source: String
    ) {
        self.sample = sample
        self.label = label
        self.state = state
        self.score = score
        self.source = source
    }
}

/// One act of the log: everything it adds and retires enters the store in one transaction.
struct LabelBatch {
    let kind: ChangeKind
    let author: String
    let at: Timestamp
    var payload: [String: String] = [:]
    var undoes: Int64?
    var newCategories: [String] = []
    var newSamples: [NewSample] = []
    var moves: [MoveRow] = []
    var added: [NewAnnotation] = []
    var retired: [Int64] = []

    init(kind: ChangeKind, author: String, at: Timestamp) {
        self.kind = kind
        self.author = author
        self.at = at
    }

    /// Writes the act and its rows.
    ///
    /// - Returns: The number of the change.
    @discardableResult
    func append(to database: Database) throws -> Int64 {
        let change =
            try Int64.fetchOne(
                database,
                sql: "SELECT coalesce(max(id), 0) + 1 FROM change"
            ) ?? 1
        let samples = try SampleRow.rows(newSamples, addedBy: change, in: database)
        let added = added + samples.flatMap(\.givenLabels)
        let (categories, annotations) = try rows(of: added, addedBy: change, in: database)
        var digest = RowDigest()
        categories.forEach { digest.add($0.fields) }
        samples.forEach { digest.add($0.fields) }
        moves.forEach { digest.add($0.fields) }
        annotations.forEach { digest.add($0.fields) }
        retired.sorted().forEach { digest.add(["retire", "\($0)"]) }
        try insertChange(change, rows: digest.finish(), in: database)
        for row in categories { try row.insert(in: database) }
        for row in samples { try row.insert(in: database) }
        for row in moves { try row.insert(change: change, in: database) }
        for row in annotations { try row.insert(in: database) }
        let retire = try database.cachedStatement(
            sql: "UPDATE annotation SET retiredBy = ? WHERE id = ?"
        )
        for id in retired { try retire.execute(arguments: [change, id]) }
        return change
    }

    /// The rows of labels, and those of classes that they name first.
    private func rows(
        of added: [NewAnnotation],
        addedBy change: Int64,
        in database: Database
    ) throws -> ([CategoryRow], [AnnotationRow]) {
        var ids = try Dictionary(
            uniqueKeysWithValues: Row.fetchAll(database, sql: "SELECT name, id FROM category")
                .map { ($0["name"] as String, $0["id"] as Int64) }
        )
        var categories: [CategoryRow] = []
        for name in newCategories + added.map(\.label.category) where ids[name] == nil {
            let id = Int64(ids.count + 1)
            ids[name] = id
            categories.append(CategoryRow(id: id, name: name, addedBy: change))
        }
        let first =
            try Int64.fetchOne(
                database,
                sql: "SELECT coalesce(max(id), 0) + 1 FROM annotation"
            ) ?? 1
        let annotations = try added.enumerated().map { index, new in
            try AnnotationRow(
                id: first + Int64(index),
                new: new,
                category: ids[new.label.category] ?? 0,
                addedBy: change
            )
        }
        return (categories, annotations)
    }

    private func insertChange(
        _ id: Int64,
        rows: ContentDigest,
        in database: Database
    ) throws {
        let previous = try String.fetchOne(
            database,
            sql: "SELECT digest FROM change WHERE id = ?",
            arguments: [id - 1]
        )
        let row = ChangeRow(
            id: id,
            kind: kind.rawValue,
            author: author,
            at: at.description,
            payload: try CanonicalText.json(payload),
            undoes: undoes,
            rows: rows.hex
        )
        try database.execute(
            sql: """
                INSERT INTO change (id, kind, author, at, payload, undoes, rows, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row.id, row.kind, row.author, row.at, row.payload, row.undoes, row.rows,
                row.digest(after: previous).hex,
            ]
        )
    }
}

/// The digest over rows: each field with its length before it, so that no two lists are alike.
struct RowDigest: ~Copyable {
    private var hasher = ContentHasher()

    mutating func add(_ fields: [String]) {
        var bytes = Array("\(fields.count)".utf8)
        for field in fields { bytes += Array(" \(field.utf8.count) ".utf8) + Array(field.utf8) }
        hasher.update(bytes + [UInt8(ascii: "\n")])
    }

    consuming func finish() -> ContentDigest { hasher.finish() }
}

/// JSON with sorted keys, so that the same value is the same text.
enum CanonicalText {
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
