package import CurationCore
import FoundationEssentials
import GRDB

/// An image that was read and is about to enter the store.
package struct NewSample: Sendable {
    /// A label that came with the file.
    package struct GivenLabel: Sendable {
        /// What is said.
        package let label: Label
        /// Whether it counts as reviewed or waits for review.
        package let state: LabelState
        /// Where it came from: `import:imagefolder`.
        package let source: String

        /// Describes a label that came with the file.
        package init(label: Label, state: LabelState, source: String) {
            self.label = label
            self.state = state
            self.source = source
        }
    }

    /// Where the file is: absolute.
    package let path: String
    /// The digest of the file's bytes.
    package let sha256: ContentDigest
    /// How the file is encoded.
    package let format: ImageFormat
    /// Pixels across, upright.
    package let width: Int
    /// Pixels down, upright.
    package let height: Int
    /// The size of the file in bytes.
    package let bytes: Int
    /// When the file was changed last, in seconds since 1970.
    package let modifiedAt: Double
    /// A 64-bit hash of the upright pixels.
    package let perceptualHash: UInt64
    /// Numbers read off the pixels.
    package let metrics: ImageMetrics
    /// The labels that came with the file.
    package var labels: [GivenLabel]

    /// Describes an image that was read.
    package init(
        path: String,
        sha256: ContentDigest,
        format: ImageFormat,
        width: Int,
        height: Int,
        bytes: Int,
        modifiedAt: Double,
        perceptualHash: UInt64,
        metrics: ImageMetrics,
        labels: [GivenLabel] = []
    ) {
        self.path = path
        self.sha256 = sha256
        self.format = format
        self.width = width
        self.height = height
        self.bytes = bytes
        self.modifiedAt = modifiedAt
        self.perceptualHash = perceptualHash
        self.metrics = metrics
        self.labels = labels
    }
}

/// What the store knows of a file, to tell whether it has changed.
package struct KnownFile: Sendable, Hashable {
    /// The size of the file in bytes.
    package let bytes: Int
    /// When the file was changed last, in seconds since 1970.
    package let modifiedAt: Double
    /// Whether it could not be imported.
    package let failed: Bool
}

/// A file that could not be imported, with what tells whether it has changed since.
package struct FailedFile: Sendable {
    /// The reason.
    package let failure: ImportFailure
    /// The size of the file in bytes; 0 when unknown.
    package let bytes: Int
    /// When the file was changed last, in seconds since 1970; 0 when unknown.
    package let modifiedAt: Double

    /// Describes a file that failed.
    package init(failure: ImportFailure, bytes: Int, modifiedAt: Double) {
        self.failure = failure
        self.bytes = bytes
        self.modifiedAt = modifiedAt
    }
}

extension DatasetStore {
    /// Adds images and failures in one transaction.
    ///
    /// A path that is there already is left as it is; a failure of a path replaces an earlier one,
    /// and an image that was read removes it.
    ///
    /// - Returns: How many images were added, and how many of these have the bytes of another image.
    @discardableResult
    package func add(
        _ samples: [NewSample],
        failures: [FailedFile],
        author: String,
        at moment: Timestamp
    ) throws(StorageError) -> (added: Int, exactDuplicates: Int) {
        try write { database in
            var batch = LabelBatch(kind: .import, author: author, at: moment)
            var duplicates = 0
            var digests = Set<ContentDigest>()
            for sample in samples where try !Self.has("path", sample.path, in: database) {
                let isCopy = try Self.has("sha256", sample.sha256.hex, in: database)
                if isCopy || !digests.insert(sample.sha256).inserted { duplicates += 1 }
                batch.newSamples.append(sample)
            }
            if !batch.newSamples.isEmpty {
                batch.payload["images"] = "\(batch.newSamples.count)"
                try batch.append(to: database)
            }
            for sample in samples {
                try database.execute(
                    sql: "DELETE FROM importFailure WHERE path = ?",
                    arguments: [sample.path]
                )
            }
            for failed in failures { try Self.insert(failed, in: database) }
            return (batch.newSamples.count, duplicates)
        }
    }

