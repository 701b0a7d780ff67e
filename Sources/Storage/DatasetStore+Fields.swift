package import CurationCore
import FoundationEssentials
import GRDB

/// A field that images can have: its name and what its values are.
package struct FieldDefinition: Sendable, Hashable {
    /// What the values of a field are.
    package enum Kind: String, Sendable { case text, number, boolean, date, choice }

    /// The name: letters, digits, dots, dashes and underscores.
    package let name: String
    /// What its values are.
    package let kind: Kind
    /// The values of a choice.
    package let choices: [String]
    /// What it means.
    package let description: String?

    /// Describes a field.
    package init(name: String, kind: Kind, choices: [String] = [], description: String? = nil) {
        self.name = name
        self.kind = kind
        self.choices = choices
        self.description = description
    }

    /// Checks a value, and writes it in its one way.
    ///
    /// - Throws: `StorageError.field` when it is none of the kind.
    package func checked(_ value: String) throws(StorageError) -> String {
        func refuse(_ reason: String) -> StorageError { .field(name, reason: reason) }
        switch kind {
        case .text: return value
        case .number:
            guard let number = Double(value), number.isFinite else {
                throw refuse("'\(value)' is no number")
            }
            return String(decoding: CanonicalJSON.number(number).bytes, as: UTF8.self)
        case .boolean:
            guard ["true", "false"].contains(value) else {
                throw refuse("'\(value)' is neither true nor false")
            }
            return value
        case .date:
            guard value.wholeMatch(of: /\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])/) != nil else {
                throw refuse("'\(value)' is no date: write it as 2026-01-31")
            }
            return value
        case .choice:
            guard choices.contains(value) else {
                throw refuse("'\(value)' is none of \(choices.joined(separator: ", "))")
            }
            return value
        }
    }
}

/// What keeps images out of exports: those whose field compares so.
package struct ExportRule: Sendable, Hashable {
    /// How a field is compared with the value of a rule.
    package enum Test: String, Sendable, CaseIterable {
        case equals, differs, below, above, present, absent
    }

    /// The field.
    package let field: String
    /// How it is compared.
    package let test: Test
    /// With what; nil for `present` and `absent`.
    package let value: String?
    /// Why, for who wonders.
    package let reason: String

    /// Describes a rule.
    package init(field: String, test: Test, value: String?, reason: String) {
        self.field = field
        self.test = test
        self.value = value
        self.reason = reason
    }

    /// Whether an image with this value of the field, or without one, is kept out.
    package func holdsBack(_ found: String?, kind: FieldDefinition.Kind) -> Bool {
        switch test {
        case .present: found != nil
        case .absent: found == nil
        case .equals: found != nil && found == value
        case .differs: found != value
        case .below: compare(found, kind) { $0 < $1 } ?? (found.map { $0 < value ?? "" } ?? false)
        case .above: compare(found, kind) { $0 > $1 } ?? (found.map { $0 > value ?? "" } ?? false)
        }
    }

    // Dates stand in the order of their texts; numbers do not.
    private func compare(
        _ found: String?,
        _ kind: FieldDefinition.Kind,
        _ isHeld: (Double, Double) -> Bool
    ) -> Bool? {
        guard kind == .number, let found = found.flatMap(Double.init),
            let value = value.flatMap(Double.init)
        else { return nil }
        return isHeld(found, value)
    }
}

extension DatasetStore {
    /// The fields that images can have, by name.
    package func fields() throws(StorageError) -> [FieldDefinition] {
        try read { try Self.fields(in: $0) }
    }

    static func fields(in database: Database) throws -> [FieldDefinition] {
        try Row.fetchAll(database, sql: "SELECT * FROM field WHERE present = 1 ORDER BY name").map {
            row in
            let choices: String? = row["choices"]
            return FieldDefinition(
                name: row["name"],
                kind: try row.value("type"),
                choices: try choices.map {
                    try JSONDecoder().decode([String].self, from: Data($0.utf8))
                } ?? [],
                description: row["description"]
            )
        }
    }

    static func field(_ name: String, in database: Database) throws -> FieldDefinition {
        guard let field = try fields(in: database).first(where: { $0.name == name }) else {
            throw StorageError.field(
                name,
                reason: "there is no such field: `winnow fields add` makes one"
            )
        }
        return field
    }

