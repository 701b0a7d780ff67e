import CurationCore
import Foundation
import GRDB

/// What a batch of the log made of a field or of an export rule, as the payload of its change says it.
struct GovernanceRevision: Hashable {
    /// What was made or taken away.
    enum Content: Hashable {
        case field(FieldDefinition)
        case rule(ExportRule)
    }

    let content: Content
    /// Whether it is there from then on.
    let isPresent: Bool

    /// What all revisions of one field, or of one rule, have in common.
    var key: [String] {
        switch content {
        case .field(let field): ["field", field.name]
        case .rule(let rule):
            ["rule", rule.field, rule.test.rawValue] + (rule.value.map { [$0] } ?? [])
        }
    }

    /// What was taken away is the same, whatever it was.
    static func == (one: Self, other: Self) -> Bool {
        one.key == other.key && one.isPresent == other.isPresent
            && (!one.isPresent || one.content == other.content)
    }

    /// Whether the two are of the same field, or of the same rule.
    func isAbout(sameAs other: Self) -> Bool { key == other.key }
}

// MARK: - As a payload

extension GovernanceRevision {
    /// What it is in the payload of a change.
    var payload: [String: String] {
        get throws {
            var payload: [String: String]
            switch content {
            case .field(let field):
                payload = ["field": field.name, "type": field.kind.rawValue]
                payload["choices"] =
                    field.choices.isEmpty ? nil : try CanonicalText.json(field.choices)
                payload["description"] = field.description
            case .rule(let rule):
                payload = ["rule": "\(rule.field) \(rule.test.rawValue) \(rule.value ?? "")"]
                payload["reason"] = rule.reason
            }
            payload["present"] = "\(isPresent)"
            return payload
        }
    }

    /// Reads it from the payload of a change; nil where the change is not about a field or a rule.
    init?(payload: [String: String]) throws {
        if let name = payload["field"], let kind = payload["type"] {
            let choices = try payload["choices"].map {
                try JSONDecoder().decode([String].self, from: Data($0.utf8))
            }
            guard let kind = FieldDefinition.Kind(rawValue: kind) else { return nil }
            content = .field(
                FieldDefinition(
                    name: name,
                    kind: kind,
                    choices: choices ?? [],
                    description: payload["description"]
                )
            )
            isPresent = payload["present"] != "false"
        } else if let text = payload["rule"], let reason = payload["reason"] {
            let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard words.count == 3, let test = ExportRule.Test(rawValue: String(words[1])) else {
                return nil
            }
            content = .rule(
                ExportRule(
                    field: String(words[0]),
                    test: test,
                    value: test == .present || test == .absent ? nil : String(words[2]),
                    reason: reason
                )
            )
            // The first builds wrote the taking away as a reason.
            isPresent = payload["present"].map { $0 == "true" } ?? (reason != "removed")
        } else {
            return nil
        }
    }

    /// All that the log says of fields and rules before a batch, newest first.
    private static func log(
        before batch: Int64,
        in database: Database
    ) throws -> some Cursor<Self> {
        try String.fetchCursor(
            database,
            sql: """
                SELECT payload FROM change
                WHERE id < ? AND kind IN ('fields', 'undo') AND payload IS NOT NULL
                ORDER BY id DESC
                """,
            arguments: [batch]
        ).compactMap { text in
            try Self(
                payload: JSONDecoder().decode([String: String].self, from: Data(text.utf8))
            )
        }
    }

    /// What a batch made of a field or a rule; nil where it is not about one.
    static func made(by batch: Int64, in database: Database) throws -> Self? {
        let payload = try String.fetchOne(
            database,
            sql: "SELECT payload FROM change WHERE id = ? AND kind IN ('fields', 'undo')",
            arguments: [batch]
        )
        guard let payload else { return nil }
        return try Self(
            payload: JSONDecoder().decode([String: String].self, from: Data(payload.utf8))
        )
    }

    /// What it was before a batch.
    func before(_ batch: Int64, in database: Database) throws -> Self {
        let log = try Self.log(before: batch, in: database)
        while let earlier = try log.next() {
            if earlier.isAbout(sameAs: self) { return earlier }
        }
        return Self.usual.first { $0.isAbout(sameAs: self) }
            ?? Self(content: content, isPresent: false)
    }
}

