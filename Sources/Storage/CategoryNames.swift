import CurationCore
import Foundation
import GRDB

/// The classes by name while an act is written: those of now, as it revises them, and those that it
/// names first.
struct CategoryNames {
    private var rows: [Int64: CategoryRow] = [:]
    private var ids: [String: Int64] = [:]
    private var revised = Set<Int64>()
    private var last: (name: String, id: Int64)?
    private var nextID: Int64
    private var nextPosition: Int64

    init(in database: Database, revised: [CategoryRow]) throws {
        for row in try Row.fetchAll(database, sql: "SELECT * FROM category") {
            let category = CategoryRow(row, id: "id")
            rows[category.category] = category
        }
        for category in revised { rows[category.category] = category }
        self.revised = Set(revised.map(\.category))
        nextID = (rows.keys.max() ?? 0) + 1
        nextPosition = (rows.values.map(\.position).max() ?? 0) + 1
        for category in rows.values where category.isPresent {
            guard ids.updateValue(category.category, forKey: category.name) == nil else {
                throw StorageError.category(
                    category.name,
                    reason: "two classes would have the name: rename one of them first"
                )
            }
        }
    }

    /// The classes that the act makes or changes, by number.
    var changed: [CategoryRow] { revised.sorted().compactMap { rows[$0] } }

    /// The class of the name, which is made when there is none.
    ///
    /// Names are composed (NFC), so that those that look alike are the same.
    @discardableResult
    mutating func add(_ name: String) -> Int64 {
        if let last, last.name == name { return last.id }
        if let id = ids[name] {
            last = (name, id)
            return id
        }
        let name = name.precomposedStringWithCanonicalMapping
        let row = CategoryRow(category: nextID, name: name, position: nextPosition)
        rows[nextID] = row
        revised.insert(nextID)
        ids[name] = nextID
        nextID += 1
        nextPosition += 1
        return row.category
    }

    mutating func content(of content: RevisionDraft.Content) -> LabelContent {
        switch content {
        case .row(let row): row
        case .label(let label): self.content(of: label)
        }
    }

    mutating func content(of label: Label) -> LabelContent {
        LabelContent(label, category: add(label.category))
    }

    /// The content with a class that is in the list: its own, which comes back if it had left; or the one
    /// that has its name by now.
    mutating func present(_ content: LabelContent) -> LabelContent {
        guard var row = rows[content.category], !row.isPresent else { return content }
        if let holder = ids[row.name] {
            return LabelContent(kind: content.kind, category: holder, geometry: content.geometry)
        }
        row.isPresent = true
        rows[row.category] = row
        revised.insert(row.category)
        ids[row.name] = row.category
        return content
    }
}
