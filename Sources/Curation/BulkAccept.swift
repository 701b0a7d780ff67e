import CurationCore
import Reviewing
import Storage

/// Pictures that are accepted together, with a bound on how many of them are wrong.
///
/// What the model is surest of becomes a stratum, in a random order. The queue has the first of it
/// looked at, screen by screen; once the bound holds for the rest, one screen a class accepts that.
public struct BulkAccept: Sendable {
    /// The most share of wrong labels among those accepted unseen, unless another one is asked for.
    public static let alpha = 0.01
    /// The probability with which the bounds of a data set may fail, all together.
    public static let delta = 0.05

    /// Whether a label with this source was accepted unseen.
    static func isUnseen(_ source: String) -> Bool { source.hasPrefix(DatasetStore.unseenSource) }

    // Each stratum may fail half as often as the one before, so that all together keep delta.
    private static let mostStrata = 6
    /// By how much the decided pictures must have grown since the last stratum was refused.
    private static let growth = 1.3
    // Up to this share of decided pictures only a stratum of that share of the open ones is made.
    private static let earlyShare = 0.15
    private static let largeShare = 0.75
    /// Decided pictures for each class, before the model is asked what it is sure of.
    private static let fewestLabels = 15

    /// A screen that stands for all open members of its class.
    struct Acceptance {
        let task: PlannedTask
        let stratum: Int64
    }

    /// What the queue has to do with strata.
    struct Plan {
        var acceptances: [Acceptance] = []
        var audits: [PlannedTask] = []
        /// Members that nothing else may ask about meanwhile.
        var held: Set<Sample.ID> = []

        /// All that is asked, what accepts most first.
        var tasks: [PlannedTask] { acceptances.map(\.task) + audits }
    }

    let store: DatasetStore

    /// Brings the strata up to what was decided, and says what to ask.
    func plan(leased: Set<Sample.ID>, at now: Timestamp) throws -> Plan {
        var plan = Plan()
        for stored in try store.strata() where stored.state != .refused {
            let stratum = try stratum(stored)
            let offered = try store.offeredLabels(ofStratum: stored.id, now: now.seconds)
            // What was accepted stays so; before that, audits may be undone, or come to other results.
            guard !offered.contains(where: \.isDecided) else {
                add(stratum, stored.id, offered, to: &plan)
                continue
            }
            switch stratum.verdict {
            case .refused: try store.refuse(stratum: stored.id)
            case .audit(let count):
                plan.audits += stratum.audits(count) { !leased.contains($0) }
                plan.held.formUnion(open(stratum))
            case .proven:
                let bound = stratum.bound
                try store.prove(stratum: stored.id, audited: bound.audited, wrong: bound.wrong)
                add(stratum, stored.id, offered, to: &plan)
            }
        }
        return plan
    }

    private func stratum(_ stored: StoredStratum) throws -> Stratum {
        Stratum(
            members: try store.members(ofStratum: stored.id).map { member in
                Stratum.Member(
                    sample: member.sample,
                    label: member.label,
                    outcome: member.isRight.map { $0 ? .right : .wrong }
                        ?? (member.isRefused ? .doubted : .open)
                )
            },
            alpha: stored.alpha,
            level: stored.level
        )
    }

    private func open(_ stratum: Stratum) -> some Sequence<Sample.ID> {
        stratum.members.lazy.filter { $0.outcome == .open }.map(\.sample)
    }

    /// Offers the classes that were not offered; what was refused goes back to the queue.
    private func add(
        _ stratum: Stratum,
        _ id: Int64,
        _ offered: [(label: String, isDecided: Bool)],
        to plan: inout Plan
    ) {
        let decided = Set(offered.filter(\.isDecided).map(\.label))
        let tasks = stratum.acceptances(except: Set(offered.map(\.label)))
        plan.acceptances += tasks.map { Acceptance(task: $0, stratum: id) }
        let waiting = Set(tasks.compactMap(\.label)).union(offered.map(\.label)).subtracting(
            decided
        )
        plan.held.formUnion(
            stratum.members.lazy.filter { $0.outcome == .open && waiting.contains($0.label) }
                .map(\.sample)
        )
    }

    /// Makes a stratum of what the model is sure of, where accepting it unseen would pay.
    private func makeStratum(
        of likeliest: [ReviewPlanner.Likely],
        model: String,
        labels: Int,
        classes: Int,
        alpha: Double,
        delta: Double,
        at now: Timestamp
    ) throws {
        let earlier = try store.strata()
        guard labels >= Self.fewestLabels * max(classes, 2), earlier.count < Self.mostStrata,
            try plan(leased: [], at: now).held.isEmpty,
            earlier.last.map({ Double(labels) >= Self.growth * Double($0.labels) }) ?? true
        else { return }
        var level = delta / 2
        for _ in earlier { level /= 2 }
        // A larger one needs hardly more audits: while little is sure, it is better to learn first.
        let isEarly = Double(labels) < Self.earlyShare * Double(labels + likeliest.count)
        guard let size = Stratum.size(of: likeliest.map(\.share), alpha: alpha, level: level),
            !isEarly || Double(size) >= Self.largeShare * Double(likeliest.count)
        else { return }
        var random = SeededGenerator(seed: UInt64(earlier.count + 1))
        let members = likeliest.prefix(size).shuffled(using: &random)
        try store.addStratum(
            members.map { ($0.sample, $0.label) },
            source: model,
            alpha: alpha,
            level: level,
            labels: labels,
            at: now
        )
    }

    /// Makes a stratum from what a proposer is sure of, unless one is going on or none would pay.
    func makeStratum(
        _ proposer: Proposer,
        _ knowledge: ReviewKnowledge,
        _ alpha: Double = Self.alpha,
        _ delta: Double = Self.delta,
        unavailable: [Bool]? = nil,
        at now: Timestamp
    ) throws {
        let open = knowledge.labels.count { $0 == nil }
        guard open >= Stratum.fewest else { return }
        try makeStratum(
            of: proposer.likeliest(
                unavailable: unavailable ?? Array(repeating: false, count: knowledge.labels.count)
            ),
            model: proposer.modelName,
            labels: knowledge.labels.count - open,
            classes: knowledge.classes.count,
            alpha: alpha,
            delta: delta,
            at: now
        )
    }

    /// The stratum that is being audited; nil when none is.
    func waiting() throws -> PredictStage.Report.Stratum? {
        for stored in try store.strata() where stored.state != .refused {
            guard case .audit(let count) = try stratum(stored).verdict else { continue }
            return PredictStage.Report.Stratum(
                images: stored.population,
                audits: count,
                alpha: stored.alpha
            )
        }
        return nil
    }
}