// MARK: - As it is now

extension GovernanceRevision {
    /// The fields that every data set has from its making; no act of the log makes them, so they are
    /// frozen like a schema.
    static let usual: [Self] = [
        FieldDefinition(
            name: "consent",
            kind: .boolean,
            description: "Whether those who are seen agreed to its use."
        ),
        FieldDefinition(
            name: "licence",
            kind: .text,
            description: "Under which terms it may be used."
        ),
        FieldDefinition(name: "source", kind: .text, description: "Where it comes from."),
    ].map { Self(content: .field($0), isPresent: true) }

    /// The fields and rules of now, as the log has them.
    private static func derived(in database: Database) throws -> [Self] {
        var seen: Set<[String]> = []
        var present: [Self] = []
        let log = try log(before: .max, in: database)
        while let revision = try log.next() {
            if seen.insert(revision.key).inserted, revision.isPresent { present.append(revision) }
        }
        return present.reversed() + usual.filter { !seen.contains($0.key) }
    }

    /// The fields and rules that the tables hold.
    private static func stored(in database: Database) throws -> [Self] {
        try DatasetStore.fields(in: database).map { Self(content: .field($0), isPresent: true) }
            + DatasetStore.exportRules(in: database).map {
                Self(content: .rule($0), isPresent: true)
            }
    }

    /// Whether the tables hold what the log says.
    static func isAsDerived(in database: Database) throws -> Bool {
        Set(try stored(in: database)) == Set(try derived(in: database))
    }

    /// Makes the tables again from the log.
    static func rebuild(in database: Database) throws {
        try database.execute(sql: "DELETE FROM exportRule")
        try database.execute(sql: "UPDATE field SET present = 0")
        for revision in try derived(in: database) { try revision.store(in: database) }
    }

    /// Whether it is so now.
    func isCurrent(in database: Database) throws -> Bool {
        let now = try Self.stored(in: database).first { $0.isAbout(sameAs: self) }
        return now.map { $0 == self } ?? !isPresent
    }

    /// - Throws: `StorageError.field` when values or rules of now stand against it.
    func check(in database: Database) throws {
        switch content {
        case .rule(let rule):
            guard isPresent else { return }
            let field = try DatasetStore.field(rule.field, in: database)
            _ = try rule.value.map { try field.checked($0) }
        case .field(let field):
            try checkUse(of: field, in: database)
        }
    }

    private func checkUse(of field: FieldDefinition, in database: Database) throws {
        let values = try String.fetchAll(
            database,
            sql: "SELECT DISTINCT value FROM currentField WHERE field = ?",
            arguments: [field.name]
        )
        let rules = try DatasetStore.exportRules(in: database).filter { $0.field == field.name }
        guard isPresent || values.isEmpty else {
            throw StorageError.field(
                field.name,
                reason: "pictures have values of it: take those away first"
            )
        }
        guard isPresent || rules.isEmpty else {
            throw StorageError.field(field.name, reason: "a rule names it: remove that first")
        }
        for value in values + rules.compactMap(\.value) { _ = try field.checked(value) }
    }

    /// Writes it into the tables of what is current.
    func store(in database: Database) throws {
        switch content {
        case .field(let field):
            let choices = field.choices.isEmpty ? nil : try CanonicalText.json(field.choices)
            try database.execute(
                sql: """
                    INSERT INTO field (name, type, choices, description, present)
                    VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET type = excluded.type,
                        choices = excluded.choices, description = excluded.description,
                        present = excluded.present
                    """,
                arguments: [field.name, field.kind.rawValue, choices, field.description, isPresent]
            )
        case .rule(let rule):
            try database.execute(
                sql: "DELETE FROM exportRule WHERE field = ? AND test = ? AND value IS ?",
                arguments: [rule.field, rule.test.rawValue, rule.value]
            )
            guard isPresent else { return }
            try database.execute(
                sql: "INSERT INTO exportRule (field, test, value, reason) VALUES (?, ?, ?, ?)",
                arguments: [rule.field, rule.test.rawValue, rule.value, rule.reason]
            )
        }
    }
}
