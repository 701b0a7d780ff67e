import CurationCore
import FoundationEssentials
import GRDB

/// A row of `change`, and the text that its digest covers.
struct ChangeRow {
    let id: Int64
    let kind: String
    let author: String
    let at: String
    let payload: String
    let undoes: Int64?
    let rows: String

    /// The digest that chains this row to the one before.
    func digest(after previous: String?) -> ContentDigest {
        let fields = [
            previous ?? "", "\(id)", kind, author, at, payload, undoes.map { "\($0)" } ?? "", rows,
        ]
        var digest = RowDigest()
        digest.add(fields)
        return digest.finish()
    }
}

/// A row of `category`.
struct CategoryRow {
    let id: Int64
    let name: String
    let addedBy: Int64

    var fields: [String] { ["category", "\(id)", name] }

    func insert(in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO category (id, name, addedBy) VALUES (?, ?, ?)",
            arguments: [id, name, addedBy]
        )
    }
}

/// A row of `sample`.
struct SampleRow {
    let id: Int64
    let new: NewSample
    let addedBy: Int64

    /// Numbers new samples from the first free id on.
    static func rows(
        _ samples: [NewSample],
        addedBy: Int64,
        in database: Database
    ) throws -> [SampleRow] {
        guard !samples.isEmpty else { return [] }
        let first = try firstFreeID(in: database)
        return samples.enumerated().map {
            SampleRow(id: first + Int64($0.offset), new: $0.element, addedBy: addedBy)
        }
    }

    static func firstFreeID(in database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) + 1 FROM sample") ?? 1
    }

    /// The labels that came with the file, now that the sample has a number.
    var givenLabels: [NewAnnotation] {
        new.labels.map {
            NewAnnotation(
                sample: id,
                label: $0.label,
                state: $0.state,
                score: $0.state == .proposed ? 1 : nil,
                source: $0.source
            )
        }
    }

    var fields: [String] { Self.fields(id: id, sha256: new.sha256.hex, path: new.path) }

    static func fields(id: Int64, sha256: String, path: String) -> [String] {
        ["sample", "\(id)", sha256, path]
    }

    func insert(in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO sample (id, path, archive, member, memberOffset, sha256, format, width,
                    height, bytes, modifiedAt, damage, pixelDigest, perceptualHash, brightness,
                    darkest, brightest, contrast, sharpness, entropy, colorfulness, saturation,
                    grayness, border, jpegQuality, camera, capturedAt, hasLocation, addedBy)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                    ?, ?, ?)
                """
        )
        let (metrics, facts) = (new.metrics, new.facts)
        try statement.execute(
            arguments: [
                id, new.path, new.archive?.file, new.archive?.member, new.archive?.offset,
                new.sha256.hex, new.format.rawValue, new.width, new.height, new.bytes,
                new.modifiedAt, new.damage?.rawValue, new.pixelDigest.hex, new.perceptualHash.hex,
                metrics.brightness, metrics.darkest, metrics.brightest, metrics.contrast,
                metrics.sharpness, metrics.entropy, metrics.colorfulness, metrics.saturation,
                metrics.grayness, metrics.border, metrics.jpegQuality, facts.camera,
                facts.capturedAt, facts.hasLocation, addedBy,
            ]
        )
    }
}

/// A row of `move`.
struct MoveRow {
    let sample: Int64
    let from: String
    let to: String

    init(sample: Int64, from: String, to: String) {
        self.sample = sample
        self.from = from
        self.to = to
    }

    init(_ row: Row) {
        self.init(sample: row["sample"], from: row["fromPath"], to: row["toPath"])
    }

    var fields: [String] { ["move", "\(sample)", from, to] }

    func insert(change: Int64, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO move (sample, fromPath, toPath, change) VALUES (?, ?, ?, ?)",
            arguments: [sample, from, to, change]
        )
    }
}

/// A row of `annotation`.
struct AnnotationRow {
    let id: Int64
    let sample: Int64
    let kind: String
    let category: Int64
    let geometry: String?
    let state: String
    let score: Double?
    let source: String
    let addedBy: Int64
    let origin: Int64

    init(id: Int64, new: NewAnnotation, category: Int64, addedBy: Int64) throws {
        self.id = id
        sample = new.sample
        self.category = category
        state = new.state.rawValue
        score = new.score
        source = new.source
        self.addedBy = addedBy
        origin = new.origin ?? addedBy
        switch new.label {
        case .classification:
            kind = "classification"
            geometry = nil
        case .detection(_, let box):
            kind = "box"
            geometry = try CanonicalText.json([box.x, box.y, box.width, box.height])
        }
    }

    init(_ row: Row) {
        id = row["id"]
        sample = row["sample"]
        kind = row["kind"]
        category = row["category"]
        geometry = row["geometry"]
        state = row["state"]
        score = row["score"]
        source = row["source"]
        addedBy = row["addedBy"]
        origin = row["origin"]
    }

    var fields: [String] {
        let bits = score.map { String($0.bitPattern, radix: 16) } ?? ""
        return [
            "label", "\(id)", "\(sample)", kind, "\(category)", geometry ?? "", state, bits, source,
            "\(origin)",
        ]
    }

    func insert(in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO annotation
                    (id, sample, kind, category, geometry, state, score, source, addedBy, origin)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(
            arguments: [
                id, sample, kind, category, geometry, state, score, source, addedBy, origin,
            ]
        )
    }

    /// The label in the words of the library.
    static func label(kind: String, category: String, geometry: String?) throws -> Label {
        guard kind == "box" else { return .classification(category: category) }
        let text = geometry ?? ""
        guard let box = try? JSONDecoder().decode([Double].self, from: Data(text.utf8)),
            box.count == 4
        else { throw StorageError.database(message: "a box with the geometry '\(text)'") }
        return .detection(
            category: category,
            box: BoundingBox(x: box[0], y: box[1], width: box[2], height: box[3])
        )
    }
}

extension Annotation {
    /// Reads a row of `annotation` joined with the class name as `categoryName`.
    init(_ row: Row) throws {
        self.init(
            id: row["id"],
            sample: row["sample"],
            label: try AnnotationRow.label(
                kind: row["kind"],
                category: row["categoryName"],
                geometry: row["geometry"]
            ),
            source: row["source"],
            state: try row.value("state"),
            score: row["score"]
        )
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
