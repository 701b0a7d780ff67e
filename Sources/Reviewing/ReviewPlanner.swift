package import CurationCore

/// Decides what a person sees next, so that all samples get a label in the least time.
///
/// First a screen of the rows nearest to each cluster's centre; then screens of rows that most
/// likely carry one class, as long as they save time; then the most uncertain rows one by one.
/// It is a function of the state alone: the same state gives the same tasks.
package struct ReviewPlanner: Sendable {
    /// Rows of a cluster on a first screen.
    private static let firstScreenRows = 3
    /// Screens for which a class waits after one of its screens was rejected.
    private static let hold = 5
    /// The least share of what was promised that past screens of a class held, for it to be accepted
    /// unseen; a person who errs now and then finds less than there is.
    private static let keptPromise = 0.9
    /// Doubted rows that are planned together.
    private static let doubtedAtOnce = 4
    /// Of so many times the rows that are asked for the most unlike are taken, where they are not sure.
    private static let diverseShare = 4
    /// The mean share of odd pictures on screens above which a single is asked beside a screen.
    private static let troubledShare = 0.25

    /// First screens before any class is proposed: so many, or three a known class and two more.
    ///
    /// Pictures of few classes would cost more there than on the large screens that come after.
    private static let fewestFirstScreens = 12
    /// First screens that are planned together once classes are proposed.
    private static let laterFirstScreens = 6
    /// The mean probability from which a class screen is better than a first screen.
    private static let surePurity = 0.92

    /// How many clusters to make for the first screens.
    ///
    /// Many small clusters are purer than few large ones, and only those are asked about that the
    /// proposals do not cover.
    package static func clusterCount(samples: Int, classes: Int) -> Int {
        max(1, min(samples / 4, max(80, min(4 * classes, 400))))
    }

    private let state: PlanningState
    private let record: ScreenRecord
    private let candidates: Candidates
    private var taken: Set<Int> = []
    private var tasks: [PlannedTask] = []

    /// Plans at most `limit` tasks.
    ///
    /// There are fewer where it pays to learn from their outcome before planning further. There
    /// are none only when no row is open.
    package static func plan(
        _ state: PlanningState,
        limit: Int,
        strategy: ReviewStrategy = .saving
    ) -> [PlannedTask] {
        guard limit > 0 else { return [] }
        var planner = Self(state)
        switch strategy {
        case .saving: planner.planTasks(limit)
        case .margin where !state.probabilities.isEmpty: planner.planLeastSure(limit)
        case .margin, .random: planner.planRandom(limit)
        }
        return Array(planner.tasks.prefix(limit))
    }

    /// Plans single samples only, at most `limit`: the least sure, each unlike those before it.
    package static func singles(_ state: PlanningState, limit: Int) -> [PlannedTask] {
        guard limit > 0 else { return [] }
        var planner = Self(state)
        if state.probabilities.isEmpty {
            planner.planRandom(limit)
        } else {
            planner.planUncertain(limit)
        }
        return planner.tasks
    }

    /// An open sample with its likeliest class.
    package struct Likely: Sendable, Equatable {
        /// The sample.
        package let sample: Sample.ID
        /// The class.
        package let label: String
        /// How likely the sample carries it, 0 to 1.
        package let share: Double
    }

    /// The open samples with their likeliest classes, the surest first, without classes of which past
    /// screens held clearly less than was promised.
    package static func likeliest(_ state: PlanningState) -> [Likely] {
        guard !state.probabilities.isEmpty else { return [] }
        let planner = Self(state)
        return state.samples.indices.compactMap { row in
            guard let label = planner.candidates.best[row],
                planner.record.discount(of: label) >= keptPromise
            else { return nil }
            return Likely(
                sample: state.samples[row],
                label: state.classes[label],
                share: planner.candidates.probability(row, label)
            )
        }.sorted { ($0.share, $1.sample) > ($1.share, $0.sample) }
    }

    private init(_ state: PlanningState) {
        self.state = state
        record = ScreenRecord(state.history)
        candidates = Candidates(state)
    }

    private mutating func planTasks(_ limit: Int) {
        let first = max(Self.fewestFirstScreens, 3 * state.classes.count + 2)
        planFirstScreens(max(0, first - record.firstScreenCount))
        if tasks.contains(where: \.isCluster) { return }
        guard !state.probabilities.isEmpty else { return planRepresentative() }
        planFollowUps()
        planDoubted()
        let screens = Self.screensAtOnce(rows: state.samples.count)
        planClassScreens(min(screens, limit - tasks.count))
        if !tasks.contains(where: \.isCluster) {
            planFirstScreens(Self.laterFirstScreens)
            if tasks.isEmpty { planUncertain(2 * screens) }
        } else if record.trouble > Self.troubledShare {
            planUncertain(screens)
        }
    }

    /// How many screens may be planned from one state: more in a large set, where the outcome of
    /// one screen changes little.
    private static func screensAtOnce(rows: Int) -> Int { min(8, max(1, rows / 600)) }

    // MARK: - The three kinds of tasks

    /// Screens for at most `count` clusters that nobody saw, and a single for each rejected one.
    private mutating func planFirstScreens(_ count: Int) {
        var left = count
        for cluster in state.clusters {
            if let rejected = record.firstScreen(touching: cluster) {
                guard rejected.accepted == nil,
                    !rejected.rows.contains(where: { state.decided[$0] }),
                    let row = rejected.rows.first(where: { isFree($0) })
                else { continue }
                single(row, .representative)
            } else if left > 0, isUnseen(cluster) {
                screen(Array(cluster.prefix(Self.firstScreenRows)), nil)
                left -= 1
            }
        }
    }

    /// Whether a cluster can still have a first screen: no row of it was decided or given out.
    private func isUnseen(_ cluster: [Int]) -> Bool {
        cluster.count >= ScreenGain.fewest && cluster.allSatisfy { isFree($0) }
    }

    /// One row when no label is known and no cluster is left: any label is news.
    private mutating func planRepresentative() {
        if let row = state.samples.indices.first(where: { isFree($0) }) {
            single(row, .representative)
        }
    }

    /// The two least sure rows of a screen that was just rejected, to learn what it is.
    private mutating func planFollowUps() {
        for outcome in record.recentScreens(Self.hold)
        where outcome.accepted == nil && outcome.proposed != nil {
            let known = outcome.rows.count { state.decided[$0] }
            let rows = outcome.rows.filter { isFree($0) }.sorted { isLessSure($0, $1) }
            for row in rows.prefix(max(0, 2 - known)) { single(row, .uncertain) }
        }
    }

    /// What a person refused although the model is sure of it, once more and alone.
    private mutating func planDoubted() {
        for row in state.doubted.filter({ isFree($0) }).prefix(Self.doubtedAtOnce) {
            single(row, .labelIssue)
        }
    }

    /// The screens that are surest to hold one class, if they save time; one a class.
    private mutating func planClassScreens(_ count: Int) {
        let held = Set(
            record.recentScreens(Self.hold).filter { $0.accepted == nil }.compactMap(\.proposed)
        )
        // While there are clusters that nobody saw, only screens that are nearly pure pay more.
        let unseen = state.clusters.contains { isUnseen($0) }
        var found: [(rows: [Int], label: Int, mean: Double)] = []
        for label in state.classes.indices where !held.contains(label) {
            let rows = candidates.rows(of: label).filter { isFree($0) }.prefix(ScreenGain.most)
            let discount = record.discount(of: label)
            let likely = rows.map { discount * candidates.probability($0, label) }
            guard let best = ScreenGain.best(likely) else { continue }
            let mean = likely.prefix(best.count).reduce(0, +) / Double(best.count)
            guard mean >= Self.surePurity || !unseen else { continue }
            found.append((Array(rows.prefix(best.count)), label, mean))
        }
        found.sort { ($0.mean, $1.label) > ($1.mean, $0.label) }
        for choice in found.prefix(max(0, count)) { screen(choice.rows, choice.label) }
    }

    /// The rows about which the proposals are least sure, one by one.
    private mutating func planLeastSure(_ count: Int) {
        for row in leastSure(count) { single(row, .uncertain) }
    }

    /// Rows about which the proposals are not sure, each of another cluster while there are such: those that
    /// are alike would teach the same.
    private mutating func planUncertain(_ count: Int) {
        var clusters: [Int: Int] = [:]
        for (number, rows) in state.clusters.enumerated() {
            for row in rows { clusters[row] = number }
        }
        var asked: Set<Int> = []
        var others: [Int] = []
        let before = taken.count
        for row in leastSure(Self.diverseShare * count) {
            guard taken.count - before < count else { return }
            if let cluster = clusters[row], !asked.insert(cluster).inserted {
                others.append(row)
            } else {
                single(row, .uncertain)
            }
        }
        for row in others.prefix(count - (taken.count - before)) { single(row, .uncertain) }
    }

    /// The `count` free rows about which the proposals are least sure.
    private func leastSure(_ count: Int) -> ArraySlice<Int> {
        guard count > 0 else { return [] }
        return state.samples.indices.filter { isFree($0) }.sorted { isLessSure($0, $1) }
            .prefix(count)
    }

    /// Open rows one by one, in an order that has nothing to do with them.
    private mutating func planRandom(_ count: Int) {
        let keys = state.samples.map { SeededGenerator(seed: UInt64(bitPattern: $0)).first }
        let rows = state.samples.indices.filter { isFree($0) }
            .sorted { (keys[$0], $0) < (keys[$1], $1) }
        for row in rows.prefix(count) { single(row, .representative) }
    }

    // MARK: - Building tasks

    private func isFree(_ row: Int) -> Bool { state.isOpen(row) && !taken.contains(row) }

    private func isLessSure(_ left: Int, _ right: Int) -> Bool {
        (candidates.margins[left], left) < (candidates.margins[right], right)
    }

    /// A screen of rows; those that least likely carry the class come first, where errors are seen.
    private mutating func screen(_ rows: [Int], _ label: Int?) {
        taken.formUnion(rows)
        let shown = label.map { label in
            rows.sorted {
                (candidates.probability($0, label), $0) < (candidates.probability($1, label), $1)
            }
        }
        tasks.append(
            PlannedTask(
                samples: (shown ?? rows).map { state.samples[$0] },
                label: label.map { state.classes[$0] },
                score: label.map { label in
                    rows.reduce(0) { $0 + candidates.probability($1, label) } / Double(rows.count)
                },
                reason: .cluster
            )
        )
    }

    private mutating func single(_ row: Int, _ reason: ReviewReason) {
        guard taken.insert(row).inserted else { return }
        let label = candidates.best[row]
        let isDisputed = reason == .uncertain && state.disputed.contains(row)
        tasks.append(
            PlannedTask(
                samples: [state.samples[row]],
                label: label.map { state.classes[$0] },
                score: label.map { candidates.probability(row, $0) },
                reason: isDisputed ? .disagreement : reason
            )
        )
    }
}

extension SeededGenerator {
    /// The first number, which spreads seeds that follow each other.
    fileprivate var first: UInt64 {
        var copy = self
        return copy.next()
    }
}
