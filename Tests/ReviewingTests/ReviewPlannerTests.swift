import CurationCore
import Reviewing
import Testing

@Suite struct ReviewPlannerTests {
    @Test(arguments: 0..<UInt64(24))
    func `planning and answering decides every sample within the rules`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var reviewer = makeReviewer(&generator)
        let limit = [1, 3, 20][Int(seed % 3)]
        var rounds = 0
        while reviewer.decidedShare < 1, rounds < 2_000 {
            rounds += 1
            let probabilities = guess(reviewer, &generator)
            let state = reviewer.state(probabilities: probabilities)
            let tasks = ReviewPlanner.plan(state, limit: limit)
            #expect(!tasks.isEmpty && tasks.count <= limit)
            #expect(tasks == ReviewPlanner.plan(state, limit: limit))
            check(tasks, reviewer)
            checkOrder(tasks, state)
            try reviewer.answer(tasks)
        }
        #expect(reviewer.decidedShare == 1)
        #expect(ReviewPlanner.plan(reviewer.state(probabilities: []), limit: 5).isEmpty)
    }

    /// The pictures that fit a screen's class least come first.
    private func checkOrder(_ tasks: [PlannedTask], _ state: PlanningState) {
        for task in tasks where task.isCluster {
            guard let label = task.label, let category = state.classes.firstIndex(of: label) else {
                continue
            }
            let shown = task.samples.map {
                state.probabilities[ReviewerModel.row($0) * state.classes.count + category]
            }
            #expect(shown == shown.sorted())
        }
    }

    @Test func `rows that are leased or skipped are never given out`() throws {
        var generator = SeededGenerator(seed: 77)
        var reviewer = makeReviewer(&generator)
        for row in reviewer.truth.indices { reviewer.unavailable[row] = row % 4 == 0 }
        for _ in 0..<2_000 {
            let state = reviewer.state(probabilities: guess(reviewer, &generator))
            let tasks = ReviewPlanner.plan(state, limit: 20)
            if tasks.isEmpty { break }
            check(tasks, reviewer)
            try reviewer.answer(tasks)
        }
        for row in reviewer.truth.indices {
            #expect((reviewer.labels[row] == nil) == (row % 4 == 0))
        }
    }

    @Test func `the first screens show the three rows nearest to each centre`() {
        let reviewer = ReviewerModel(
            truth: Array(repeating: "a", count: 40),
            clusters: [[5, 4, 3, 2, 1], [9, 8], [10, 11, 12]]
        )
        let tasks = ReviewPlanner.plan(reviewer.state(probabilities: []), limit: 20)
        #expect(
            tasks.map { $0.samples.map(ReviewerModel.row) } == [[5, 4, 3], [10, 11, 12]]
        )
        #expect(tasks.allSatisfy { $0.label == nil && $0.isCluster })
    }

    @Test func `a rejected screen is followed by its two least sure rows, and its class waits`() {
        var reviewer = ReviewerModel(truth: Array(repeating: "a", count: 10), clusters: [])
        reviewer.classes = ["a", "b"]
        reviewer.history = [
            PlanningState.Outcome(
                rows: [0, 1, 2, 3],
                proposed: 0,
                score: 0.9,
                accepted: nil,
                excepted: 0
            )
        ]
        let sure: [Float] = [0.9, 0.6, 0.8, 0.7] + Array(repeating: 0.99, count: 6)
        let state = reviewer.state(probabilities: sure.flatMap { [$0, 1 - $0] })
        let tasks = ReviewPlanner.plan(state, limit: 20)
        #expect(tasks.map { $0.samples.map(ReviewerModel.row) } == [[1], [3]])
        #expect(tasks.allSatisfy { $0.reason == .uncertain && $0.label == "a" })
    }

    @Test func `why a single picture is asked about is said`() {
        let state = PlanningState(
            samples: [1, 2, 3],
            classes: ["a", "b"],
            decided: [true, false, false],
            unavailable: [false, false, false],
            probabilities: [1, 0, 0.55, 0.45, 0.5, 0.5],
            disputed: [1],
            clusters: [],
            history: []
        )
        let tasks = ReviewPlanner.plan(state, limit: 2, strategy: .margin)
        #expect(tasks.map(\.samples) == [[3], [2]])
        #expect(tasks.map(\.reason) == [.uncertain, .disagreement])
    }

    @Test func `of the least sure those that are alike are not asked together`() {
        // Rows 0 to 3 are the least sure, and all but the last of them alike.
        let sure: [Float] = [0.50, 0.51, 0.52, 0.53, 0.7, 0.8, 0.9, 0.95]
        let state = PlanningState(
            samples: (1...8).map { Sample.ID($0) },
            classes: ["a", "b"],
            decided: Array(repeating: false, count: 8),
            unavailable: [false, false, false, false, false, false, false, true],
            probabilities: sure.flatMap { [$0, 1 - $0] },
            clusters: [[2, 0, 1], [3, 4], [5, 7]],
            history: []
        )
        let three = ReviewPlanner.singles(state, limit: 3).flatMap(\.samples)
        #expect(three == [1, 4, 6])
        // Row 6 is of no cluster; what is alike comes once nothing else is left.
        let all = ReviewPlanner.singles(state, limit: 20).flatMap(\.samples)
        #expect(all == [1, 4, 6, 7, 2, 3, 5])
        let margin = ReviewPlanner.plan(state, limit: 3, strategy: .margin).flatMap(\.samples)
        #expect(margin == [1, 2, 3])
        #expect(ReviewPlanner.singles(state, limit: 0).isEmpty)
    }

    @Test func `a large set gets several screens from one state`() {
        let count = 3_000
        var reviewer = ReviewerModel(truth: Array(repeating: "a", count: count), clusters: [])
        reviewer.classes = (0..<8).map { "class \($0)" }
        let probabilities = (0..<count * 8).map { Float($0 / 8 % 8 == $0 % 8 ? 0.993 : 0.001) }
        let tasks = ReviewPlanner.plan(reviewer.state(probabilities: probabilities), limit: 20)
        #expect(tasks.count == 5)
        #expect(tasks.allSatisfy { $0.samples.count == 24 })
        #expect(Set(tasks.map(\.label)).count == 5)
    }

    private func check(_ tasks: [PlannedTask], _ reviewer: ReviewerModel) {
        let rows = tasks.flatMap { $0.samples.map(ReviewerModel.row) }
        #expect(Set(rows).count == rows.count)
        for row in rows { #expect(reviewer.labels[row] == nil && !reviewer.unavailable[row]) }
        for task in tasks {
            #expect(
                task.isCluster ? (3...24).contains(task.samples.count) : task.samples.count == 1
            )
            guard let label = task.label else { continue }
            let number = reviewer.classes.firstIndex(of: label)
            for sample in task.samples {
                let refuted = reviewer.refuted[ReviewerModel.row(sample)]
                #expect(number.map { !refuted.contains($0) } ?? false)
            }
        }
    }

    private func makeReviewer(_ generator: inout SeededGenerator) -> ReviewerModel {
        let count = Int.random(in: 5...220, using: &generator)
        let classes = Int.random(in: 1...7, using: &generator)
        let truth = (0..<count).map { _ in
            "class \(Int.random(in: 0..<classes, using: &generator))"
        }
        let clusterCount = ReviewPlanner.clusterCount(samples: count, classes: 0)
        var clusters = [[Int]](repeating: [], count: clusterCount)
        for row in 0..<count { clusters[row % clusterCount].append(row) }
        return ReviewerModel(truth: truth, clusters: clusters)
    }

    /// Probabilities that are right more often than not, with refuted classes masked.
    private func guess(_ reviewer: ReviewerModel, _ generator: inout SeededGenerator) -> [Float] {
        let classes = reviewer.classes
        guard !classes.isEmpty else { return [] }
        return reviewer.truth.indices.flatMap { row -> [Float] in
            var line = classes.indices.map { label -> Float in
                if reviewer.refuted[row].contains(label) { return 0 }
                let chance = Float(generator.unit())
                return classes[label] == reviewer.truth[row] ? chance * 20 : chance
            }
            let sum = line.reduce(0, +)
            if sum > 0 { for label in line.indices { line[label] /= sum } }
            return line
        }
    }
}
