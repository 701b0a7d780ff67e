public import CurationCore
import Learning
import Reviewing
import Storage
import Synchronization

/// Gives out what people should look at, takes what they decide, and learns from it.
public final class ReviewStage: Sendable {
    private struct Memory {
        var order: PictureOrder?
        var features: ReviewFeatures?
        var model: ProposalModel?
    }

    private typealias Conflict = (
        id: Int64, plan: PlannedTask, proposals: [ReviewItem.Proposal]
    )

    private static let attempts = 5

    let dataset: Dataset
    private let finder: ObjectFinder
    let suggestions: NameSuggestions
    // What the last plan computed; the next one starts from it.
    private let memory = Mutex(Memory())
    private let answers = Mutex<ObjectAnswers?>(nil)

    /// Creates the stage.
    public init(dataset: Dataset) {
        self.dataset = dataset
        finder = ObjectFinder(dataset: dataset)
        suggestions = NameSuggestions(dataset: dataset)
    }

    /// Leases the next items, planned from the latest decisions.
    ///
    /// There may be fewer than `limit` although more is to do: where it pays to learn from the
    /// outcome first. There are none when nothing is left for this reviewer.
    ///
    /// - Parameters:
    ///   - limit: The most items.
    ///   - reviewer: Who is given them.
    ///   - includingSkipped: Whether what the reviewer skipped is offered again.
    ///   - strategy: In which order the queue asks.
    ///   - now: The time from which the leases count.
    /// - Returns: The items, in the order in which to decide them.
    /// - Throws: `CurationError.input` before anything was embedded; `.busy`.
    public func next(
        limit: Int,
        reviewer: String,
        includingSkipped: Bool = false,
        strategy: ReviewStrategy = .saving,
        at now: Timestamp = .now
    ) throws -> [ReviewItem] {
        try rephrasing { () throws in
            // Others may take what was planned before it is leased; then it is planned anew.
            for _ in 0..<Self.attempts {
                let planned = try tasks(limit, reviewer, includingSkipped, strategy, now)
                let given = try lease(planned, to: reviewer, at: now)
                if !given.isEmpty || planned.tasks.isEmpty { return given }
            }
            throw CurationError.busy("others took every item that was planned: ask again")
        }
    }

    /// Tasks that may be given out, planned from the latest decisions; nobody has them yet.
    ///
    /// `reserve`: So many single pictures come after those that are planned, the least sure first, for who
    /// is through with these before there is a new plan.
    func tasks(
        _ limit: Int,
        _ reviewer: String,
        _ includingSkipped: Bool = false,
        _ strategy: ReviewStrategy = .saving,
        _ now: Timestamp = .now,
        reserve: Int = 0
    ) throws -> PlannedTasks {
        let change = try dataset.store.lastChange()
        guard try dataset.store.schema().schema.task == .classification else {
            let request = ObjectReview.Request(
                limit: limit,
                reviewer: reviewer,
                includingSkipped: includingSkipped,
                strategy: strategy,
                now: now
            )
            return PlannedTasks(tasks: try planObjects(request), since: change)
        }
        let tasks = try plan(limit, reviewer, includingSkipped, strategy, now, reserve: reserve)
        return PlannedTasks(tasks: tasks, since: nil)
    }

    /// Gives out what was planned, less what others have taken or decided since.
    ///
    /// `limit`: The most that are given out; then what the reviewer skipped is left out, too.
    func lease(
        _ planned: PlannedTasks,
        to reviewer: String,
        limit: Int? = nil,
        at now: Timestamp = .now
    ) throws -> [ReviewItem] {
        try items(
            dataset.store.lease(
                planned.tasks,
                to: reviewer,
                until: now.seconds + Lease.duration,
                now: now.seconds,
                since: planned.since,
                limit: limit ?? .max,
                unskipped: limit != nil
            )
        )
    }

