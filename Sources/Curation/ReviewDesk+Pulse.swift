import CurationCore
import Storage

/// What of a data set changes while it is reviewed, told cheaply.
package struct ReviewPulse: Sendable, Equatable {
    /// The last act of the log that it knows.
    package let change: Int64
    /// The images.
    package let images: Int
    /// Those that are decided.
    package let decided: Int
    /// The tasks that are given out.
    package let leased: Set<Int64>
    /// The items that came back undecided since the earlier pulse.
    package let returned: [String]
    /// The model that proposes, `classifier@` and its digest.
    package let model: String?
    /// The newest version of the branch, its first 12 digits.
    package let head: String?

    /// Describes a moment.
    package init(
        change: Int64,
        images: Int,
        decided: Int,
        leased: Set<Int64> = [],
        returned: [String] = [],
        model: String? = nil,
        head: String? = nil
    ) {
        self.change = change
        self.images = images
        self.decided = decided
        self.leased = leased
        self.returned = returned
        self.model = model
        self.head = head
    }
}

extension ReviewDesk {
    /// How things stand; what an earlier pulse knows is not counted again where nothing changed.
    ///
    /// - Throws: `CurationError.storage`.
    package func pulse(since earlier: ReviewPulse?) async throws -> ReviewPulse {
        try await taking(reads) { [self] in
            try rephrasing { () throws in
                let store = dataset.store
                let leased = try store.leasedTasks(now: Timestamp.now.seconds)
                let gone = earlier?.leased.subtracting(leased) ?? []
                let change = try store.lastChange()
                let isKnown = earlier?.change == change
                return ReviewPulse(
                    change: change,
                    images: try isKnown ? earlier?.images ?? 0 : store.sampleCount(),
                    decided: try isKnown ? earlier?.decided ?? 0 : decidedCount(),
                    leased: leased,
                    returned: try store.returned(of: gone).map { "r-\($0)" },
                    model: try store.newestSource(),
                    head: try store.head().map { String($0.hex.prefix(12)) }
                )
            }
        }
    }

    private func decidedCount() throws -> Int {
        let store = dataset.store
        let isOfClasses = try store.schema().schema.task == .classification
        return isOfClasses ? try store.decidedCount() : try store.finishedSamples().count
    }
}
