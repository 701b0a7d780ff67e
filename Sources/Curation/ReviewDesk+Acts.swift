package import CurationCore
import Storage

/// What was taken back or done again, and whether there is more.
package struct ReversalReport: Sendable {
    /// An act of a person.
    package struct Act: Sendable, Codable {
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

    /// The acts, in the order in which they were handled.
    package let acts: [Act]
    /// Whether there is something left to take back.
    package let canUndo: Bool
    /// Whether there is something left to do again.
    package let canRedo: Bool

    /// Describes acts.
    package init(acts: [Act], canUndo: Bool, canRedo: Bool) {
        self.acts = acts
        self.canUndo = canUndo
        self.canRedo = canRedo
    }

    init(_ found: ReversedActs) {
        self.init(
            acts: found.acts.map {
                Act(id: $0.id, item: $0.item, what: $0.what, count: $0.count)
            },
            canUndo: found.canUndo,
            canRedo: found.canRedo
        )
    }
}

extension ReviewDesk {
    /// Decides about pictures of a view.
    ///
    /// - Throws: as `GridStage.decide`.
    package func decide(
        _ decision: ViewDecision,
        about view: String,
        by reviewer: String
    ) async throws -> ViewDecisionResult {
        let result = try await taking(writing) { [grid] in
            try grid.decide(decision, about: view, by: reviewer)
        }
        planAhead()
        return result
    }

    /// Gives a picture exactly the labels that a person drew.
    ///
    /// - Throws: as `GridStage.edit`.
    package func edit(
        _ edit: ImageEdit,
        of sample: Sample.ID,
        by reviewer: String
    ) async throws -> ImageEditResult {
        let result = try await taking(writing) { [grid] in
            try grid.edit(edit, of: sample, by: reviewer)
        }
        planAhead()
        return result
    }

    /// Takes back the newest acts of a person: in the queue, in views and on pictures.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    package func undoActs(of reviewer: String, steps: Int) async throws -> ReversalReport {
        let report = try await taking(writing) { [grid] in
            try grid.undoActs(of: reviewer, steps: steps)
        }
        ahead.note(takenBack: report.acts.count { $0.item != nil }, by: reviewer)
        planAhead()
        return report
    }

    /// Does again what a person took back last.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    package func redoActs(of reviewer: String, steps: Int) async throws -> ReversalReport {
        let report = try await taking(writing) { [grid] in
            try grid.redoActs(of: reviewer, steps: steps)
        }
        planAhead()
        return report
    }
}

extension GridStage {
    /// Takes back the newest acts of a person: in the queue, in views and on pictures.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    package func undoActs(
        of reviewer: String,
        steps: Int,
        at now: Timestamp = .now
    ) throws -> ReversalReport {
        try rephrasing { () throws in
            ReversalReport(try dataset.store.undoActs(of: reviewer, steps: steps, at: now))
        }
    }

    /// Does again what a person took back last.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    package func redoActs(
        of reviewer: String,
        steps: Int,
        at now: Timestamp = .now
    ) throws -> ReversalReport {
        try rephrasing { () throws in
            ReversalReport(try dataset.store.redoActs(of: reviewer, steps: steps, at: now))
        }
    }
}
