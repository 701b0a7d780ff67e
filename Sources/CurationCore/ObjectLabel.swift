/// A label with the number that it keeps while it changes.
package struct ObjectLabel: Sendable, Hashable {
    /// The number; nil for a label that has none yet.
    package let object: Int64?
    /// What is said.
    package let label: Label

    /// Gives a label its number.
    package init(object: Int64?, label: Label) {
        self.object = object
        self.label = label
    }
}

/// One image in the three states that a merge compares.
package struct MergeInput: Sendable {
    /// The labels of the image in one state; nil where it did not belong to the data set.
    package typealias State = [ObjectLabel]?

    /// The image.
    package let sample: Sample.ID
    /// Where both sides began.
    package let base: State
    /// The side that is merged into.
    package let ours: State
    /// The side that is merged.
    package let theirs: State

    /// Puts the three states of an image together.
    package init(sample: Sample.ID, base: State, ours: State, theirs: State) {
        self.sample = sample
        self.base = base
        self.ours = ours
        self.theirs = theirs
    }
}

/// What a merge makes of one image.
package struct MergeOutcome: Sendable, Equatable {
    /// A label that both sides changed, each in its own way; nil where a side has none.
    package struct Conflict: Sendable, Equatable {
        /// What it was.
        package let base: ObjectLabel?
        /// What one side says.
        package let ours: ObjectLabel?
        /// What the other side says.
        package let theirs: ObjectLabel?

        /// Describes a conflict.
        package init(base: ObjectLabel?, ours: ObjectLabel?, theirs: ObjectLabel?) {
            self.base = base
            self.ours = ours
            self.theirs = theirs
        }
    }

    /// The labels that are agreed on; nil where the image leaves the data set.
    package let labels: [ObjectLabel]?
    /// What a person must decide.
    package let conflicts: [Conflict]

    /// Describes an outcome.
    package init(labels: [ObjectLabel]?, conflicts: [Conflict]) {
        self.labels = labels
        self.conflicts = conflicts
    }
}
