package import CurationCore
import FoundationEssentials
import GRDB

/// What is left to remove once images are gone from the database.
package struct ForgottenImages: Sendable {
    /// The number of the change; `forget` cannot be undone.
    package let change: Int64
    /// The images that are gone.
    package let samples: [Sample.ID]
    /// Digests of files that no image of the data set has any more.
    package let digests: [ContentDigest]
    /// Whether the database files hold none of it; not so while another process reads them.
    package let isClean: Bool
}

extension DatasetStore {
    /// The images that have the bytes of those named, themselves included.
    package func withCopies(_ samples: [Sample.ID]) throws(StorageError) -> [Sample] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM sample WHERE sha256 IN (
                        SELECT sha256 FROM sample
                        WHERE id IN (\(samples.map(String.init).joined(separator: ","))))
                    ORDER BY id
                    """
            ).map { try Sample($0) }
        }
    }

    /// Erases images from the log, from every version and from the vectors.
    ///
    /// The digests of what is erased stay, so that the log and the versions still verify. The database
    /// file is written anew, so that it holds none of the erased bytes.
    ///
    /// - Throws: `StorageError.busy`, `.full`, `.featureFile`.
    package func forget(
        _ samples: [Sample],
        author: String,
        message: String,
        at moment: Timestamp
    ) throws(StorageError) -> ForgottenImages {
        let change = try translating { () throws in
            try pool.writeWithoutTransaction { database in
                // Each row that goes would be looked for in all tables; they are taken out of all of them.
                try database.execute(sql: "PRAGMA foreign_keys = OFF")
                defer { try? database.execute(sql: "PRAGMA foreign_keys = ON") }
                var change: Int64 = 0
                try database.inTransaction(.immediate) {
                    change = try erase(samples, author, message, moment, in: database)
                    return .commit
                }
                return change
            }
        }
        let isClean = try translating { () throws in
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "VACUUM")
                let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                return (row?[0] as Int?) == 0
            }
        }
        return ForgottenImages(
            change: change,
            samples: samples.map(\.id),
            digests: Set(samples.map(\.sha256)).sorted(),
            isClean: isClean
        )
    }

    private func erase(
        _ samples: [Sample],
        _ author: String,
        _ message: String,
        _ moment: Timestamp,
        in database: Database
    ) throws -> Int64 {
        var batch = LabelBatch(kind: .forget, author: author, at: moment)
        batch.payload["images"] = "\(samples.count)"
        if !message.isEmpty { batch.payload["message"] = message }
        let change = try batch.append(to: database)
        for sample in samples { try forget(sample, by: change, in: database) }
        for table in ["contentState", "contentLeaf", "contentBucket"] {
            try database.execute(sql: "DELETE FROM \(table)")
        }
        return change
    }
}

extension DatasetStore {
    private func forget(_ sample: Sample, by change: Int64, in database: Database) throws {
        let versions = try Row.fetchAll(database, sql: "SELECT id FROM version")
            .map { try ContentDigest($0, "id") }
        try database.execute(
            sql: "INSERT INTO tombstone (sample, change) VALUES (?, ?)",
            arguments: [sample.id, change]
        )
        let erasure = try Erasure(of: sample.id, in: database)
        try erasure.keepDigests(versions, sample.sha256, in: database)
        try erasure.erase(in: database)
        try zeroVectors(of: sample.id, in: database)
        try database.execute(sql: "DELETE FROM sample WHERE id = ?", arguments: [sample.id])
        try database.execute(
            sql: "DELETE FROM importFailure WHERE path = ?",
            arguments: [sample.path]
        )
    }
}

/// Takes one image out of all tables.
private struct Erasure {
    private let sample: Int64
    private let rows: [LogSection: [(change: Int64, row: any LoggedRow)]]
    private let annotations: [AnnotationRow]

    init(of sample: Int64, in database: Database) throws {
        self.sample = sample
        annotations = try Self.annotations(of: sample, in: database)
        var rows = try Self.otherRows(of: sample, in: database)
        rows[.annotation] = try annotations.map { row in
            let change = try Int64.fetchOne(
                database,
                sql: "SELECT change FROM annotation WHERE id = ?",
                arguments: [row.id]
            )
            return (change ?? 0, row)
        }
        self.rows = rows
    }

    /// Every revision of every label of the image, by age.
    private static func annotations(
        of sample: Int64,
        in database: Database
    ) throws -> [AnnotationRow] {
        var annotations: [AnnotationRow] = []
        for newest in try AnnotationTable.current(of: sample, in: database) {
            var next: AnnotationRow? = newest
            while let row = next {
                annotations.append(row)
                next = try row.prior.flatMap { try AnnotationTable.row($0, in: database) }
            }
        }
        return annotations.sorted { $0.id < $1.id }
    }

    private static func otherRows(
        of sample: Int64,
        in database: Database
    ) throws -> [LogSection: [(change: Int64, row: any LoggedRow)]] {
        func read(
            _ sql: String,
            _ make: (Row) throws -> any LoggedRow
        ) throws -> [(change: Int64, row: any LoggedRow)] {
            try Row.fetchAll(database, sql: sql, arguments: [sample])
                .map { ($0["change"], try make($0)) }
        }
        let imported = """
            SELECT *, addedBy AS change, coalesce((SELECT fromPath FROM move
                WHERE move.sample = sample.id ORDER BY id LIMIT 1), path) AS firstPath
            FROM sample WHERE id = ?
            """
        let proposed = """
            SELECT prediction.*, prediction.run AS change FROM predictionRun
            CROSS JOIN prediction
                ON prediction.run = predictionRun.run AND prediction.sample = ?
            ORDER BY prediction.run, prediction.position
            """
        return [
            .sample: try read(imported) { LoggedSample($0) },
            .membership: try read("SELECT * FROM membership WHERE sample = ? ORDER BY id") {
                MembershipRow(sample: $0["sample"], isPresent: $0["present"])
            },
            .move: try read("SELECT * FROM move WHERE sample = ? ORDER BY id") { MoveRow($0) },
            .field: try read("SELECT * FROM fieldRevision WHERE sample = ? ORDER BY field, id") {
                FieldRow(sample: $0["sample"], field: $0["field"], value: $0["value"])
            },
            .prediction: try read(proposed) { try PredictionRow($0) },
        ]
    }

    /// Keeps what the log and the versions need to verify without the image.
    func keepDigests(
        _ versions: [ContentDigest],
        _ digest: ContentDigest,
        in database: Database
    ) throws {
        for (section, all) in rows {
            for (change, own) in Dictionary(grouping: all, by: \.change) {
                try database.execute(
                    sql: """
                        INSERT INTO tombstoneRows (change, section, sample, digest)
                        VALUES (?, ?, ?, ?)
                        """,
                    arguments: [
                        change, section.rawValue, sample,
                        Data(SectionDigest.leaf(of: own.map(\.row))),
                    ]
                )
            }
        }
        for version in versions {
            let point = try LogPoint(of: version, in: database)
            guard try point.has(sample, in: database) else { continue }
            let classes = try point.categories(in: database)
            let labels = try point.accepted(of: sample, in: database).map {
                try $0.content.label(in: classes)
            }
            try database.execute(
                sql: """
                    INSERT INTO tombstoneLeaf (version, sample, digest, labels) VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    version.hex, sample, Data(ContentTree.leaf(of: digest, labels: labels)),
                    labels.count,
                ]
            )
        }
    }

    func erase(in database: Database) throws {
        try erasePayloads(in: database)
        try eraseCrops(in: database)
        for table in [
            "currentLabel", "membership", "move", "fieldRevision", "currentField", "clusterMember",
            "neighbor", "duplicateMember", "reviewTaskSample", "stratumMember", "conflict",
            "honeypot", "flag", "comment",
        ] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE sample = ?",
                arguments: [sample]
            )
        }
        for row in annotations {
            try database.execute(sql: "DELETE FROM annotation WHERE id = ?", arguments: [row.id])
        }
        for (run, _) in rows[.prediction] ?? [] {
            try database.execute(
                sql: "DELETE FROM prediction WHERE run = ? AND sample = ?",
                arguments: [run, sample]
            )
        }
        try database.execute(sql: "DELETE FROM neighbor WHERE neighbor = ?", arguments: [sample])
        try database.execute(
            sql: "DELETE FROM duplicateGroup WHERE keep = ?",
            arguments: [sample]
        )
    }

    /// The image's crops on screens with those of others: each proposal belongs to one image there.
    private func eraseCrops(in database: Database) throws {
        let places = try Row.fetchAll(
            database,
            sql: """
                SELECT mine.task, (SELECT count(*) FROM reviewTaskSample AS other
                    WHERE other.task = mine.task AND other.position < mine.position) AS place
                FROM reviewTaskSample AS mine JOIN reviewTask ON reviewTask.id = mine.task
                WHERE mine.sample = ? AND reviewTask.reason = 'cluster'
                    AND json_extract(reviewTask.proposals, '$[0].annotation') IS NOT NULL
                ORDER BY mine.task, mine.position DESC
                """,
            arguments: [sample]
        )
        for row in places {
            let (task, place): (Int64, Int64) = (row["task"], row["place"])
            try database.execute(
                sql: "UPDATE reviewTask SET proposals = json_remove(proposals, ?) WHERE id = ?",
                arguments: ["$[\(place)]", task]
            )
        }
    }

    /// What acts and reviews that were about this image alone say of it.
    private func erasePayloads(in database: Database) throws {
        let tasks = try Int64.fetchAll(
            database,
            sql: """
                SELECT task FROM reviewTaskSample AS mine WHERE sample = ? AND NOT EXISTS (
                    SELECT 1 FROM reviewTaskSample AS other
                    WHERE other.task = mine.task AND other.sample <> mine.sample)
                """,
            arguments: [sample]
        )
        for task in tasks {
            try database.execute(
                sql: "UPDATE reviewTask SET proposals = '[]', label = NULL WHERE id = ?",
                arguments: [task]
            )
            try database.execute(
                sql: """
                    UPDATE change SET payload = NULL
                    WHERE id IN (SELECT change FROM review WHERE task = ?)
                    """,
                arguments: [task]
            )
            try database.execute(
                sql: "UPDATE review SET content = '{}', label = NULL WHERE task = ?",
                arguments: [task]
            )
        }
    }
}