    private static func has(_ column: String, _ text: String, in database: Database) throws -> Bool
    {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM sample WHERE \(column) = ?)"
        )
        return try Bool.fetchOne(statement, arguments: [text]) ?? false
    }

    private static func insert(_ failed: FailedFile, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO importFailure (path, code, message, bytes, modifiedAt)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                failed.failure.path, failed.failure.code.rawValue, failed.failure.message,
                failed.bytes, failed.modifiedAt,
            ]
        )
    }

    /// What the store knows of each file, by path.
    package func knownFiles() throws(StorageError) -> [ExactText: KnownFile] {
        try read { database in
            var files: [ExactText: KnownFile] = [:]
            let sql = """
                SELECT path, bytes, modifiedAt, 1 AS failed FROM importFailure
                UNION ALL SELECT path, bytes, modifiedAt, 0 FROM sample
                """
            for row in try Row.fetchAll(database, sql: sql) {
                files[ExactText(row["path"])] = KnownFile(
                    bytes: row["bytes"],
                    modifiedAt: row["modifiedAt"],
                    failed: row["failed"]
                )
            }
            return files
        }
    }

    /// The files that could not be imported, by path.
    package func failures() throws(StorageError) -> [ImportFailure] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT path, code, message FROM importFailure ORDER BY path"
            ).map {
                ImportFailure(
                    path: $0["path"],
                    code: try $0.value("code"),
                    message: $0["message"]
                )
            }
        }
    }

    /// All images, by id.
    package func samples() throws(StorageError) -> [Sample] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM sample ORDER BY id").map {
                try Sample($0)
            }
        }
    }

    /// The images with the ids, in the order of `ids`; unknown ids are left out.
    package func samples(_ ids: [Sample.ID]) throws(StorageError) -> [Sample] {
        try read { database in
            try ids.compactMap { id in
                try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM sample WHERE id = ?",
                    arguments: [id]
                ).map { try Sample($0) }
            }
        }
    }

    /// The measured numbers of all images, by id.
    package func metrics() throws(StorageError) -> [(sample: Sample, metrics: ImageMetrics)] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM sample ORDER BY id").map { row in
                (try Sample(row), ImageMetrics(row))
            }
        }
    }

    /// How many images carry a label that a person stands behind.
    package func decidedCount() throws(StorageError) -> Int {
        try read {
            try Int.fetchOne(
                $0,
                sql: """
                    SELECT count(DISTINCT sample) FROM annotation
                    WHERE retiredBy IS NULL AND state = 'accepted'
                    """
            ) ?? 0
        }
    }

    /// How many images carry each class that a person stands behind, by name.
    package func acceptedCounts() throws(StorageError) -> [String: Int] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT category.name, count(DISTINCT sample) AS images
                    FROM annotation JOIN category ON category.id = annotation.category
                    WHERE retiredBy IS NULL AND state = 'accepted' GROUP BY category.name
                    """
            )
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["name"], $0["images"]) })
        }
    }

    /// How many images there are.
    package func sampleCount() throws(StorageError) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sample") ?? 0 }
    }

    /// How many classes were named when the data set was made.
    package func declaredCategoryCount() throws(StorageError) -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM category JOIN change ON change.id = category.addedBy
                    WHERE change.kind = 'create'
                    """
            ) ?? 0
        }
    }

    /// The name of the data set, the kind of its labels, and its classes.
    package func schema() throws(StorageError) -> (name: String, schema: LabelSchema) {
        try read { database in
            let row = try Row.fetchOne(database, sql: "SELECT name, task FROM dataset")
            let categories = try Row.fetchAll(
                database,
                sql: "SELECT id, name FROM category ORDER BY id"
            ).map { Category(id: $0["id"], name: $0["name"]) }
            guard let row else { throw StorageError.noDataset(folder: folder.path) }
            return (
                row["name"], LabelSchema(task: try row.value("task"), categories: categories)
            )
        }
    }
}

// MARK: - Rows

extension Sample {
    init(_ row: Row) throws {
        let hash: Int64 = row["perceptualHash"]
        self.init(
            id: row["id"],
            path: row["path"],
            sha256: try ContentDigest(row, "sha256"),
            format: try row.value("format"),
            width: row["width"],
            height: row["height"],
            bytes: row["bytes"],
            perceptualHash: UInt64(bitPattern: hash)
        )
    }
}

extension ImageMetrics {
    init(_ row: Row) {
        self.init(
            brightness: row["brightness"],
            darkest: row["darkest"],
            brightest: row["brightest"],
            contrast: row["contrast"],
            sharpness: row["sharpness"],
            entropy: row["entropy"]
        )
    }
}

extension ContentDigest {
    /// Reads a digest.
    ///
    /// - Throws: `StorageError.database` when it is none, as in a damaged database.
    init(_ row: Row, _ column: String) throws {
        let text: String = row[column]
        guard let digest = ContentDigest(hex: text) else {
            throw StorageError.database(message: "'\(text)' in the column \(column)")
        }
        self = digest
    }
}
