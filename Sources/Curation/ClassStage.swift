public import CurationCore
import Storage

/// Reads and changes the class list, and the labels with it.
public struct ClassStage: Sendable {
    /// A class with how many labels it has.
    public struct Listed: Sendable, Encodable {
        /// The class.
        public let category: CurationCore.Category
        /// How many accepted labels name it.
        public let labels: Int

        enum Keys: String, CodingKey { case labels }

        /// Writes the attributes of the class, and `labels` beside them.
        public func encode(to encoder: any Encoder) throws {
            try category.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(labels, forKey: .labels)
        }
    }

    /// What becomes of the labels of a class that is deleted.
    public enum Fate: Sendable, Hashable {
        /// The class is only deleted when it has none.
        case refuse
        /// They go.
        case remove
        /// They become those of another class.
        case move(to: String)
    }

    private let dataset: Dataset
    private let author: String
    private let message: String

    /// Creates the stage, for who changes the list and why.
    public init(dataset: Dataset, author: String = "winnow", message: String = "") {
        self.dataset = dataset
        self.author = author
        self.message = message
    }

    /// The classes of now, in the order of the list.
    ///
    /// - Throws: `CurationError.storage`.
    public func list() throws -> [Listed] {
        try rephrasing { () throws in
            try dataset.store.classes().map { Listed(category: $0.category, labels: $0.labels) }
        }
    }

    /// A class more, at the end of the list.
    ///
    /// - Throws: `CurationError.badData` when the name is taken.
    public func add(_ category: CurationCore.Category) throws -> EditReport {
        try apply(.add(category))
    }

    /// Gives a class another name; its labels follow.
    ///
    /// - Throws: `CurationError.badData` when there is no such class, or the name is taken.
    public func rename(_ name: String, to other: String) throws -> EditReport {
        try apply(.rename(name, to: other))
    }

    /// Sets the attributes of the class of that name that are not nil; an empty text takes one away.
    ///
    /// - Throws: `CurationError.badData` when there is no such class.
    public func describe(_ category: CurationCore.Category) throws -> EditReport {
        try apply(.describe(category))
    }

    /// Makes all labels of a class those of another one, and removes the class.
    ///
    /// - Throws: `CurationError.badData` when there is no such class.
    public func merge(_ name: String, into other: String) throws -> EditReport {
        try apply(.merge(name, into: other))
    }

    /// Removes a class.
    ///
    /// - Throws: `CurationError.badData` when there is none, or it has labels and nothing is said of them.
    public func delete(_ name: String, labels fate: Fate) throws -> EditReport {
        let change: ClassChange.Fate =
            switch fate {
            case .refuse: .refuse
            case .remove: .remove
            case .move(let other): .move(to: other)
            }
        return try apply(.delete(name, labels: change))
    }

    /// Puts new classes in place of one; its labels go back into review, with the new classes proposed.
    ///
    /// - Throws: `CurationError.badData` when there is no such class, or a name is taken.
    public func split(_ name: String, into parts: [String]) throws -> EditReport {
        try apply(.split(name, into: parts))
    }

    private func apply(_ change: ClassChange) throws -> EditReport {
        try rephrasing { () throws in
            let outcome = try dataset.store.change(
                change,
                author: author,
                message: message,
                at: .now
            )
            return EditReport((outcome.change, outcome.labels))
        }
    }
}