    /// Makes a field, or gives one more choices or another description.
    ///
    /// - Returns: The number of the change; nil where nothing differs.
    /// - Throws: `StorageError.field` when its values of now would not fit.
    @discardableResult
    package func define(
        _ field: FieldDefinition,
        author: String,
        message: String = "",
        at moment: Timestamp
    ) throws(StorageError) -> Int64? {
        guard field.name.wholeMatch(of: /[A-Za-z][A-Za-z0-9._-]{0,99}/) != nil else {
            throw StorageError.field(
                field.name,
                reason: "a name has letters, digits, dots, dashes and underscores"
            )
        }
        guard (field.kind == .choice) == !field.choices.isEmpty else {
            throw StorageError.field(
                field.name,
                reason: "a choice, and nothing else, has choices"
            )
        }
        return try write { database in
            let revision = GovernanceRevision(content: .field(field), isPresent: true)
            let batch = LabelBatch(kind: .fields, author: author, message: message, at: moment)
            return try Self.govern(revision, batch, in: database)
        }
    }

    /// Takes a field away that no image has a value of and no rule names.
    ///
    /// - Returns: The number of the change.
    /// - Throws: `StorageError.field` when there is no such field, or it is in use.
    @discardableResult
    package func removeField(
        _ name: String,
        author: String,
        message: String = "",
        at moment: Timestamp
    ) throws(StorageError) -> Int64? {
        try write { database in
            let field = try Self.field(name, in: database)
            let revision = GovernanceRevision(content: .field(field), isPresent: false)
            let batch = LabelBatch(kind: .fields, author: author, message: message, at: moment)
            return try Self.govern(revision, batch, in: database)
        }
    }

    private static func govern(
        _ revision: GovernanceRevision,
        _ batch: LabelBatch,
        in database: Database
    ) throws -> Int64? {
        guard try !revision.isCurrent(in: database) else { return nil }
        try revision.check(in: database)
        var batch = batch
        batch.governance = revision
        return try batch.append(to: database)
    }

    /// Gives images values of a field; nil takes the value away.
    ///
    /// - Returns: The number of the change, and how many images it touched; nil where it touched none.
    /// - Throws: `StorageError.field` when there is no such field, or a value does not fit.
    @discardableResult
    package func setField(
        _ name: String,
        to values: [(sample: Sample.ID, value: String?)],
        author: String,
        message: String = "",
        at moment: Timestamp
    ) throws(StorageError) -> (change: Int64, images: Int)? {
        try write { database in
            let field = try Self.field(name, in: database)
            let now = try database.cachedStatement(
                sql: "SELECT value FROM currentField WHERE sample = ? AND field = ?"
            )
            var batch = LabelBatch(kind: .fields, author: author, message: message, at: moment)
            batch.payload["field"] = name
            for (sample, value) in values {
                let value = try value.map { try field.checked($0) }
                guard try String.fetchOne(now, arguments: [sample, name]) != value else { continue }
                batch.fields.append(FieldRow(sample: sample, field: name, value: value))
            }
            guard !batch.isEmpty else { return nil }
            return (try batch.append(to: database), batch.fields.count)
        }
    }

    /// The values of now: of each image by field.
    package func fieldValues(
        of sample: Sample.ID? = nil
    ) throws(StorageError) -> [Sample.ID: [String: String]] {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT sample, field, value FROM currentField
                    \(sample == nil ? "" : "WHERE sample = ?")
                    """,
                arguments: StatementArguments(sample.map { [$0] } ?? [])
            )
            var values: [Int64: [String: String]] = [:]
            while let row = try rows.next() {
                values[row["sample"], default: [:]][row["field"]] = row["value"]
            }
            return values
        }
    }

    /// What keeps images out of exports.
    package func exportRules() throws(StorageError) -> [ExportRule] {
        try read { try Self.exportRules(in: $0) }
    }

    static func exportRules(in database: Database) throws -> [ExportRule] {
        try Row.fetchAll(database, sql: "SELECT * FROM exportRule ORDER BY id").map {
            ExportRule(
                field: $0["field"],
                test: try $0.value("test"),
                value: $0["value"],
                reason: $0["reason"]
            )
        }
    }

    /// Makes a rule, or takes it back.
    ///
    /// - Returns: The number of the change; nil where nothing differs.
    /// - Throws: `StorageError.field` when there is no such field, or the value does not fit.
    @discardableResult
    package func setRule(
        _ rule: ExportRule,
        isRemoved: Bool,
        author: String,
        message: String = "",
        at moment: Timestamp
    ) throws(StorageError) -> Int64? {
        try write { database in
            let field = try Self.field(rule.field, in: database)
            let rule = ExportRule(
                field: rule.field,
                test: rule.test,
                value: try rule.value.map { try field.checked($0) },
                reason: rule.reason
            )
            let revision = GovernanceRevision(content: .rule(rule), isPresent: !isRemoved)
            let batch = LabelBatch(kind: .fields, author: author, message: message, at: moment)
            return try Self.govern(revision, batch, in: database)
        }
    }
}
