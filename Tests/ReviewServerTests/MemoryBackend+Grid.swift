import Curation
import CurationCore
import ReviewServer

/// Views of the pictures in memory: all of them, whatever is asked.
extension MemoryBackend {
    private static let view = "00000000000000aa"

    func makeView(
        _ query: ViewQuery,
        for reviewer: String
    ) async throws -> GridStage.MadeView {
        if let field = query.filter?.first?.field, field == "nothing" {
            throw GridError.invalid("There is no field '\(field)'.")
        }
        return GridStage.MadeView(view: Self.view, count: 10, version: nil)
    }

    func rows(
        of view: String,
        from: Int,
        count: Int,
        for reviewer: String
    ) async throws -> [UInt8] {
        guard view == Self.view else { throw GridError.noView }
        return Array("WNR1".utf8) + [0, 0, 0, 0]
    }

    func items(
        of view: String,
        from: Int,
        count: Int,
        for reviewer: String
    ) async throws -> (items: [ViewItem], count: Int) {
        guard view == Self.view else { throw GridError.noView }
        return ([], 10)
    }

    func facets(
        of view: String,
        fields: [String],
        for reviewer: String
    ) async throws -> [ViewFacet] {
        guard view == Self.view else { throw GridError.noView }
        return []
    }

    func fields() async throws -> [FieldOverview] {
        [FieldOverview(name: "score", kind: .number, min: 0, max: 1)]
    }

    func decide(
        _ decision: ViewDecision,
        about view: String,
        by reviewer: String
    ) async throws -> ViewDecisionResult {
        guard view == Self.view else { throw GridError.noView }
        let count = decision.ranges.reduce(0) { $0 + $1[1] - $1[0] }
        guard count == decision.expectedCount else {
            throw GridError.countDiffers(expected: decision.expectedCount, found: count)
        }
        return ViewDecisionResult(status: .decided, changed: count, undo: 1)
    }

    func edit(
        _ edit: ImageEdit,
        of sample: Sample.ID,
        by reviewer: String
    ) async throws -> ImageEditResult {
        guard edit.baseVersion == "1" else { throw GridError.newerVersion }
        return ImageEditResult(version: "2", undo: 1)
    }

    func redoActs(of reviewer: String, steps: Int) async throws -> ReversedActs {
        ReversedActs(acts: [], canUndo: true, canRedo: false)
    }
}
