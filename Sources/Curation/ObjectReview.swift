import CurationCore
import Reviewing
import Storage

/// Plans the review of things in pictures: whole pictures with what is found in them, and screens of
/// crops of one class.
struct ObjectReview {
    /// A task, and what is proposed for it.
    typealias Planned = (plan: PlannedTask, proposals: [ReviewItem.Proposal])

    /// What is asked, of whom, and when.
    struct Request {
        let limit: Int
        let reviewer: String
        let includingSkipped: Bool
        let strategy: ReviewStrategy
        let now: Timestamp

        /// The same for fewer items.
        func limited(to limit: Int) -> Request {
            Request(
                limit: limit,
                reviewer: reviewer,
                includingSkipped: includingSkipped,
                strategy: strategy,
                now: now
            )
        }
    }

    // Before as many pictures were looked at, what is found is wrong too often for a screen of crops.
    private static let fewestForScreens = 16
    // So that there is always something to learn from soon.
    private static let shareAtOnce = 3
    // What is found in these pictures fills the screens of crops.
    private static let poolSize = 400
    /// By how much the finished pictures must have grown before things are searched anew for screens.
    private static let growth = 1.5
    private static let leastOnScreen = 0.5
    private static let screenSize = 24
    private static let fewestOnScreen = 6
    // That many pictures are looked at, for the least sure of them.
    private static let marginPool = 64

    /// The source of a box in an item that people accepted before.
    private static let accepted = "accepted"

    let dataset: Dataset
    let finder: ObjectFinder

    /// The next tasks, and the model that proposes; there may be fewer than asked for.
    func plan(_ request: Request) throws -> (tasks: [Planned], model: StoredModel?) {
        let store = dataset.store
        let knowledge = try ObjectKnowledge(of: store, reviewer: request.reviewer)
        let leased = try store.leasedSamples(now: request.now.seconds)
        let open = try store.samples().filter { sample in
            !knowledge.finished.contains(sample.id) && !leased.contains(sample.id)
                && (request.includingSkipped || !knowledge.skipped.contains(sample.id))
        }
        guard !open.isEmpty else { return ([], nil) }
        let learned = try learn(knowledge)
        var tasks: [Planned] = []
        if let learned, request.strategy == .saving,
            knowledge.finished.count >= Self.fewestForScreens
        {
            tasks = try screens(of: open, learned, knowledge, request)
        }
        let rest = request.limit - tasks.count
        // While there are screens, pictures wait: their things may be on one of them.
        if tasks.isEmpty {
            tasks += try pictures(of: open, rest, learned, knowledge, request)
        }
        return (tasks, learned?.model)
    }

    /// The detector; without its model, which `scripts/setup` fetches, pictures come with no boxes.
    private func learn(_ knowledge: ObjectKnowledge) throws -> ObjectFinder.Learned? {
        do {
            return try finder.learn(knowledge)
        } catch CurationError.component(_) {
            return nil
        }
    }

    // MARK: - Whole pictures

    private func pictures(
        of open: [Sample],
        _ limit: Int,
        _ learned: ObjectFinder.Learned?,
        _ knowledge: ObjectKnowledge,
        _ request: Request
    ) throws -> [Planned] {
        let count = min(limit, max(1, knowledge.finished.count / Self.shareAtOnce))
        let order = try PictureOrder(of: dataset).sorted(open)
        let again = try dataset.store.undoneTasks(of: request.reviewer).flatMap(\.samples)
        let first = again.compactMap { id in order.first { $0.id == id } }
        let others = order.filter { !again.contains($0.id) }
        let isByDoubt = request.strategy == .margin && learned != nil
        let pool = first + others.prefix(isByDoubt ? max(count, Self.marginPool) : count)
        let models = try OtherFinders(of: dataset.store, knowledge)
        let found = try
            (learned.map { try finder.find(in: pool, $0, knowledge) } ?? pool.map { _ in [] })
            .enumerated().map { models.added(to: $1, in: pool[$0].id, knowledge) }
        var places = Array(pool.indices)
        if isByDoubt {
            let doubts = found.map { $0.reduce(0) { $0 + min($1.score, 1 - $1.score) } }
            places.sort { (doubts[$0], $1) > (doubts[$1], $0) }
        }
        return places.prefix(count).map { place in
            whole(
                pool[place],
                found[place],
                learned,
                knowledge,
                isByDoubt ? .uncertain : .representative
            )
        }
    }

