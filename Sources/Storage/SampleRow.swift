import CurationCore
import GRDB

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

    /// The number after the last one, also of those that were forgotten: none is given out twice.
    static func firstFreeID(in database: Database) throws -> Int64 {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT max(coalesce((SELECT max(id) FROM sample), 0),
                    coalesce((SELECT max(sample) FROM tombstone), 0)) + 1
                """
        ) ?? 1
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

    var logged: LoggedSample {
        LoggedSample(
            sample: id,
            sha256: new.sha256.hex,
            path: new.path,
            format: new.format.rawValue,
            width: Int64(new.width),
            height: Int64(new.height),
            bytes: Int64(new.bytes)
        )
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

/// What the log says of an image that was imported, with the path of that time.
struct LoggedSample: LoggedRow {
    let sample: Int64
    let sha256: String
    let path: String
    let format: String
    let width: Int64
    let height: Int64
    let bytes: Int64

    static let section = LogSection.sample

    init(
        sample: Int64,
        sha256: String,
        path: String,
        format: String,
        width: Int64,
        height: Int64,
        bytes: Int64
    ) {
        self.sample = sample
        self.sha256 = sha256
        self.path = path
        self.format = format
        self.width = width
        self.height = height
        self.bytes = bytes
    }

    /// Reads a row of `sample` with its first path as `firstPath`.
    init(_ row: Row) {
        self.init(
            sample: row["id"],
            sha256: row["sha256"],
            path: row["firstPath"],
            format: row["format"],
            width: row["width"],
            height: row["height"],
            bytes: row["bytes"]
        )
    }

    func write(to bytes: inout RowBytes) {
        bytes.add(sample)
        for text in [sha256, path, format] { bytes.add(text) }
        for number in [width, height, self.bytes] { bytes.add(number) }
    }
}
