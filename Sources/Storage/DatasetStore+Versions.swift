package import CurationCore
import FoundationEssentials
import GRDB

/// A name of a version.
package struct VersionName: Sendable, Hashable {
    /// The name: `main`, `v1`.
    package let name: String
    /// The id of the version.
    package let version: ContentDigest
}

/// What a version is made of.
package struct CommitContent: Sendable {
    /// The images with their accepted labels.
    package let samples: [LabeledSample]
    /// The classes, in their order.
    package let categories: [String]
    /// The version before; nil for the first.
    package let head: Version?
    /// The digest of the groups of copies that are known.
    package let copies: ContentDigest
    /// By name, the model that proposed what the newest standing decision was about.
    package let models: [String: ContentDigest]
}

extension DatasetStore {
    /// The branch that commits go to.
    package static let branch = "main"

    /// The images and their accepted labels, now or at a version, by sample id.
    package func labeledSamples(
        at version: Version? = nil
    ) throws(StorageError) -> [LabeledSample] {
        try read { database in
            let point = try version.map {
                try Int64.fetchOne(
                    database,
                    sql: "SELECT change FROM version WHERE id = ?",
                    arguments: [$0.id.hex]
                ) ?? 0
            }
            return try Self.labeledSamples(at: point ?? .max, in: database)
        }
    }

