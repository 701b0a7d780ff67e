package import CurationCore
import FoundationEssentials
import GRDB

/// A name of a version.
package struct VersionName: Sendable, Hashable {
    /// The name: `main`, `v1`.
    package let name: String
    /// The id of the version.
    package let version: ContentDigest
    /// Whether it is a branch, which moves; a tag does not.
    package let isBranch: Bool
}

/// What a version is made of.
package struct CommitContent: Sendable {
    /// The digest of images, labels and classes.
    package let content: ContentDigest
    /// The classes, in their order.
    package let categories: [String]
    /// How many images there are.
    package let images: Int
    /// How many labels people stand behind.
    package let annotations: Int
    /// The branch that the version goes to.
    package let branch: String
    /// The versions that it grows from: the head of the branch, and what was merged into it.
    package let parents: [ContentDigest]
    /// The lineage of the version before; none for the first.
    package let earlierLineage: [String: String]
    /// The digest of the groups of copies that are known.
    package let copies: ContentDigest
    /// By name, the models that proposed what was decided since the version before, with what they were
    /// made from.
    package let models: [StoredModel]
}

extension DatasetStore {
    /// The branch that commits go to.
    package func branch() throws(StorageError) -> String {
        try read { try Self.branch(in: $0) }
    }

    static func branch(in database: Database) throws -> String {
        try String.fetchOne(database, sql: "SELECT branch FROM dataset") ?? firstBranch
    }

    /// The images and their accepted labels, now or at a version, by sample id.
    package func labeledSamples(
        at version: Version? = nil
    ) throws(StorageError) -> [LabeledSample] {
        try read { database in
            let point =
                try version.map { try LogPoint(of: $0.id, in: database) }
                ?? LogPoint.now(in: database)
            return try Self.labeledSamples(at: point, in: database)
        }
    }

    static func labeledSamples(at point: LogPoint, in database: Database) throws -> [LabeledSample]
    {
        let categories = try point.categories(in: database)
        var labels: [Int64: [Label]] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: LogPoint.acceptedLabels,
            arguments: ["last": point.lastAnnotation]
        )
        while let row = try rows.next() {
            let content = try LabelContent(row)
            let name = categories[content.category]?.name ?? ""
            labels[row["sample"], default: []].append(try content.label(category: name))
        }
        return try Row.fetchAll(
            database,
            sql: LogPoint.samples + " ORDER BY sample.id",
            arguments: ["change": point.change]
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
    /// - Throws: `StorageError.tagExists`, `.badName`, `.merging` while conflicts are open; nothing is
    ///   written then.
    package func commit(
        tag: String?,
        describe: (CommitContent) throws -> Version
    ) throws(StorageError) -> Version {
        try write { try Self.commit(tag: tag, in: $0, describe: describe) }
    }

    static func commit(
        tag: String?,
        in database: Database,
        describe: (CommitContent) throws -> Version
    ) throws -> Version {
        let open = try openConflictCount(in: database)
        guard open == 0 else { throw StorageError.merging(conflicts: open) }
        let copies = try CanonicalText.json(try Self.duplicates(in: database))
        let branch = try Self.branch(in: database)
        let summary = try ContentLeaves.update(in: database)
        let head = try reference(branch, in: database)
        let merging = try String.fetchOne(database, sql: "SELECT merging FROM dataset")
        let earlier = try head.flatMap { try Self.version($0, in: database) }
        let content = CommitContent(
            content: summary.content,
            categories: summary.categories,
            images: summary.images,
            annotations: summary.annotations,
            branch: branch,
            parents: [head, merging].compactMap { $0.flatMap(ContentDigest.init(hex:)) },
            earlierLineage: earlier?.lineage ?? [:],
            copies: ContentDigest(of: copies),
            models: try proposingModels(since: earlier?.id, in: database)
        )
        let version = try describe(content)
        try insert(version, copies: copies, in: database)
        if let tag { try Self.tag(tag, version, in: database) }
        try move(branch: branch, to: version.id.hex, in: database)
        try database.execute(sql: "UPDATE dataset SET merging = NULL")
        return version
    }

    static func move(branch: String, to version: String, in database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO reference (name, kind, version) VALUES (?, 'branch', ?)",
            arguments: [branch, version]
        )
    }

    private static func proposingModels(
        since version: ContentDigest?,
        in database: Database
    ) throws -> [StoredModel] {
        let point = try version.map { try LogPoint(of: $0, in: database) }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT model.name, model.digest, model.parameters, max(review.id)
                FROM review JOIN reviewTask ON reviewTask.id = review.task
                JOIN model ON json_extract(reviewTask.proposals, '$[0].source')
                    = model.name || '@' || substr(model.digest, 1, 8)
                WHERE review.undoneBy IS NULL AND review.change > ? GROUP BY model.name
                """,
            arguments: [point?.change ?? 0]
        )
        return try rows.map { row in
            let parameters: String = row["parameters"]
            return StoredModel(
                name: row["name"],
                digest: try ContentDigest(row, "digest"),
                parameters: try JSONDecoder().decode(
                    [String: String].self,
                    from: Data(parameters.utf8)
                )
            )
        }
    }

    private static func insert(
        _ version: Version,
        copies: String,
        in database: Database
    ) throws {
        let digest = ContentDigest(of: copies)
        try database.execute(
            sql: "INSERT OR IGNORE INTO copies (digest, groups) VALUES (?, ?)",
            arguments: [digest.hex, copies]
        )
        try database.execute(
            sql: """
                INSERT INTO version (id, content, change, branch, categories, author, at, message,
                    lineage, copies, images, annotations)
                VALUES (?, ?, (SELECT max(id) FROM change), ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                version.id.hex, version.content.hex, version.branch,
                try CanonicalText.json(version.categories), version.author, version.at.description,
                version.message, try CanonicalText.json(version.lineage), digest.hex,
                version.images, version.annotations,
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
        let isHead = name == "HEAD"
        if let id = try reference(isHead ? branch(in: database) : name, in: database) { return id }
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

    static func reference(_ name: String, in database: Database) throws -> String? {
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
        try checkName(name)
        guard try name != branch(in: database) else { throw StorageError.badName(name) }
        guard try reference(name, in: database) == nil else { throw StorageError.tagExists(name) }
        try database.execute(
            sql: "INSERT INTO reference (name, kind, version) VALUES (?, 'tag', ?)",
            arguments: [name, version.id.hex]
        )
    }

    /// Letters, digits, dots, dashes and underscores; not HEAD.
    static func checkName(_ name: String) throws {
        let isName = name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil
        guard isName, name != "HEAD", name.count <= 100 else { throw StorageError.badName(name) }
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
                    sql: """
                        SELECT groups FROM copies
                        JOIN version ON version.copies = copies.digest WHERE version.id = ?
                        """,
                    arguments: [version.id.hex]
                ) ?? "[]"
            let groups = try JSONDecoder().decode([DuplicateGroup].self, from: Data(text.utf8))
            return (groups, ContentDigest(of: text))
        }
    }

    /// All names of versions: tags, and branches with the version they are at.
    package func versionNames() throws(StorageError) -> [VersionName] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM reference ORDER BY name").map {
                VersionName(
                    name: $0["name"],
                    version: try ContentDigest($0, "version"),
                    isBranch: $0["kind"] as String == "branch"
                )
            }
        }
    }

    static func version(_ id: String, in database: Database) throws -> Version? {
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
            branch: row["branch"],
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
