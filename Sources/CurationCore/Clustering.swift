/// All groups of one clustering run over the rows of a matrix.
public struct Clustering: Sendable, Equatable {
    /// The cluster of each row, from 0; -1 is noise.
    public let assignments: [Int]
    /// How surely each row belongs to its cluster, 0 to 1; 0 for noise.
    public let probabilities: [Float]
    /// Number of clusters.
    public let clusterCount: Int

    /// Takes a cluster and a probability a row.
    public init(assignments: [Int], probabilities: [Float], clusterCount: Int) {
        precondition(assignments.count == probabilities.count)
        self.assignments = assignments
        self.probabilities = probabilities
        self.clusterCount = clusterCount
    }
}

/// Samples that are copies of one picture.
public struct DuplicateGroup: Sendable, Hashable, Codable {
    /// How alike the members are.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// The same bytes, or the same pixels with other metadata.
        case exact
        /// The same picture, saved, scaled or trimmed another way.
        case near
    }

    /// One sample of the group.
    public struct Member: Sendable, Hashable, Codable {
        /// The sample.
        public let id: Sample.ID
        /// The likeness to the sample that is kept, 0 to 1.
        public let similarity: Double
        /// What turns the sample that is kept into this one.
        public let transform: ImageTransform

        /// Describes a member.
        public init(id: Sample.ID, similarity: Double, transform: ImageTransform = .identity) {
            self.id = id
            self.similarity = similarity
            self.transform = transform
        }
    }

    /// How alike the members are.
    public let kind: Kind
    /// The sample that should stay.
    public let keep: Sample.ID
    /// Why that one stays, in words.
    public let reason: String
    /// All members, the kept one included, by id.
    public let members: [Member]

    /// Describes a group.
    public init(kind: Kind, keep: Sample.ID, reason: String, members: [Member]) {
        self.kind = kind
        self.keep = keep
        self.reason = reason
        self.members = members
    }
}
