import CurationCore
import GRDB

/// The classes by name while an act is written: those of now, as it revises them, and those that it
/// names first.
struct CategoryNames {
    /// The classes that are new.
    private(set) var new: [CategoryRow] = []
    private var ids: [String: Int64] = [:]
    private var nextID: Int64
    private var nextPosition: Int64

    init(in database: Database, revised: [CategoryRow]) throws {
        var rows: [Int64: CategoryRow] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT * FROM category") {
            let category = CategoryRow(row, id: "id")
            rows[category.category] = category
        }
        for category in revised { rows[category.category] = category }
        nextID = (rows.keys.max() ?? 0) + 1
        nextPosition = (rows.values.map(\.position).max() ?? 0) + 1
        for category in rows.values where category.isPresent {
            ids[category.name] = category.category
        }
    }

    /// The class of the name, which is made when there is none.
    @discardableResult
    mutating func add(_ name: String) -> Int64 {
        if let id = ids[name] { return id }
        let row = CategoryRow(category: nextID, name: name, position: nextPosition)
        new.append(row)
        ids[name] = nextID
        nextID += 1
        nextPosition += 1
        return row.category
    }

    mutating func content(of content: RevisionDraft.Content) throws -> LabelContent {
        switch content {
        case .row(let row): row
        case .label(let label): LabelContent(label, category: add(label.category))
        }
    }
}
