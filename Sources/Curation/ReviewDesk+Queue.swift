import Dispatch
import Storage
public import CurationCore

// Planning learns from all decisions and looks at all pictures: at a million it takes seconds. So nobody waits
// for it who only decides, and where it is slow the next items were planned while the last ones were looked at.
extension ReviewDesk {
    /// Leases the next items to a reviewer.
    ///
    /// Where planning is slow these are the next of a plan that may not know the last decisions yet; a new
    /// plan is made meanwhile.
    ///
    /// - Throws: as `ReviewStage.next`.
    public func next(limit: Int, reviewer: String) async throws -> [ReviewItem] {
        let asked = ContinuousClock.now
        let ready = try await taking(writing) { [self] in try handOut(limit, to: reviewer) }
        guard ready.isEmpty else {
            planAhead()
            return ready
        }
        let items = try await taking(turns) { [self] in
            // Who waited for the plan that was being made need not wait for another, and one plan is for
            // all who wait.
            let ready = try writing.sync { try handOut(limit, to: reviewer) }
            guard ready.isEmpty else { return ready }
            if ahead.isForAll(reviewer) {
                if ahead.wasNothingLeft(since: asked) { return [] }
                if plan() {
                    let planned = try writing.sync { try handOut(limit, to: reviewer) }
                    if !planned.isEmpty || ahead.wasNothingLeft(since: asked) { return planned }
                }
            }
            let start = ContinuousClock.now
            let items = try stage.next(limit: limit, reviewer: reviewer)
            ahead.note(seconds: (ContinuousClock.now - start) / .seconds(1))
            return items
        }
        ahead.note(given: items.count, to: reviewer)
        if !items.isEmpty { planAhead() }
        return items
    }

    /// Gives out what was planned ahead; on the queue of what is written, so that nothing is given twice.
    private func handOut(_ limit: Int, to reviewer: String) throws -> [ReviewItem] {
        guard let stock = ahead.stock(for: reviewer), !stock.tasks.isEmpty else { return [] }
        let items = try rephrasing { () throws in
            try stage.lease(stock, to: reviewer, limit: limit)
        }
        ahead.remove(Set(items.map(\.lease)))
        return items
    }

    /// Takes decisions.
    ///
    /// - Throws: as `ReviewStage.decide`.
    public func decide(_ submissions: [ReviewSubmission]) async throws -> [SubmissionResult] {
        let results = try await taking(writing) { [self] in try stage.decide(submissions) }
        planAhead()
        return results
    }

    /// Plans in the background, when that is slow and nobody is at it.
    func planAhead() {
        guard ahead.begin() else { return }
        turns.async(qos: .utility) { [self] in planRound() }
    }

    /// Plans once, and once more for what was decided meanwhile; those who wait come in between.
    private func planRound() {
        _ = plan()
        if !ahead.end() { turns.async(qos: .utility) { [self] in planRound() } }
    }

    /// Plans before anybody asks.
    ///
    /// Where each needs a plan of their own, what all plans learn from is read.
    func planFirst() {
        if !plan(), (try? dataset.schema().schema.task) == .classification {
            _ = try? stage.learn("")
        }
    }

    /// Makes the plan that is for all; false where each needs one of their own.
    ///
    /// What fails here fails again for who asks, and is told there.
    private func plan() -> Bool {
        let start = ContinuousClock.now
        guard (try? dataset.store.plansDependOnReviewer()) == false,
            let tasks = try? stage.tasks(PlanAhead.count, "", reserve: PlanAhead.reserve)
        else {
            ahead.empty()
            return false
        }
        ahead.fill(tasks, begunAt: start)
        ahead.note(seconds: (ContinuousClock.now - start) / .seconds(1))
        return true
    }
}
