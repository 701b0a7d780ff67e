import CurationCore
import Storage
import Synchronization

/// Tasks that were planned and not given out yet.
struct PlannedTasks: Sendable {
    /// The tasks, in the order in which to decide them.
    let tasks: [NewTask]
    /// The last act of the log that the plan knows, where images with labels may be given out.
    let since: Int64?
}

/// What was planned before anybody asked for it, where planning takes longer than a person should wait.
///
/// A plan is one for all: what each may not be given is left out when it is leased.
final class PlanAhead: Sendable {
    private struct State {
        var stock: PlannedTasks?
        var isSlow = false
        var isPlanning = false
        var isStale = false
        // When the last plan was begun, if nothing was left to plan.
        var emptyAt: ContinuousClock.Instant?
        // How many tasks each reviewer took back; these come first, which only a plan of their own knows.
        var takenBack: [String: Int] = [:]
    }

    /// From this time of planning on, in seconds, what is next is planned ahead.
    static let patience = 0.02
    /// How many tasks are planned ahead.
    static let count = 32
    /// How many single pictures stand behind these, for many people or quick ones.
    static let reserve = 512

    private let state = Mutex(State())

    /// What can be given to a reviewer at once; nil when they must wait for a plan.
    func stock(for reviewer: String) -> PlannedTasks? {
        isForAll(reviewer) ? state.withLock(\.stock) : nil
    }

    /// Whether a plan for all will do for a reviewer: planning is slow, and they took nothing back.
    func isForAll(_ reviewer: String) -> Bool {
        state.withLock { $0.isSlow && $0.takenBack[reviewer] == nil }
    }

    /// Notes how long a plan took; where that is no time, nothing is kept that was planned ahead.
    func note(seconds: Double) {
        state.withLock { state in
            state.isSlow = seconds >= Self.patience
            if !state.isSlow { state.stock = nil }
        }
    }

    /// Puts a plan, begun at `start`, in the place of the one that was there.
    func fill(_ tasks: PlannedTasks, begunAt start: ContinuousClock.Instant) {
        state.withLock { state in
            state.stock = tasks
            state.emptyAt = tasks.tasks.isEmpty ? start : nil
        }
    }

    /// Whether a plan that was begun after `asked` found nothing to do.
    func wasNothingLeft(since asked: ContinuousClock.Instant) -> Bool {
        state.withLock { state in state.emptyAt.map { $0 > asked } ?? false }
    }

    /// Forgets what was planned.
    func empty() { state.withLock { $0.stock = nil } }

    /// Leaves out what was given.
    func remove(_ leases: Set<String>) {
        state.withLock { state in
            guard let stock = state.stock else { return }
            let rest = stock.tasks.filter { !leases.contains($0.lease) }
            state.stock = PlannedTasks(tasks: rest, since: stock.since)
        }
    }

    /// Whether a plan is to be made now: planning is slow, and nobody is at it.
    ///
    /// Whoever is at it makes one more, for what was decided meanwhile.
    func begin() -> Bool {
        state.withLock { state in
            guard state.isSlow else { return false }
            state.isStale = state.isPlanning
            defer { state.isPlanning = true }
            return !state.isPlanning
        }
    }

    /// Whether the plan that was just made is the last one for now.
    func end() -> Bool {
        state.withLock { state in
            state.isPlanning = state.isStale
            state.isStale = false
            return !state.isPlanning
        }
    }

    /// Notes that a reviewer took tasks back.
    func note(takenBack count: Int, by reviewer: String) {
        guard count > 0 else { return }
        state.withLock { $0.takenBack[reviewer, default: 0] += count }
    }

    /// Notes that a reviewer was given tasks of a plan of their own.
    func note(given count: Int, to reviewer: String) {
        state.withLock { state in
            guard let left = state.takenBack[reviewer] else { return }
            state.takenBack[reviewer] = count > 0 && left > count ? left - count : nil
        }
    }
}