    private func plan(
        _ limit: Int,
        _ reviewer: String,
        _ includingSkipped: Bool,
        _ strategy: ReviewStrategy,
        _ now: Timestamp,
        reserve: Int
    ) throws -> [NewTask] {
        let (features, knowledge, proposer) = try learn(reviewer)
        let leased = try dataset.store.leasedSamples(now: now.seconds)
        let again = try undone(by: reviewer, knowledge, features, leased)
        let others = try dataset.store.samplesOfOthers(than: reviewer)
        var held = leased.union(again.flatMap(\.samples)).union(others)
        let skipped = includingSkipped ? [] : knowledge.skipped
        func unavailable() -> [Bool] {
            features.samples.enumerated().map { held.contains($1) || skipped.contains($0) }
        }
        let bulk = try bulk(strategy, proposer, knowledge, leased, now, unavailable)
        held.formUnion(bulk.held)
        let conflicts = try conflicts(limit, again, now)
        let looks = try secondLooks()
        let second = try looks.tasks(for: reviewer, limit: limit, leased: held)
        let first = conflicts.map(\.plan) + again
        let asked = others.union(first.flatMap(\.samples))
        let sure = bulk.tasks.filter { asked.isDisjoint(with: $0.samples) }
        var tasks = Array((first + sure).prefix(limit - second.count))
        let room = limit - second.count - tasks.count
        tasks += proposer.plan(limit: room, unavailable: unavailable(), strategy: strategy)
        if !tasks.isEmpty { try keep(proposer, at: now) }
        held.formUnion(tasks.flatMap(\.samples))
        tasks += proposer.singles(limit: reserve, unavailable: unavailable())
        let all = second + give(tasks, proposer, conflicts, bulk)
        guard all.isEmpty else { return all }
        // Where nothing else is left, all that others decided may be looked at again.
        let passed = held.union(skipped.map { features.samples[$0] })
        let rest = try looks.tasks(for: reviewer, limit: limit, leased: held, isRest: true)
        let issues = looks.policy.overlap == 1 ? labelIssues(proposer, limit, passed) : []
        return Array((rest + issues).prefix(limit))
    }

    /// What was probably labelled wrongly.
    private func labelIssues(
        _ proposer: Proposer,
        _ limit: Int,
        _ held: Set<Sample.ID>
    ) -> [NewTask] {
        proposer.labelIssues(limit: limit, held: held).map {
            NewTask(
                plan: $0,
                proposals: proposer.proposals($0),
                lease: Self.token(),
                isOfDecided: true
            )
        }
    }

    private func keep(_ proposer: Proposer, at now: Timestamp) throws {
        guard let model = proposer.stored(embedders: try dataset.store.embedders()) else { return }
        try dataset.store.keep(model, at: now)
    }

    /// The same where people mark things in pictures; conflicts of a merge come first there, too.
    private func planObjects(_ request: ObjectReview.Request) throws -> [NewTask] {
        let conflicts = try conflicts(request.limit, [], request.now)
        let merged = conflicts.prefix(request.limit).map {
            NewTask(plan: $0.plan, proposals: $0.proposals, lease: Self.token(), conflict: $0.id)
        }
        guard merged.count < request.limit else { return merged }
        let asked = Set(merged.flatMap(\.plan.samples))
        let held = try dataset.store.leasedSamples(now: request.now.seconds).union(asked)
        let looks = try secondLooks()
        let room = request.limit - merged.count
        let second = try looks.tasks(for: request.reviewer, limit: room, leased: held)
        let first = try firstLooks(request.limited(to: room - second.count), asked)
        let all = merged + second + first
        // Where nothing else is left, all that others decided may be looked at again.
        return try all.isEmpty
            ? looks.tasks(for: request.reviewer, limit: room, leased: held, isRest: true) : all
    }

    /// What several people are to look at.
    func secondLooks() throws -> SecondLooks {
        let earlier = answers.withLock { $0 }
        let looks = try SecondLooks(store: dataset.store, startingFrom: earlier)
        if let objects = looks.objects { answers.withLock { $0 = objects } }
        return looks
    }

    /// What people said of the things in pictures.
    func objectAnswers() throws -> ObjectAnswers {
        let earlier = answers.withLock { $0 }
        let now = try ObjectAnswers(in: dataset.store, startingFrom: earlier)
        answers.withLock { $0 = now }
        return now
    }

    /// Pictures whose things nobody has marked yet, and screens of crops, but for what is asked already.
    private func firstLooks(
        _ request: ObjectReview.Request,
        _ asked: Set<Sample.ID>
    ) throws -> [NewTask] {
        guard request.limit > 0 else { return [] }
        let order = try PictureOrder(of: dataset, unlessEqualTo: memory.withLock { $0.order })
        memory.withLock { $0.order = order }
        let (found, model) = try ObjectReview(dataset: dataset, finder: finder, order: order)
            .plan(request)
        if let model, !found.isEmpty { try dataset.store.keep(model, at: request.now) }
        return found.filter { asked.isDisjoint(with: $0.plan.samples) }.map {
            NewTask(plan: $0.plan, proposals: $0.proposals, lease: Self.token())
        }
    }

    /// The tasks with what is proposed for them.
    private func give(
        _ tasks: [PlannedTask],
        _ proposer: Proposer,
        _ conflicts: [Conflict],
        _ bulk: BulkAccept.Plan
    ) -> [NewTask] {
        tasks.map { task in
            let conflict = conflicts.first { $0.plan == task }
            return NewTask(
                plan: task,
                proposals: conflict?.proposals ?? proposer.proposals(task),
                lease: Self.token(),
                conflict: conflict?.id,
                stratum: bulk.acceptances.first { $0.task == task }?.stratum
            )
        }
    }

