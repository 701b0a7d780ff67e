import CurationCore
import GRDB

/// A row of `categoryRevision`: a class as it is from an act on.
struct CategoryRow: LoggedRow, Hashable {
    let category: Int64
    var name: String
    var position: Int64
    var isPresent = true
    var supercategory: String?
    var color: String?
    var hotkey: String?
    var description: String?
    var guideline: String?

    static let section = LogSection.category
    var sample: Int64 { 0 }

    init(category: Int64, name: String, position: Int64) {
        self.category = category
        self.name = name
        self.position = position
    }

    /// Reads a row of `category` or `categoryRevision`, which call the number differently.
    init(_ row: Row, id: String = "category") {
        category = row[id]
        name = row["name"]
        position = row["position"]
        isPresent = row["present"]
        supercategory = row["supercategory"]
        color = row["color"]
        hotkey = row["hotkey"]
        description = row["description"]
        guideline = row["guideline"]
    }

    func write(to bytes: inout RowBytes) {
        bytes.add(category)
        bytes.add(name)
        bytes.add(position)
        bytes.add(isPresent ? Int64(1) : 0)
        for text in [supercategory, color, hotkey, description, guideline] { bytes.add(text) }
    }

    /// Writes what classes are now.
    ///
    /// Names may go from one to another: for a moment none is taken.
    static func insert(_ rows: [CategoryRow], change: Int64, in database: Database) throws {
        for row in rows {
            try database.execute(
                sql: "UPDATE category SET present = 0 WHERE id = ?",
                arguments: [row.category]
            )
        }
        for row in rows { try row.insert(change: change, in: database) }
    }

    /// Refuses to bring back a name that another class has taken since.
    static func checkNames(_ rows: [CategoryRow], in database: Database) throws {
        let own = Set(rows.map(\.category))
        for row in rows where row.isPresent {
            let holder = try Int64.fetchOne(
                database,
                sql: "SELECT id FROM category WHERE name = ? AND present = 1",
                arguments: [row.name]
            )
            if let holder, !own.contains(holder) {
                throw StorageError.category(
                    row.name,
                    reason: "another class has the name by now: rename that one first"
                )
            }
        }
    }

    /// Writes what the class is now, and that it is so from the act on.
    func insert(change: Int64, in database: Database) throws {
        let values: StatementArguments = [
            category, name, position, isPresent, supercategory, color, hotkey, description,
            guideline,
        ]
        try database.execute(
            sql: """
                INSERT INTO category (id, name, position, present, supercategory, color, hotkey,
                    description, guideline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, position = excluded.position,
                    present = excluded.present, supercategory = excluded.supercategory,
                    color = excluded.color, hotkey = excluded.hotkey,
                    description = excluded.description, guideline = excluded.guideline
                """,
            arguments: values
        )
        try database.execute(
            sql: """
                INSERT INTO categoryRevision (category, name, position, present, supercategory, color,
                    hotkey, description, guideline, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: values + [change]
        )
    }
}

extension Category {
    init(_ row: CategoryRow) {
        self.init(
            id: Int(row.category),
            name: row.name,
            supercategory: row.supercategory,
            color: row.color,
            hotkey: row.hotkey,
            description: row.description,
            guideline: row.guideline
        )
    }
}
