/// Why a person is asked.
public enum ReviewReason: String, Sendable, Hashable, Codable, CaseIterable {
    case cluster, uncertain, disagreement, representative
    case labelIssue = "label-issue"
    case audit
}

/// In which order the queue asks.
public enum ReviewStrategy: String, Sendable, Hashable, Codable, CaseIterable {
    /// By what saves most of a person's time: screens while they pay, then what is least sure.
    case saving
    /// One by one, the least sure first.
    case margin
    /// One by one, in a random order.
    case random
}

/// What a person says about a review task.
public enum Decision: String, Sendable, Hashable, Codable, CaseIterable {
    case accept, correct, reject, skip
}

/// Something for a person to look at, before it is given out.
public struct PlannedTask: Sendable, Hashable {
    /// The samples to look at, in the order in which they are shown; one for a single image.
    public let samples: [Sample.ID]
    /// The class that is asked about; nil while nothing is known.
    public let label: String?
    /// The mean probability that the samples carry `label`, 0 to 1; nil where `label` is nil.
    public let score: Double?
    /// Why a person is asked.
    public let reason: ReviewReason

    /// Describes a task.
    public init(samples: [Sample.ID], label: String?, score: Double?, reason: ReviewReason) {
        self.samples = samples
        self.label = label
        self.score = score
        self.reason = reason
    }

    /// Whether the samples are decided together, on one screen.
    public var isCluster: Bool { reason == .cluster || samples.count > 1 }
}