    /// Learns from the latest decisions.
    func learn(
        _ reviewer: String
    ) throws -> (ReviewFeatures, ReviewKnowledge, Proposer) {
        let known = memory.withLock { $0 }
        let features = try ReviewFeatures(of: dataset, unlessEqualTo: known.features)
        let knowledge = try ReviewKnowledge(
            of: features.samples,
            reviewer: reviewer,
            store: dataset.store
        )
        let proposer = Proposer(
            features: features,
            knowledge: knowledge,
            startingFrom: known.features?.digest == features.digest ? known.model : nil
        )
        memory.withLock { $0 = Memory(features: features, model: proposer.model) }
        return (features, knowledge, proposer)
    }

    /// What is to be audited or accepted together; a new stratum where there is none and one pays.
    private func bulk(
        _ strategy: ReviewStrategy,
        _ proposer: Proposer,
        _ knowledge: ReviewKnowledge,
        _ leased: Set<Sample.ID>,
        _ now: Timestamp,
        _ unavailable: () -> [Bool]
    ) throws -> BulkAccept.Plan {
        guard strategy == .saving else { return BulkAccept.Plan() }
        let bulk = BulkAccept(store: dataset.store)
        let plan = try bulk.plan(leased: leased, at: now)
        guard plan.held.isEmpty else { return plan }
        let before = try dataset.store.strata().count
        try bulk.makeStratum(proposer, knowledge, unavailable: unavailable(), at: now)
        let isNew = try dataset.store.strata().count > before
        return isNew ? try bulk.plan(leased: leased, at: now) : plan
    }

    /// What a merge could not decide comes before anything else, with both sides shown.
    private func conflicts(
        _ limit: Int,
        _ again: [PlannedTask],
        _ now: Timestamp
    ) throws -> [Conflict] {
        let taken = Set(again.flatMap(\.samples))
        return try dataset.store.openConflicts(limit: limit, now: now.seconds)
            .filter { !taken.contains($0.sample) }
            .map { conflict in
                let sides = [
                    (conflict.ours, conflict.ourName), (conflict.theirs, conflict.theirName),
                ]
                let proposals = sides.compactMap { label, name in
                    label.map {
                        ReviewItem.Proposal(
                            label: $0.category,
                            score: 0.5,
                            source: name,
                            annotation: $0
                        )
                    }
                }
                let plan = PlannedTask(
                    samples: [conflict.sample],
                    label: proposals.first?.label,
                    score: 0.5,
                    reason: .disagreement
                )
                return (conflict.id, plan, proposals)
            }
    }

    /// What the reviewer took back comes again before anything else, as it was asked.
    private func undone(
        by reviewer: String,
        _ knowledge: ReviewKnowledge,
        _ features: ReviewFeatures,
        _ leased: Set<Sample.ID>
    ) throws -> [PlannedTask] {
        let decided = Set(
            features.samples.indices.filter { knowledge.labels[$0] != nil }
                .map { features.samples[$0] }
        )
        var closed = leased.union(decided)
        // What accepts more than it shows is offered anew with what is open then.
        return try dataset.store.undoneTasks(of: reviewer).filter { $0.stratum == nil }
            .filter { task in
                defer { closed.formUnion(task.samples) }
                return closed.isDisjoint(with: task.samples)
            }
            .map {
                PlannedTask(
                    samples: $0.samples,
                    label: $0.label,
                    score: $0.proposals.first?.score,
                    reason: $0.reason
                )
            }
    }

    /// 128 random bits as text.
    static func token() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let bits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - bits.count) + bits
        }.joined()
    }

    /// Takes back the newest decisions of a reviewer, or of anybody when nil.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    public func undo(
        reviewer: String?,
        steps: Int,
        at now: Timestamp = .now
    ) throws -> [UndoneReview] {
        try rephrasing { () throws in
            try dataset.store.undo(reviewer: reviewer, steps: steps, at: now)
        }
    }

    /// Lengthens leases that still hold; answers with their new ends.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    public func renew(_ leases: [String], at now: Timestamp = .now) throws -> [String: Timestamp] {
        let end = now.advanced(by: Lease.duration)
        let renewed = try rephrasing { () throws in
            try dataset.store.renew(leases, until: end.seconds, now: now.seconds)
        }
        return Dictionary(renewed.map { ($0, end) }, uniquingKeysWith: { $1 })
    }

    /// Gives leases back.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    public func release(_ leases: [String]) throws {
        try rephrasing { () throws in try dataset.store.release(leases) }
    }
}
