import CurationCore
import FoundationEssentials
import GRDB

/// Keeps the leaves and buckets of the content digest, and brings them up to date with the log by
/// computing again what has changed.
struct ContentLeaves {
    /// The content of the labels of now.
    struct Summary {
        let content: ContentDigest
        let categories: [String]
        let images: Int
        let annotations: Int
    }

    private let database: Database
    private var images = 0
    private var annotations = 0
    private var buckets = Set<Int>()

    private init(in database: Database) { self.database = database }

    /// Brings the leaves up to date, and gives the digest.
    static func update(in database: Database) throws -> Summary {
        var leaves = ContentLeaves(in: database)
        let point = try LogPoint.now(in: database)
        try leaves.update(to: point)
        let categories = try LogPoint.names(of: point.categories(in: database))
        let buckets = try Row.fetchAll(
            database,
            sql: "SELECT bucket, digest FROM contentBucket ORDER BY bucket"
        ).map { (bucket: $0["bucket"] as Int, digest: Array($0["digest"] as Data)) }
        return Summary(
            content: ContentTree.root(categories: categories, buckets: buckets),
            categories: categories,
            images: leaves.images,
            annotations: leaves.annotations
        )
    }

    private mutating func update(to point: LogPoint) throws {
        let state = try Row.fetchOne(database, sql: "SELECT * FROM contentState")
        let from: Int64? = state?["change"]
        images = state?["images"] ?? 0
        annotations = state?["annotations"] ?? 0
        guard from != point.change else { return }
        if let from {
            try collectTouched(since: LogPoint(change: from, in: database))
        }
        try computeLeaves(onlyTouched: from != nil)
        try computeBuckets(all: from == nil)
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO contentState (id, change, images, annotations)
                VALUES (1, ?, ?, ?)
                """,
            arguments: [point.change, images, annotations]
        )
    }

    /// Puts the images whose leaf may differ into a table of their own.
    private func collectTouched(since point: LogPoint) throws {
        try database.execute(sql: "DROP TABLE IF EXISTS temp.touched")
        try database.execute(sql: "CREATE TEMP TABLE touched (sample INTEGER PRIMARY KEY)")
        for sql in [
            "SELECT DISTINCT sample FROM annotation WHERE id > :last",
            "SELECT id FROM sample WHERE addedBy > :change",
            "SELECT sample FROM membership WHERE change > :change",
            // Labels of classes that were renamed.
            """
            SELECT currentLabel.sample FROM currentLabel
            JOIN category ON category.id = currentLabel.category
            WHERE currentLabel.state = 'accepted' AND currentLabel.category IN (
                SELECT revision.category FROM categoryRevision AS revision
                WHERE revision.change > :change AND revision.name <> (
                    SELECT earlier.name FROM categoryRevision AS earlier
                    WHERE earlier.category = revision.category AND earlier.id < revision.id
                    ORDER BY earlier.id DESC LIMIT 1))
            """,
        ] {
            let isByRow = sql.contains(":last")
            try database.execute(
                sql: "INSERT OR IGNORE INTO temp.touched \(sql)",
                arguments: isByRow
                    ? ["last": point.lastAnnotation] : ["change": point.change]
            )
        }
    }

    // MARK: - Leaves

    private mutating func computeLeaves(onlyTouched: Bool) throws {
        let names = try QuotedNames(in: database)
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT sample.id, sample.sha256, sample.present, annotation.kind,
                    annotation.geometry, annotation.category
                FROM \(onlyTouched ? "temp.touched JOIN sample ON sample.id = touched.sample" : "sample")
                LEFT JOIN currentLabel ON currentLabel.sample = sample.id
                    AND currentLabel.state = 'accepted'
                LEFT JOIN annotation ON annotation.id = currentLabel.revision
                ORDER BY sample.id
                """
        )
        var (image, digest, isPresent): (Int64?, String, Bool) = (nil, "", true)
        var labels: [[UInt8]] = []
        while let row = try rows.next() {
            let id: Int64 = row[0]
            if id != image {
                if let image { try keep(image, digest, isPresent ? labels : nil) }
                (image, digest, isPresent) = (id, row[1], row[2])
                labels.removeAll(keepingCapacity: true)
            }
            guard let kind: String = row[3] else { continue }
            labels.append(
                ContentTree.annotation(kind: kind, quotedName: names[row[5]], geometry: row[4])
            )
        }
        if let image { try keep(image, digest, isPresent ? labels : nil) }
    }

    /// Puts the leaf of an image in place of the one before; none for an image that is not present.
    private mutating func keep(_ image: Int64, _ digest: String, _ labels: [[UInt8]]?) throws {
        let old = try Row.fetchOne(
            try database.cachedStatement(
                sql: "SELECT digest, labels FROM contentLeaf WHERE sample = ?"
            ),
            arguments: [image]
        )
        if let old {
            images -= 1
            annotations -= old["labels"] as Int
            buckets.insert(ContentTree.bucket(of: Array(old["digest"] as Data)))
        }
        guard let labels else {
            try database.cachedStatement(sql: "DELETE FROM contentLeaf WHERE sample = ?")
                .execute(arguments: [image])
            return
        }
        let leaf = ContentTree.leaf(of: digest, annotations: labels)
        images += 1
        annotations += labels.count
        buckets.insert(ContentTree.bucket(of: leaf))
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO contentLeaf (sample, digest, labels) VALUES (?, ?, ?)"
        ).execute(arguments: [image, Data(leaf), labels.count])
    }

    // MARK: - Buckets

    private func computeBuckets(all: Bool) throws {
        if all { try database.execute(sql: "DELETE FROM contentBucket") }
        let leaves = try database.cachedStatement(
            sql: "SELECT digest FROM contentLeaf WHERE digest >= ? AND digest < ? ORDER BY digest"
        )
        for bucket in buckets.sorted() {
            let cursor = try Data.fetchCursor(
                leaves,
                arguments: [Self.start(of: bucket), Self.start(of: bucket + 1)]
            )
            var hasher = ContentHasher()
            var isEmpty = true
            while let leaf = try cursor.next() {
                hasher.update(Array(leaf))
                isEmpty = false
            }
            if isEmpty {
                try database.execute(
                    sql: "DELETE FROM contentBucket WHERE bucket = ?",
                    arguments: [bucket]
                )
            } else {
                try database.cachedStatement(
                    sql: "INSERT OR REPLACE INTO contentBucket (bucket, digest) VALUES (?, ?)"
                ).execute(arguments: [bucket, Data(hasher.finishBytes())])
            }
        }
    }

    /// The least leaf of a bucket, and what comes after all leaves.
    private static func start(of bucket: Int) -> Data {
        bucket > 0xFFFF
            ? Data(repeating: 0xFF, count: 33)
            : Data([UInt8(bucket >> 8), UInt8(bucket & 255)])
    }

    // MARK: - Versions

    /// SQL that selects the images at a place, each as often as it has accepted labels, or once.
    private static let imagesWithLabels = """
        SELECT image.id, image.sha256, label.kind, label.geometry, label.category
        FROM (\(LogPoint.samples)) AS image
        LEFT JOIN (\(LogPoint.acceptedLabels)) AS label ON label.sample = image.id
        ORDER BY image.id
        """

    /// Computes the content of a place in the log from its rows alone.
    ///
    /// `tombstones`: The leaves of images that were forgotten since.
    static func content(
        at point: LogPoint,
        tombstones: [(leaf: [UInt8], labels: Int)],
        in database: Database
    ) throws -> Summary {
        let categories = try point.categories(in: database)
        let names = QuotedNames(categories)
        let rows = try Row.fetchCursor(
            database,
            sql: imagesWithLabels,
            arguments: ["change": point.change, "last": point.lastAnnotation]
        )
        var leaves = tombstones.map(\.leaf)
        var count = tombstones.reduce(0) { $0 + $1.labels }
        var (image, digest): (Int64?, String) = (nil, "")
        var labels: [[UInt8]] = []
        while let row = try rows.next() {
            let id: Int64 = row[0]
            if id != image {
                if image != nil { leaves.append(ContentTree.leaf(of: digest, annotations: labels)) }
                (image, digest) = (id, row[1])
                labels.removeAll(keepingCapacity: true)
            }
            guard let kind: String = row[2] else { continue }
            count += 1
            labels.append(
                ContentTree.annotation(kind: kind, quotedName: names[row[4]], geometry: row[3])
            )
        }
        if image != nil { leaves.append(ContentTree.leaf(of: digest, annotations: labels)) }
        let list = LogPoint.names(of: categories)
        return Summary(
            content: ContentTree.root(categories: list, leaves: leaves),
            categories: list,
            images: leaves.count,
            annotations: count
        )
    }
}

/// The names of classes as JSON texts, by number.
private struct QuotedNames {
    private var names: [Int64: [UInt8]]

    init(_ categories: [Int64: CategoryRow]) {
        names = categories.mapValues { CanonicalJSON.string($0.name).bytes }
    }

    init(in database: Database) throws {
        let rows = try Row.fetchAll(database, sql: "SELECT id, name FROM category")
        names = Dictionary(
            uniqueKeysWithValues: rows.map { ($0["id"], CanonicalJSON.string($0["name"]).bytes) }
        )
    }

    subscript(category: Int64) -> [UInt8] { names[category] ?? Array("\"\"".utf8) }
}
