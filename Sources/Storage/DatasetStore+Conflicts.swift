package import CurationCore
import FoundationEssentials
import GRDB

/// A state of a label in dispute that can be taken.
package enum ConflictSide: String, Sendable, Codable, CaseIterable {
    /// What the label was where both sides began.
    case base
    /// What the branch says that was merged into.
    case ours
    /// What the merged branch says.
    case theirs
}

/// Which of the open conflicts are meant.
package enum ConflictChoice: Sendable {
    /// The one of this number.
    case one(Int64)
    /// Those about this class.
    case category(String)
    /// All of them.
    case all
}

extension DatasetStore {
    /// How many conflicts of merges nobody has decided yet.
    package func openConflictCount() throws(StorageError) -> Int {
        try read { try Self.openConflictCount(in: $0) }
    }

    static func openConflictCount(in database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT count(*) FROM conflict WHERE resolvedBy IS NULL")
            ?? 0
    }

    /// The open conflicts by number, a page at a time; those of images that are given out, too.
    ///
    /// `after`: The number of the last one before.
    package func openConflicts(
        after: Int64,
        limit: Int
    ) throws(StorageError) -> [OpenConflict] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: OpenConflict.selection
                    + " WHERE resolvedBy IS NULL AND conflict.id > ? ORDER BY conflict.id LIMIT ?",
                arguments: [after, limit]
            ).map { try OpenConflict($0) }
        }
    }

    /// How many open conflicts there are about each class, most first.
    package func openConflictClasses() throws(StorageError) -> [(category: String, count: Int)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(OpenConflict.category) AS category, count(*) AS conflicts FROM conflict
                    WHERE resolvedBy IS NULL GROUP BY 1 ORDER BY 2 DESC, 1
                    """
            ).map { ($0["category"], $0["conflicts"]) }
        }
    }

    /// Takes one side in open conflicts, all in one act that can be undone.
    ///
    /// Other labels of the images stay; where the side has no label, none is given.
    ///
    /// - Returns: The number of the change, and how many conflicts it settled; nil where none of those
    ///   is open.
    package func settle(
        _ choice: ConflictChoice,
        taking side: ConflictSide,
        author: String,
        at moment: Timestamp
    ) throws(StorageError) -> (change: Int64, conflicts: Int)? {
        try write { database in
            let open = try Self.open(choice, in: database)
            guard !open.isEmpty else { return nil }
            var batch = LabelBatch(kind: .label, author: author, at: moment)
            batch.payload["take"] = side.rawValue
            batch.payload["conflicts"] = "\(open.count)"
            let names = try Self.categoryIDs(in: database)
            for (sample, conflicts) in Dictionary(grouping: open, by: \.sample) {
                let labels = conflicts.compactMap { $0[side] }.map {
                    NewAnnotation(sample: sample, label: $0, state: .accepted, source: author)
                }
                let current = try AnnotationTable.current(of: sample, in: database)
                batch.revisions += try LabelRevisions(current, categories: names)
                    .deciding(labels, scope: .labels)
            }
            let change = try batch.append(to: database)
            let statement = try database.cachedStatement(
                sql: "UPDATE conflict SET resolvedBy = ? WHERE id = ?"
            )
            for conflict in open { try statement.execute(arguments: [change, conflict.id]) }
            return (change, open.count)
        }
    }

    private static func open(
        _ choice: ConflictChoice,
        in database: Database
    ) throws -> [OpenConflict] {
        let (condition, arguments): (String, StatementArguments) =
            switch choice {
            case .one(let id): (" AND conflict.id = ?", [id])
            case .category(let name): (" AND \(OpenConflict.category) = ?", [name])
            case .all: ("", [])
            }
        return try Row.fetchAll(
            database,
            sql: OpenConflict.selection
                + " WHERE resolvedBy IS NULL\(condition) ORDER BY conflict.id",
            arguments: arguments
        ).map { try OpenConflict($0) }
    }
}

/// A conflict that waits for a person.
package struct OpenConflict: Sendable {
    /// Its number.
    package let id: Int64
    /// The image.
    package let sample: Sample.ID
    /// What the label was where both sides began; nil where there was none.
    package let base: Label?
    /// What the branch says that was merged into.
    package let ours: Label?
    /// What the merged branch says.
    package let theirs: Label?
    /// The name of the one branch.
    package let ourName: String
    /// The name of the other.
    package let theirName: String

    /// The class that it is about: ours, where we have one.
    package var category: String {
        (ours ?? base ?? theirs)?.category ?? ""
    }

    /// What a side says; nil where it has no label.
    package subscript(side: ConflictSide) -> Label? {
        switch side {
        case .base: base
        case .ours: ours
        case .theirs: theirs
        }
    }

    /// SQL for conflicts with the names of both sides, as `init` reads them.
    static let selection = """
        SELECT conflict.*, json_extract(change.payload, '$.ours') AS ourName,
            json_extract(change.payload, '$.theirs') AS theirName
        FROM conflict JOIN change ON change.id = conflict.change
        """

    /// SQL for `category`.
    static let category = """
        json_extract(coalesce(conflict.ours, conflict.base, conflict.theirs), '$.label')
        """

    /// Reads a row of `selection`.
    init(_ row: Row) throws {
        id = row["id"]
        sample = row["sample"]
        base = try Label(json: row["base"])
        ours = try Label(json: row["ours"])
        theirs = try Label(json: row["theirs"])
        ourName = row["ourName"] ?? "ours"
        theirName = row["theirName"] ?? "theirs"
    }
}

extension Label {
    /// Reads the label of a conflict.
    fileprivate init?(json: String?) throws {
        guard let json else { return nil }
        self = try JSONDecoder().decode(Label.self, from: Data(json.utf8))
    }
}
