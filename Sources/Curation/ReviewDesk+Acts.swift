package import CurationCore
import Storage

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
    package func undoActs(of reviewer: String, steps: Int) async throws -> ReversedActs {
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
    package func redoActs(of reviewer: String, steps: Int) async throws -> ReversedActs {
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
    ) throws -> ReversedActs {
        try rephrasing { () throws in
            try dataset.store.undoActs(of: reviewer, steps: steps, at: now)
        }
    }

    /// Does again what a person took back last.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    package func redoActs(
        of reviewer: String,
        steps: Int,
        at now: Timestamp = .now
    ) throws -> ReversedActs {
        try rephrasing { () throws in
            try dataset.store.redoActs(of: reviewer, steps: steps, at: now)
        }
    }
}
