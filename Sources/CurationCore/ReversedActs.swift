/// An act of a person that was taken back, or done again.
package struct ReversedAct: Sendable, Codable {
    /// The number of the act in the log.
    package let id: Int64
    /// The item, where it was a decision of the queue.
    package let item: String?
    /// What was done, in words.
    package let what: String
    /// How many pictures it was about.
    package let count: Int

    /// Describes an act.
    package init(id: Int64, item: String?, what: String, count: Int) {
        self.id = id
        self.item = item
        self.what = what
        self.count = count
    }
}

/// What was taken back or done again, and whether there is more.
package struct ReversedActs: Sendable {
    /// The acts, in the order in which they were handled.
    package let acts: [ReversedAct]
    /// Whether there is something left to take back.
    package let canUndo: Bool
    /// Whether there is something left to do again.
    package let canRedo: Bool

    /// Describes acts.
    package init(acts: [ReversedAct], canUndo: Bool, canRedo: Bool) {
        self.acts = acts
        self.canUndo = canUndo
        self.canRedo = canRedo
    }
}
