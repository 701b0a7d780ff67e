/// An immutable state of the labels and of which images belong to the data set.
public struct Version: Sendable, Hashable, Codable, Identifiable {
    /// The digest of content, parents, author, time, message and lineage: which commit it is.
    public let id: ContentDigest
    /// The digest of images, labels and classes: the same on any machine, in any order of import.
    public let content: ContentDigest
    /// The ids of the versions it grew from; none for the first.
    public let parents: [ContentDigest]
    /// The branch that it was committed to.
    public let branch: String
    /// Who made it.
    public let author: String
    /// When it was made.
    public let at: Timestamp
    /// Why it was made, in the author's words.
    public let message: String
    /// What made its labels: digests of models and embedders, tool version, settings.
    public let lineage: [String: String]
    /// The classes, in their order.
    public let categories: [String]
    /// How many images it holds.
    public let images: Int
    /// How many labels it holds.
    public let annotations: Int

    /// Describes a version.
    public init(
        id: ContentDigest,
        content: ContentDigest,
        parents: [ContentDigest],
        branch: String = "main",
        author: String,
        at: Timestamp,
        message: String,
        lineage: [String: String],
        categories: [String],
        images: Int,
        annotations: Int
    ) {
        self.id = id
        self.content = content
        self.parents = parents
        self.branch = branch
        self.author = author
        self.at = at
        self.message = message
        self.lineage = lineage
        self.categories = categories
        self.images = images
        self.annotations = annotations
    }
}

/// An image and its labels in one state of the data set.
public struct LabeledSample: Sendable, Hashable {
    /// The image.
    public let sample: Sample
    /// Its labels that a person stands behind, in a fixed order.
    public let labels: [Label]

    /// Puts labels to an image; their order is made the same for the same labels.
    public init(sample: Sample, labels: [Label]) {
        self.sample = sample
        self.labels = labels.sorted { $0.precedes($1) }
    }
}
