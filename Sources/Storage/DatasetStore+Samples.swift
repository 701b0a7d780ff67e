package import CurationCore
import FoundationEssentials
import GRDB

extension DatasetStore {
    /// All images, by id.
    package func samples() throws(StorageError) -> [Sample] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM sample WHERE present = 1 ORDER BY id")
                .map {
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

    /// About `count` of the images, evenly spread by their ids.
    package func samples(about count: Int) throws(StorageError) -> [Sample] {
        let last = try read {
            try Int64.fetchOne($0, sql: "SELECT max(id) FROM sample") ?? 0
        }
        let step = max(1, last / Int64(max(count, 1)))
        return try samples(Array(stride(from: 1, through: last, by: Int64.Stride(step))))
    }

    /// The measured numbers of all images, by id.
    package func metrics() throws(StorageError) -> [(sample: Sample, metrics: ImageMetrics)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM sample WHERE present = 1 ORDER BY id"
            ).map { row in
                (try Sample(row), ImageMetrics(row))
            }
        }
    }

    /// The images whose files name a place on Earth, by id.
    package func samplesWithLocation() throws(StorageError) -> [Sample.ID] {
        try read {
            try Int64.fetchAll(
                $0,
                sql: "SELECT id FROM sample WHERE hasLocation AND present = 1 ORDER BY id"
            )
        }
    }

    /// How many images each camera took; those whose files name none are left out.
    package func cameraCounts() throws(StorageError) -> [String: Int] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT camera, count(*) AS images FROM sample
                    WHERE camera IS NOT NULL AND present = 1 GROUP BY camera
                    """
            )
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["camera"], $0["images"]) })
        }
    }

    /// How many images carry a label that a person stands behind.
    package func decidedCount() throws(StorageError) -> Int {
        try read {
            try Int.fetchOne(
                $0,
                sql: "SELECT count(*) FROM sample WHERE decided = 1 AND present = 1"
            ) ?? 0
        }
    }

    /// How many images there are.
    package func sampleCount() throws(StorageError) -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sample WHERE present = 1") ?? 0 }
    }

    /// How many classes were named when the data set was made.
    package func declaredCategoryCount() throws(StorageError) -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM categoryRevision
                    JOIN change ON change.id = categoryRevision.change WHERE change.kind = 'create'
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
                sql: "SELECT * FROM category WHERE present = 1 ORDER BY position, id"
            ).map { Category(CategoryRow($0, id: "id")) }
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
        let hash: String = row["perceptualHash"]
        guard let perceptualHash = PerceptualHash(hex: hash) else {
            throw StorageError.database(message: "'\(hash)' in the column perceptualHash")
        }
        let damage: String? = row["damage"]
        self.init(
            id: row["id"],
            path: row["path"],
            archive: (row["archive"] as String?).map {
                ArchivePlace(file: $0, member: row["member"], offset: row["memberOffset"])
            },
            sha256: try ContentDigest(row, "sha256"),
            format: try row.value("format"),
            width: row["width"],
            height: row["height"],
            bytes: row["bytes"],
            damage: try damage == nil ? nil : row.value("damage"),
            pixelDigest: try ContentDigest(row, "pixelDigest"),
            perceptualHash: perceptualHash
        )
    }
}

extension ImageMetrics {
    init(_ row: Row) {
        self.init()
        brightness = row["brightness"]
        darkest = row["darkest"]
        brightest = row["brightest"]
        contrast = row["contrast"]
        sharpness = row["sharpness"]
        entropy = row["entropy"]
        colorfulness = row["colorfulness"]
        saturation = row["saturation"]
        grayness = row["grayness"]
        border = row["border"]
        jpegQuality = row["jpegQuality"]
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
