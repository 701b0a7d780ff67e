public import CurationCore
import Storage

/// What a person who was asked more than once, or whose answers were compared, has shown.
public struct ReviewerReport: Sendable, Codable {
    /// Who.
    public let reviewer: String
    /// Pictures answered, further opinions too.
    public let answered: Int
    /// Answers where the class was known.
    public let known: Int
    /// How many of those were right.
    public let right: Int
    /// Pictures that others answered, too.
    public let shared: Int
    /// The share of those where another one said the same, of things in pictures the mean of how far the
    /// nearest one agrees (F1 at an IoU of 0.5); nil without any.
    public let agreement: Double?
    /// How often the reviewer is right about a picture, or about a thing, as estimated from all of it; 0 to 1.
    public let accuracy: Double
}

/// Whose images are whose: a cluster, or those with a value in a field.
public struct AssignmentReport: Sendable, Codable {
    /// Whose they are.
    public let reviewer: String
    /// The cluster; nil where it is a field.
    public let cluster: Int?
    /// The field; nil where it is a cluster.
    public let field: String?
    /// The value in the field.
    public let value: String?
}

/// How several people share a review: how often they look, whose pictures are whose, how right they are.
public struct TeamStage: Sendable {
    let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// How several people review.
    ///
    /// - Throws: `CurationError.storage`.
    public func policy() throws -> ReviewPolicy {
        try rephrasing { () throws in try dataset.store.reviewPolicy() }
    }

    /// Sets how several people review.
    ///
    /// - Throws: `CurationError.badData` where it does not fit; `.busy`, `.storage`.
    public func set(_ policy: ReviewPolicy) throws {
        try rephrasing { () throws in
            let task = try dataset.store.schema().schema.task
            guard task == .classification || policy.honeypots == 0 else {
                throw CurationError.badData(
                    "only the class of a whole picture can be known; this data set is of things in "
                        + "pictures: leave out --honeypots"
                )
            }
            try dataset.store.set(policy)
        }
    }

    /// Takes the classes that pictures carry now for known; those that carry none are left out.
    ///
    /// - Returns: The pictures that carry none.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    public func addKnown(_ samples: [Sample.ID]) throws -> [Sample.ID] {
        try rephrasing { () throws in try dataset.store.addHoneypots(samples) }
    }

    /// Takes the classes of pictures for unknown again.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    public func removeKnown(_ samples: [Sample.ID]) throws {
        try rephrasing { () throws in try dataset.store.removeHoneypots(samples) }
    }

    /// The pictures whose class is known, with it.
    ///
    /// - Throws: `CurationError.storage`.
    public func known() throws -> [Sample.ID: String] {
        try rephrasing { () throws in try dataset.store.honeypots() }
    }

    /// Whose pictures are whose.
    ///
    /// - Throws: `CurationError.storage`.
    public func assignments() throws -> [AssignmentReport] {
        try rephrasing { () throws in
            try dataset.store.assignments().map { assignment in
                switch assignment.part {
                case .cluster(let cluster):
                    AssignmentReport(
                        reviewer: assignment.reviewer,
                        cluster: cluster,
                        field: nil,
                        value: nil
                    )
                case .field(let field, let value):
                    AssignmentReport(
                        reviewer: assignment.reviewer,
                        cluster: nil,
                        field: field,
                        value: value
                    )
                }
            }
        }
    }

    /// Gives the pictures of clusters, and those with values in fields, to a reviewer alone, or frees them.
    ///
    /// - Throws: `CurationError.badData` for a field that is not there; `.busy`, `.storage`.
    public func assign(
        clusters: [Int],
        fields: [(name: String, value: String)],
        to reviewer: String,
        isOn: Bool = true
    ) throws {
        try rephrasing { () throws in
            let store = dataset.store
            let known = try Set(store.fields().map(\.name))
            if let field = fields.first(where: { !known.contains($0.name) }) {
                throw CurationError.badData(
                    "there is no field '\(field.name)': `winnow fields` lists them"
                )
            }
            let all =
                clusters.map { StoredAssignment(reviewer: reviewer, part: .cluster($0)) }
                + fields.map {
                    StoredAssignment(reviewer: reviewer, part: .field($0.name, value: $0.value))
                }
            try isOn ? store.assign(all) : store.unassign(all)
        }
    }
}
