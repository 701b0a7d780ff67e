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
    static let accepted = "accepted"

    let dataset: Dataset
    let finder: ObjectFinder
    /// In which pictures are looked at.
    let order: PictureOrder

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
        let learned = try finder.learnIfPossible(knowledge)
        var tasks: [Planned] = []
        // What several people are to look at is shown as a whole picture: a screen of crops would be the
        // word of one person on a part of it.
        let policy = try store.reviewPolicy()
        let alone = open.filter { !policy.covers($0.id) }
        if let learned, request.strategy == .saving, !alone.isEmpty,
            knowledge.finished.count >= Self.fewestForScreens
        {
            tasks = try screens(of: alone, learned, knowledge, request)
        }
        let rest = request.limit - tasks.count
        // While there are screens, pictures wait: their things may be on one of them.
        if tasks.isEmpty {
            tasks += try pictures(of: open, rest, learned, knowledge, request)
        }
        return (tasks, learned?.model)
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
        let order = order.sorted(open)
        let isByDoubt = request.strategy == .margin && learned != nil
        // What was taken back comes first.
        let again = try dataset.store.undoneTasks(of: request.reviewer).flatMap(\.samples)
        let first = Array(order.filter { again.contains($0.id) }.prefix(count))
        let taken = Set(first.map(\.id))
        let others = order.filter { !taken.contains($0.id) }
        let pool = first + others.prefix(isByDoubt ? max(count, Self.marginPool) : count)
        let models = try OtherFinders(of: dataset.store, knowledge)
        let source = learned?.model.source ?? ""
        let found = try
            (learned.map { try finder.find(in: pool, $0, knowledge) } ?? pool.map { _ in [] })
            .enumerated().map { models.added(to: $1, by: source, in: pool[$0].id, knowledge) }
        var places = Array(pool.indices)
        if isByDoubt {
            let doubts = found.map { $0.reduce(0) { $0 + min($1.found.score, 1 - $1.found.score) } }
            places =
                Array(first.indices)
                + pool.indices.dropFirst(first.count).sorted {
                    (doubts[$0], $1) > (doubts[$1], $0)
                }
        }
        return places.prefix(count).map { place in
            whole(pool[place], found[place], knowledge, isByDoubt ? .uncertain : .representative)
        }
    }

    /// A picture with what people accepted in it, and what was found beside.
    private func whole(
        _ sample: Sample,
        _ found: [(found: Prediction, source: String)],
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
        let proposals = found.map { found, source in
            ReviewItem.Proposal(
                label: found.label.category,
                score: found.score,
                source: source,
                annotation: found.label
            )
        }
        return (plan, known + proposals)
    }

    // MARK: - Screens of crops

    /// Crops of one class, surest first, a screen each.
    private func screens(
        of open: [Sample],
        _ learned: ObjectFinder.Learned,
        _ knowledge: ObjectKnowledge,
        _ request: Request
    ) throws -> [Planned] {
        let places = Set(open.map(\.id))
        let pool = try pool(open, learned, knowledge)
        let found = pool.found.filter {
            places.contains($0.sample) && $0.score >= Self.leastOnScreen
                && knowledge.classes.contains($0.label.category)
                && !knowledge.isSettled($0.label, in: $0.sample)
        }
        var screens: [Planned] = []
        // A picture is given out once at a time.
        var taken = Set<Sample.ID>()
        for (category, all) in Dictionary(grouping: found, by: \.label.category)
            .sorted(by: { $0.key < $1.key })
        {
            // Equally sure ones stay as they were found.
            var rest = all.enumerated().sorted {
                ($0.element.score, $1.offset) > ($1.element.score, $0.offset)
            }.map(\.element)
            while screens.count < request.limit {
                rest.removeAll { taken.contains($0.sample) }
                guard rest.count >= Self.fewestOnScreen else { break }
                let crops = Array(rest.prefix(Self.screenSize))
                rest.removeFirst(crops.count)
                taken.formUnion(crops.map(\.sample))
                screens.append(screen(crops, of: category, by: pool.source))
            }
        }
        return screens
    }

    private func screen(
        _ crops: [ObjectPool.Found],
        of category: String,
        by source: String
    ) -> Planned {
        // The odd ones first.
        let shown = crops.reversed()
        let mean = crops.reduce(0) { $0 + $1.score } / Double(crops.count)
        let plan = PlannedTask(
            samples: shown.map(\.sample),
            label: category,
            score: mean,
            reason: .cluster
        )
        let proposals = shown.map {
            ReviewItem.Proposal(
                label: category,
                score: $0.score,
                source: source,
                annotation: $0.label
            )
        }
        return (plan, proposals)
    }

    /// What was found in some of the open pictures; they are searched anew once enough more was learned.
    private func pool(
        _ open: [Sample],
        _ learned: ObjectFinder.Learned,
        _ knowledge: ObjectKnowledge
    ) throws -> ObjectPool {
        let finished = knowledge.finished.count
        if let pool = ObjectPool(in: dataset.folder), finished >= pool.finished,
            Double(finished) < Double(pool.finished) * Self.growth
        {
            return pool
        }
        let searched = order.sorted(open).prefix(Self.poolSize)
        let found = try finder.find(in: Array(searched), learned, knowledge)
        let pool = ObjectPool(
            finished: finished,
            source: learned.model.source,
            found: found.flatMap(\.self).map {
                ObjectPool.Found(sample: $0.sample, label: $0.label, score: $0.score)
            }
        )
        try pool.write(to: dataset.folder)
        return pool
    }
}