    /// A picture with what people accepted in it, and what was found beside.
    private func whole(
        _ sample: Sample,
        _ found: [Prediction],
        _ learned: ObjectFinder.Learned?,
        _ knowledge: ObjectKnowledge,
        _ reason: ReviewReason
    ) -> Planned {
        let known = (knowledge.objects[sample.id] ?? []).map {
            ReviewItem.Proposal(
                label: $0.category,
                score: 1,
                source: Self.accepted,
                annotation: $0
            )
        }
        let plan = PlannedTask(samples: [sample.id], label: nil, score: nil, reason: reason)
        return (plan, known + found.map { proposal($0, learned?.model.source) })
    }

    private func proposal(_ found: Prediction, _ source: String?) -> ReviewItem.Proposal {
        ReviewItem.Proposal(
            label: found.label.category,
            score: found.score,
            source: source ?? "",
            annotation: found.label
        )
    }

    // MARK: - Screens of crops

    /// Crops of one class, surest first, a screen each.
    private func screens(
        of open: [Sample],
        _ learned: ObjectFinder.Learned,
        _ knowledge: ObjectKnowledge,
        _ request: Request
    ) throws -> [Planned] {
        let pool = Set(open.map(\.id))
        let found = try proposals(for: open, learned, knowledge, request.now).filter {
            pool.contains($0.sample) && ($0.score ?? 0) >= Self.leastOnScreen
                && !knowledge.isSettled($0.label, in: $0.sample)
        }
        var screens: [Planned] = []
        // A picture is given out once at a time.
        var taken = Set<Sample.ID>()
        for (category, all) in Dictionary(grouping: found, by: \.label.category)
            .sorted(by: { $0.key < $1.key })
        {
            var rest = all.sorted { ($0.score ?? 0, $1.id) > ($1.score ?? 0, $0.id) }
            while screens.count < request.limit {
                rest.removeAll { taken.contains($0.sample) }
                guard rest.count >= Self.fewestOnScreen else { break }
                let crops = Array(rest.prefix(Self.screenSize))
                rest.removeFirst(crops.count)
                taken.formUnion(crops.map(\.sample))
                screens.append(screen(crops, of: category))
            }
        }
        return screens
    }

    private func screen(_ crops: [Annotation], of category: String) -> Planned {
        // The odd ones first.
        let shown = crops.reversed()
        let mean = crops.reduce(0) { $0 + ($1.score ?? 0) } / Double(crops.count)
        let plan = PlannedTask(
            samples: shown.map(\.sample),
            label: category,
            score: mean,
            reason: .cluster
        )
        let proposals = shown.map {
            ReviewItem.Proposal(
                label: category,
                score: $0.score ?? 0,
                source: $0.source,
                annotation: $0.label
            )
        }
        return (plan, proposals)
    }

    /// What is found in some of the open pictures; searched anew once enough more was learned.
    private func proposals(
        for open: [Sample],
        _ learned: ObjectFinder.Learned,
        _ knowledge: ObjectKnowledge,
        _ now: Timestamp
    ) throws -> [Annotation] {
        if let run = try dataset.store.newestRun(of: ObjectFinder.name),
            let finished = run.parameters["finished"].flatMap(Double.init),
            Double(knowledge.finished.count) < finished * Self.growth
        {
            return run.proposals
        }
        let pool = try PictureOrder(of: dataset).sorted(open).prefix(Self.poolSize)
        let found = try finder.find(in: Array(pool), learned, knowledge)
        try dataset.store.replaceProposals(found.flatMap(\.self), model: learned.model, at: now)
        return try dataset.store.newestRun(of: ObjectFinder.name)?.proposals ?? []
    }
}
