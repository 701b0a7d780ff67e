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
            try OpenConflict.all(
                where: "conflict.id > ? ORDER BY conflict.id LIMIT ?",
                [after, limit],
                in: database
            )
        }
    }

    /// How many open conflicts there are about each class, most first.
    package func openConflictClasses() throws(StorageError) -> [(category: String, count: Int)] {
        try read { database in
            var names = NamesOfConflicts(database: database)
            var counts: [String: Int] = [:]
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT \(OpenConflict.category) AS category, change, count(*) AS conflicts
                    FROM conflict WHERE resolvedBy IS NULL GROUP BY 1, 2
                    """
            )
            for row in rows {
                let name = try names.name(of: row["category"], at: row["change"])
                counts[name, default: 0] += row["conflicts"]
            }
            return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { ($0.key, $0.value) }
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
        let all = try OpenConflict.all(where: "true ORDER BY conflict.id", [], in: database)
        return switch choice {
        case .one(let id): all.filter { $0.id == id }
        case .category(let name): all.filter { $0.category == name }
        case .all: all
        }
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

    /// The open ones for which a condition in SQL holds, with the names that their classes have now.
    static func all(
        where condition: String,
        _ arguments: StatementArguments,
        in database: Database
    ) throws -> [OpenConflict] {
        var names = NamesOfConflicts(database: database)
        return try Row.fetchAll(
            database,
            sql: """
                SELECT conflict.*, json_extract(change.payload, '$.ours') AS ourName,
                    json_extract(change.payload, '$.theirs') AS theirName
                FROM conflict JOIN change ON change.id = conflict.change
                WHERE resolvedBy IS NULL AND \(condition)
                """,
            arguments: arguments
        ).map { try OpenConflict($0, &names) }
    }

    /// SQL for `category`, as it was called then.
    static let category = """
        json_extract(coalesce(conflict.ours, conflict.base, conflict.theirs), '$.label')
        """

    private init(_ row: Row, _ names: inout NamesOfConflicts) throws {
        id = row["id"]
        sample = row["sample"]
        base = try names.label(row["base"], at: row["change"])
        ours = try names.label(row["ours"], at: row["change"])
        theirs = try names.label(row["theirs"], at: row["change"])
        ourName = row["ourName"] ?? "ours"
        theirName = row["theirName"] ?? "theirs"
    }
}

/// What the classes of conflicts are called now: conflicts keep the names that they had at the merge.
private struct NamesOfConflicts {
    let database: Database
    private var renamed: [Int64: [String: String]] = [:]

    init(database: Database) { self.database = database }

    /// The name of a class that had another one at a place in the log; the same for one that left the list.
    mutating func name(of name: String, at change: Int64) throws -> String {
        if let known = renamed[change] { return known[name] ?? name }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT revision.name AS old, category.name FROM categoryRevision AS revision
                JOIN category ON category.id = revision.category AND category.present = 1
                WHERE revision.present = 1 AND category.name <> revision.name
                    AND revision.id = (
                        SELECT max(id) FROM categoryRevision
                        WHERE category = revision.category AND change <= ?)
                """,
            arguments: [change]
        )
        let found = Dictionary(
            rows.map { ($0["old"] as String, $0["name"] as String) },
            uniquingKeysWith: { $1 }
        )
        renamed[change] = found
        return found[name] ?? name
    }

    /// Reads a label of a conflict.
    mutating func label(_ json: String?, at change: Int64) throws -> Label? {
        guard let json else { return nil }
        let label = try JSONDecoder().decode(Label.self, from: Data(json.utf8))
        let now = try name(of: label.category, at: change)
        guard now != label.category else { return label }
        return try LabelContent(label, category: 0).label(category: now)
    }
}