    private static func labeledSamples(
        at point: Int64,
        in database: Database
    ) throws -> [LabeledSample] {
        var labels: [Int64: [Label]] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT annotation.sample, annotation.kind, annotation.geometry,
                    category.name AS categoryName
                FROM annotation JOIN category ON category.id = annotation.category
                WHERE state = 'accepted' AND annotation.addedBy <= ?
                    AND (retiredBy IS NULL OR retiredBy > ?)
                """,
            arguments: [point, point]
        )
        while let row = try rows.next() {
            labels[row["sample"], default: []].append(
                try AnnotationRow.label(
                    kind: row["kind"],
                    category: row["categoryName"],
                    geometry: row["geometry"]
                )
            )
        }
        return try Row.fetchAll(
            database,
            sql: "SELECT * FROM sample WHERE addedBy <= ? ORDER BY id",
            arguments: [point]
        ).map {
            let sample = try Sample($0)
            return LabeledSample(sample: sample, labels: labels[sample.id] ?? [])
        }
    }

    /// Makes a version of the labels of now and moves the branch to it, all in one transaction.
    ///
    /// - Parameters:
    ///   - tag: A name for the version that never moves.
    ///   - describe: Computes the version from what the data set holds.
    /// - Returns: The version.
    /// - Throws: `StorageError.tagExists`, `.badName`; nothing is written then.
    package func commit(
        tag: String?,
        describe: (CommitContent) throws -> Version
    ) throws(StorageError) -> Version {
        try write { database in
            let copies = try CanonicalText.json(try Self.duplicates(in: database))
            let content = CommitContent(
                samples: try Self.labeledSamples(at: .max, in: database),
                categories: try String.fetchAll(
                    database,
                    sql: "SELECT name FROM category ORDER BY id"
                ),
                head: try Self.reference(Self.branch, in: database)
                    .flatMap { try Self.version($0, in: database) },
                copies: ContentDigest(of: copies),
                models: try Self.proposingModels(in: database)
            )
            let version = try describe(content)
            try Self.insert(version, copies: copies, in: database)
            if let tag { try Self.tag(tag, version, in: database) }
            try database.execute(
                sql:
                    "INSERT OR REPLACE INTO reference (name, kind, version) VALUES (?, 'branch', ?)",
                arguments: [Self.branch, version.id.hex]
            )
            return version
        }
    }

    private static func proposingModels(
        in database: Database
    ) throws -> [String: ContentDigest] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT model.name, model.digest, max(review.id)
                FROM review JOIN reviewTask ON reviewTask.id = review.task
                JOIN model ON json_extract(reviewTask.proposals, '$[0].source')
                    = model.name || '@' || substr(model.digest, 1, 8)
                WHERE review.undoneBy IS NULL GROUP BY model.name
                """
        )
        return Dictionary(
            uniqueKeysWithValues: try rows.map { ($0["name"], try ContentDigest($0, "digest")) }
        )
    }

    private static func insert(
        _ version: Version,
        copies: String,
        in database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO version (id, content, change, categories, author, at, message, lineage,
                    copies, images, annotations)
                VALUES (?, ?, (SELECT max(id) FROM change), ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                version.id.hex, version.content.hex, try CanonicalText.json(version.categories),
                version.author, version.at.description, version.message,
                try CanonicalText.json(version.lineage), copies, version.images,
                version.annotations,
            ]
        )
        for (position, parent) in version.parents.enumerated() {
            try database.execute(
                sql: "INSERT INTO versionParent (version, position, parent) VALUES (?, ?, ?)",
                arguments: [version.id.hex, position, parent.hex]
            )
        }
    }

    /// The versions, newest first.
    package func versions() throws(StorageError) -> [Version] {
        try read { database in
            try String.fetchAll(database, sql: "SELECT id FROM version ORDER BY number DESC")
                .compactMap { try Self.version($0, in: database) }
        }
    }

    /// The version that a name stands for: a branch or tag, `HEAD`, `HEAD~2`, or the beginning of an
    /// id or of a content digest (4 digits or more).
    ///
    /// - Throws: `StorageError.unknownVersion`, `.ambiguousVersion`.
    package func version(named name: String) throws(StorageError) -> Version {
        try read { database in
            let parts = name.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
            let steps = parts.count == 2 ? (parts[1].isEmpty ? 1 : Int(parts[1])) : 0
            guard let steps, steps >= 0, var id = try Self.resolve("\(parts[0])", in: database)
            else {
                throw StorageError.unknownVersion(name)
            }
            for _ in 0..<steps {
                guard
                    let parent = try String.fetchOne(
                        database,
                        sql: "SELECT parent FROM versionParent WHERE version = ? AND position = 0",
                        arguments: [id]
                    )
                else { throw StorageError.unknownVersion(name) }
                id = parent
            }
            guard let version = try Self.version(id, in: database) else {
                throw StorageError.unknownVersion(name)
            }
            return version
        }
    }

    private static func resolve(_ name: String, in database: Database) throws -> String? {
        if let id = try reference(name == "HEAD" ? branch : name, in: database) { return id }
        guard name.count >= 4, name.allSatisfy(\.isHexDigit) else { return nil }
        let found = try String.fetchAll(
            database,
            sql: "SELECT id FROM version WHERE id LIKE ? OR content LIKE ? ORDER BY number DESC",
            arguments: ["\(name)%", "\(name)%"]
        )
        // Versions of the same content are the same data, so the newest stands for them all.
        let contents = try String.fetchAll(
            database,
            sql: "SELECT DISTINCT content FROM version WHERE id LIKE ? OR content LIKE ?",
            arguments: ["\(name)%", "\(name)%"]
        )
        guard contents.count <= 1 else { throw StorageError.ambiguousVersion(name) }
        return found.first
    }

    private static func reference(_ name: String, in database: Database) throws -> String? {
        try String.fetchOne(
            database,
            sql: "SELECT version FROM reference WHERE name = ?",
            arguments: [name]
        )
    }

    /// Gives a version a name that never moves.
    ///
    /// - Throws: `StorageError.tagExists` when the name is taken, `.badName` when it is no name.
    package func tag(_ name: String, _ version: Version) throws(StorageError) {
        try write { try Self.tag(name, version, in: $0) }
    }

    private static func tag(_ name: String, _ version: Version, in database: Database) throws {
        let isName = name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil
        guard isName, name != "HEAD", name != branch else { throw StorageError.badName(name) }
        guard try reference(name, in: database) == nil else { throw StorageError.tagExists(name) }
        try database.execute(
            sql: "INSERT INTO reference (name, kind, version) VALUES (?, 'tag', ?)",
            arguments: [name, version.id.hex]
        )
    }

    /// The groups of copies as they were known when the version was made.
    ///
    /// - Returns: The groups, and the digest of their text.
    package func duplicates(
        at version: Version
    ) throws(StorageError) -> (groups: [DuplicateGroup], digest: ContentDigest) {
        try read { database in
            let text =
                try String.fetchOne(
                    database,
                    sql: "SELECT copies FROM version WHERE id = ?",
                    arguments: [version.id.hex]
                ) ?? "[]"
            let groups = try JSONDecoder().decode([DuplicateGroup].self, from: Data(text.utf8))
            return (groups, ContentDigest(of: text))
        }
    }

    /// All names of versions.
    package func versionNames() throws(StorageError) -> [VersionName] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM reference ORDER BY name").map {
                VersionName(
                    name: $0["name"],
                    version: try ContentDigest($0, "version")
                )
            }
        }
    }

    private static func version(_ id: String, in database: Database) throws -> Version? {
        guard
            let row = try Row.fetchOne(
                database,
                sql: "SELECT * FROM version WHERE id = ?",
                arguments: [id]
            )
        else { return nil }
        let parents = try Row.fetchAll(
            database,
            sql: "SELECT parent FROM versionParent WHERE version = ? ORDER BY position",
            arguments: [id]
        ).map { try ContentDigest($0, "parent") }
        let lineage: String = row["lineage"]
        let categories: String = row["categories"]
        let at: String = row["at"]
        return Version(
            id: try ContentDigest(row, "id"),
            content: try ContentDigest(row, "content"),
            parents: parents,
            author: row["author"],
            at: Timestamp(at) ?? Timestamp(seconds: 0),
            message: row["message"],
            lineage: try JSONDecoder().decode([String: String].self, from: Data(lineage.utf8)),
            categories: try JSONDecoder().decode([String].self, from: Data(categories.utf8)),
            images: row["images"],
            annotations: row["annotations"]
        )
    }
}
