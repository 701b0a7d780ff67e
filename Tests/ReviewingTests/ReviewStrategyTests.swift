import CurationCore
import Reviewing
import Testing

@Suite struct ReviewStrategyTests {
    private func state(_ probabilities: [Float]) -> PlanningState {
        PlanningState(
            samples: Array(1...50),
            classes: probabilities.isEmpty ? [] : ["a", "b"],
            decided: (0..<50).map { $0 == 7 },
            unavailable: (0..<50).map { $0 == 9 },
            probabilities: probabilities,
            clusters: [],
            history: []
        )
    }

    @Test func `a random order asks about every open picture once, alone, and always the same`() {
        let tasks = ReviewPlanner.plan(state([]), limit: 100, strategy: .random)
        let asked = tasks.flatMap(\.samples)
        #expect(Set(asked) == Set(1...50).subtracting([8, 10]))
        #expect(asked.count == 48 && asked != asked.sorted())
        #expect(tasks.allSatisfy { !$0.isCluster })
        #expect(ReviewPlanner.plan(state([]), limit: 100, strategy: .random) == tasks)
    }

    @Test func `by margin the least sure come first, and before the first label any order will do`()
    {
        let shares = (0..<50).flatMap { row -> [Float] in
            let share = 0.5 + Float(row) / 100
            return [share, 1 - share]
        }
        let tasks = ReviewPlanner.plan(state(shares), limit: 3, strategy: .margin)
        #expect(tasks.map(\.samples) == [[1], [2], [3]])
        #expect(ReviewPlanner.plan(state([]), limit: 5, strategy: .margin).count == 5)
    }
}
