/// How far a label has come.
public enum LabelState: String, Sendable, Hashable, Codable {
    /// Said by a model; waits for review.
    case proposed
    /// Taken by a person.
    case accepted
    /// Refused by a person.
    case rejected
}

/// A label as the store keeps it: what is said, about which sample, by whom, in which state.
public struct Annotation: Sendable, Hashable, Identifiable {
    /// The name of the label in the store, which it keeps while it changes: `a-17`; of a proposal that of
    /// its run, its image and its place there: `p-3-17-0`.
    public let id: String
    /// The sample it is about.
    public let sample: Sample.ID
    /// What is said.
    public let label: Label
    /// Who said it: `reviewer:r1`, `import:imagefolder`, or `classifier@3f2a…` for a model.
    public let source: String
    /// How far it has come.
    public let state: LabelState
    /// The probability that the model gave, 0 to 1; nil for a person.
    public let score: Double?

    /// Describes a label of the store.
    public init(
        id: String,
        sample: Sample.ID,
        label: Label,
        source: String,
        state: LabelState,
        score: Double?
    ) {
        self.id = id
        self.sample = sample
        self.label = label
        self.source = source
        self.state = state
        self.score = score
    }
}

/// A label that a model proposes for a sample.
public struct Prediction: Sendable, Hashable {
    /// The sample it is about.
    public let sample: Sample.ID
    /// What the model says.
    public let label: Label
    /// The probability of the label, 0 to 1.
    public let score: Double

    /// Describes a proposal.
    public init(sample: Sample.ID, label: Label, score: Double) {
        self.sample = sample
        self.label = label
        self.score = score
    }
}
