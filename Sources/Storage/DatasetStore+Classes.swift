package import CurationCore
import Foundation
import GRDB

/// A change of the class list.
package enum ClassChange: Sendable {
    /// A class more, at the end of the list.
    case add(Category)
    /// Another name; labels name the class itself, so they follow.
    case rename(String, to: String)
    /// Other attributes: all that are not nil; an empty text takes one away.
    case describe(Category)
    /// All labels of a class become those of another one, and the class goes.
    case merge(String, into: String)
    /// The class goes, with what becomes of its labels.
    case delete(String, labels: Fate)
    /// New classes in place of one, whose labels go back into review.
    case split(String, into: [String])

    /// What becomes of the labels of a class that is deleted.
    package enum Fate: Sendable, Equatable {
        /// Nothing: the class is only deleted when it has none.
        case refuse
        /// They go.
        case remove
        /// They become those of another class.
        case move(to: String)
    }
}

extension DatasetStore {
    /// The classes of now, with how many labels each has, in the order of the list.
    package func classes() throws(StorageError) -> [(category: Category, labels: Int)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT category.*, (SELECT count(*) FROM currentLabel
                        JOIN sample ON sample.id = currentLabel.sample
                        WHERE currentLabel.category = category.id
                            AND currentLabel.state = 'accepted' AND sample.present = 1) AS labels
                    FROM category WHERE present = 1 ORDER BY position, id
                    """
            ).map { (Category(CategoryRow($0, id: "id")), $0["labels"]) }
        }
    }

    /// Changes the class list, and the labels with it, as one batch.
    ///
    /// - Returns: The number of the change, and how many labels it touched.
    /// - Throws: `StorageError.category` when there is no such class, or the name is taken.
    @discardableResult
    package func change(
        _ change: ClassChange,
        author: String,
        message: String = "",
        at moment: Timestamp
    ) throws(StorageError) -> (change: Int64, labels: Int) {
        try write { database in
            var edit = try ClassEdit(author: author, message: message, at: moment, in: database)
            try edit.apply(change, in: database)
            return (try edit.batch.append(to: database), edit.labels)
        }
    }
}

/// A change of the class list while it is put together.
private struct ClassEdit {
    var batch: LabelBatch
    private var classes: [String: CategoryRow]

    init(author: String, message: String, at moment: Timestamp, in database: Database) throws {
        batch = LabelBatch(kind: .classes, author: author, at: moment)
        if !message.isEmpty { batch.payload["message"] = message }
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM category WHERE present = 1")
            .map { CategoryRow($0, id: "id") }
        classes = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
    }

    var labels: Int { batch.revisions.count }

    mutating func apply(_ change: ClassChange, in database: Database) throws {
        switch change {
        case .add(let category): try add(category, in: database)
        case .rename(let name, let new):
            var row = try row(name)
            let new = new.precomposedStringWithCanonicalMapping
            try checkIsFree(new)
            row.name = new
            note("rename", name, new)
            batch.categories = [row]
        case .describe(let category):
            var row = try row(category.name)
            row.take(category)
            note("describe", category.name)
            batch.categories = [row]
        case .merge(let name, let other): try remove(name, .move(to: other), "merge", in: database)
        case .delete(let name, let fate): try remove(name, fate, "delete", in: database)
        case .split(let name, let parts): try split(name, parts, in: database)
        }
    }

    private mutating func note(_ verb: String, _ names: String...) {
        batch.payload["verb"] = verb
        batch.payload["class"] = names[0]
        if names.count > 1 { batch.payload["to"] = names[1] }
    }

    private func row(_ name: String) throws -> CategoryRow {
        guard let row = classes[name] else {
            throw StorageError.category(
                name,
                reason: "there is no such class: `winnow classes` lists them"
            )
        }
        return row
    }

    private func checkIsFree(_ name: String) throws {
        guard !name.isEmpty, name.count <= 200 else {
            throw StorageError.category(
                name,
                reason: "a name has 1 to 200 characters"
            )
        }
        guard classes[name] == nil else {
            throw StorageError.category(
                name,
                reason: "the name is taken; `winnow classes merge` joins two classes"
            )
        }
    }

    private mutating func add(_ category: Category, in database: Database) throws {
        try checkIsFree(category.name)
        let last = try Row.fetchOne(
            database,
            sql:
                "SELECT coalesce(max(id), 0) AS id, coalesce(max(position), 0) AS position FROM category"
        )
        let (id, position): (Int64, Int64) = (last?["id"] ?? 0, last?["position"] ?? 0)
        // Composed (NFC), so that names that look alike are the same.
        let name = category.name.precomposedStringWithCanonicalMapping
        var row = CategoryRow(category: id + 1, name: name, position: position + 1)
        row.take(category)
        note("add", category.name)
        batch.categories = [row]
    }

    /// The last revisions of the labels of a class: accepted ones, and refusals.
    private func labels(of row: CategoryRow, in database: Database) throws -> [AnnotationRow] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT annotation.* FROM currentLabel
                JOIN annotation ON annotation.id = currentLabel.revision
                WHERE currentLabel.category = ? AND currentLabel.state <> 'removed'
                ORDER BY currentLabel.sample, currentLabel.object
                """,
            arguments: [row.category]
        ).map { try AnnotationRow($0) }
    }

    private mutating func remove(
        _ name: String,
        _ fate: ClassChange.Fate,
        _ verb: String,
        in database: Database
    ) throws {
        var row = try row(name)
        let labels = try labels(of: row, in: database)
        switch fate {
        case .refuse:
            let accepted = labels.count { $0.state == .accepted }
            guard accepted == 0 else {
                throw StorageError.category(
                    name,
                    reason: "it has \(accepted) labels: say what becomes of them, with "
                        + "--labels remove or --labels to=CLASS"
                )
            }
            batch.revisions = labels.map { .removal(of: $0, source: batch.author) }
            note(verb, name)
        case .remove:
            batch.revisions = labels.map { .removal(of: $0, source: batch.author) }
            note(verb, name)
        case .move(let other):
            let target = try self.row(other)
            guard target.category != row.category else {
                throw StorageError.category(name, reason: "a class is not merged into itself")
            }
            try move(labels, to: target, in: database)
            note(verb, name, other)
        }
        row.isPresent = false
        batch.categories = [row]
    }

    /// Labels become those of another class; what would say the same twice goes, and refusals.
    private mutating func move(
        _ labels: [AnnotationRow],
        to target: CategoryRow,
        in database: Database
    ) throws {
        for label in labels {
            let content = LabelContent(
                kind: label.content.kind,
                category: target.category,
                geometry: label.content.geometry
            )
            let same = try AnnotationTable.current(of: label.sample, in: database).first {
                $0.state != .removed && $0.content == content
            }
            // «Not this class» says nothing of the one that it becomes.
            if label.state == .rejected || same?.state == .accepted {
                batch.revisions.append(.removal(of: label, source: batch.author))
            } else {
                if let same { batch.revisions.append(.removal(of: same, source: batch.author)) }
                batch.revisions.append(
                    RevisionDraft(
                        sample: label.sample,
                        content: .row(content),
                        state: label.state,
                        source: label.source,
                        prior: label
                    )
                )
            }
        }
    }

    private mutating func split(
        _ name: String,
        _ parts: [String],
        in database: Database
    ) throws {
        var row = try row(name)
        guard parts.count > 1, Set(parts).count == parts.count else {
            throw StorageError.category(name, reason: "a class is split into two others or more")
        }
        let stays = parts.contains(name)
        for part in parts where part != name { try checkIsFree(part) }
        let labels = try labels(of: row, in: database)
        batch.newCategories = parts.filter { $0 != name }
        batch.revisions = labels.map { .removal(of: $0, source: batch.author) }
        // Each part is proposed, and none more than the others: a person decides.
        for label in labels where label.state == .accepted {
            for part in parts {
                batch.predictions.append(
                    Prediction(
                        sample: label.sample,
                        label: try label.content.label(category: part),
                        score: 1 / Double(parts.count)
                    )
                )
            }
        }
        batch.predictionSource = "split:\(name)"
        note("split", name, parts.joined(separator: ","))
        guard !stays else { return }
        row.isPresent = false
        batch.categories = [row]
    }
}

extension CategoryRow {
    /// Takes the attributes that are not nil; an empty text takes one away.
    fileprivate mutating func take(_ category: Category) {
        func merged(_ old: String?, _ new: String?) -> String? {
            guard let new else { return old }
            return new.isEmpty ? nil : new
        }
        supercategory = merged(supercategory, category.supercategory)
        color = merged(color, category.color)
        hotkey = merged(hotkey, category.hotkey)
        description = merged(description, category.description)
        guideline = merged(guideline, category.guideline)
    }
}
