public import CurationCore
import Storage

/// A field that images can have besides their labels, as `winnow fields` prints it.
public struct Field: Sendable, Codable {
    /// The name.
    public let field: String
    /// `text`, `number`, `boolean`, `date` or `choice`.
    public let type: String
    /// The values of a choice.
    public let choices: [String]
    /// What it means.
    public let description: String?

    /// Describes a field.
    public init(field: String, type: String, choices: [String] = [], description: String? = nil) {
        self.field = field
        self.type = type
        self.choices = choices
        self.description = description
    }
}

/// What keeps images out of exports, as `winnow rules` prints it.
public struct Rule: Sendable, Codable {
    /// The field.
    public let field: String
    /// `equals`, `differs`, `below`, `above`, `present` or `absent`.
    public let test: String
    /// With what it is compared; nil for `present` and `absent`.
    public let value: String?
    /// Why.
    public let reason: String

    /// Describes a rule.
    public init(field: String, test: String, value: String?, reason: String) {
        self.field = field
        self.test = test
        self.value = value
        self.reason = reason
    }
}

/// A picture that a rule keeps out of an export.
public struct HeldBack: Sendable, Codable {
    /// The image.
    public let id: Sample.ID
    /// Where its file is.
    public let path: String
    /// The reason of the first rule that holds it back.
    public let reason: String
}

/// Licence, source, consent and other fields of images, and rules that keep images out of exports.
public struct GovernanceStage: Sendable {
    private let dataset: Dataset
    private let author: String
    private let message: String

    /// Creates the stage, for who changes something and why.
    public init(dataset: Dataset, author: String = "winnow", message: String = "") {
        self.dataset = dataset
        self.author = author
        self.message = message
    }

    /// The fields that images can have, by name.
    ///
    /// - Throws: `CurationError.storage`.
    public func fields() throws -> [Field] {
        try rephrasing { () throws in
            try dataset.store.fields().map {
                Field(
                    field: $0.name,
                    type: $0.kind.rawValue,
                    choices: $0.choices,
                    description: $0.description
                )
            }
        }
    }

    /// Makes a field, or gives one other choices or another description.
    ///
    /// - Throws: `CurationError.badData` when values of now would not fit.
    public func define(_ field: Field, at moment: Timestamp = .now) throws -> EditReport {
        guard let kind = FieldDefinition.Kind(rawValue: field.type) else {
            throw CurationError.badData(
                "'\(field.type)' is no type: use text, number, boolean, date or choice"
            )
        }
        return try edit {
            try dataset.store.define(
                FieldDefinition(
                    name: field.field,
                    kind: kind,
                    choices: field.choices,
                    description: field.description
                ),
                author: author,
                message: message,
                at: moment
            )
        }
    }

    /// Takes a field away that no image has a value of and no rule names.
    ///
    /// - Throws: `CurationError.badData` when there is no such field, or it is in use.
    public func removeField(_ name: String, at moment: Timestamp = .now) throws -> EditReport {
        try edit {
            try dataset.store.removeField(name, author: author, message: message, at: moment)
        }
    }

    /// Gives images values of a field; nil takes the value away.
    ///
    /// - Throws: `CurationError.badData` when there is no such field, or a value does not fit.
    public func set(
        _ field: String,
        to values: [(sample: Sample.ID, value: String?)],
        at moment: Timestamp = .now
    ) throws -> EditReport {
        try rephrasing { () throws in
            let outcome = try dataset.store.setField(
                field,
                to: values,
                author: author,
                message: message,
                at: moment
            )
            return EditReport(outcome.map { ($0.change, $0.images) })
        }
    }

    /// The values of now: of each image by field.
    ///
    /// - Throws: `CurationError.storage`.
    public func values() throws -> [Sample.ID: [String: String]] {
        try rephrasing { () throws in try dataset.store.fieldValues() }
    }

    /// What keeps images out of exports.
    ///
    /// - Throws: `CurationError.storage`.
    public func rules() throws -> [Rule] {
        try rephrasing { () throws in
            try dataset.store.exportRules().map {
                Rule(field: $0.field, test: $0.test.rawValue, value: $0.value, reason: $0.reason)
            }
        }
    }

    /// Makes a rule, or takes it back.
    ///
    /// - Throws: `CurationError.badData` when there is no such field or test, or the value does not fit.
    public func set(
        _ rule: Rule,
        isRemoved: Bool,
        at moment: Timestamp = .now
    ) throws -> EditReport {
        let tests = ExportRule.Test.allCases.map(\.rawValue).joined(separator: ", ")
        guard let test = ExportRule.Test(rawValue: rule.test) else {
            throw CurationError.badData("'\(rule.test)' is no test: use one of \(tests)")
        }
        guard (test == .present || test == .absent) == (rule.value == nil) else {
            throw CurationError.badData(
                "the tests present and absent take no value, all others take one"
            )
        }
        return try edit {
            try dataset.store.setRule(
                ExportRule(field: rule.field, test: test, value: rule.value, reason: rule.reason),
                isRemoved: isRemoved,
                author: author,
                message: message,
                at: moment
            )
        }
    }

    /// Reports a change of one field or rule; none where nothing differs.
    private func edit(_ change: () throws -> Int64?) throws -> EditReport {
        try rephrasing { () throws in EditReport(try change().map { ($0, 1) }) }
    }

    /// The images that the rules of now keep out of exports, by id.
    ///
    /// - Throws: `CurationError.storage`.
    public func heldBack() throws -> [HeldBack] {
        try rephrasing { () throws in
            let rules = try dataset.store.exportRules()
            guard !rules.isEmpty else { return [] }
            let kinds = Dictionary(
                uniqueKeysWithValues: try dataset.store.fields().map { ($0.name, $0.kind) }
            )
            let values = try dataset.store.fieldValues()
            return try dataset.store.samples().compactMap { sample in
                let own = values[sample.id] ?? [:]
                let rule = rules.first {
                    $0.holdsBack(own[$0.field], kind: kinds[$0.field] ?? .text)
                }
                return rule.map {
                    HeldBack(id: sample.id, path: sample.path, reason: $0.reason)
                }
            }
        }
    }
}
