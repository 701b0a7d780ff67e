import CurationCore
import Learning
import Reviewing
import TestKit
import Testing

/// The whole loop on real features: plan, answer, learn, plan.
@Suite struct ReviewLoopTests {
    // Without optimisation one run takes ten seconds.
    #if DEBUG
    private static let seeds = 1...UInt64(1)
    #else
    private static let seeds = 1...UInt64(5)
    #endif

    @Test(arguments: seeds)
    func `ten classes of hands cost less than half of labelling them one by one`(
        seed: UInt64
    ) throws {
        let values = try Fixtures.bytes("golden/reviewing/sign-digits-300x64.int8")
            .map { Float(Int8(bitPattern: $0)) / 118 }
        let truth = try Fixtures.bytes("golden/reviewing/sign-digits-300.labels").map { "\($0)" }
        let features = Matrix(rows: truth.count, columns: 64, values: values)
        let count = ReviewPlanner.clusterCount(samples: truth.count, classes: 0)
        let clusters = KMeans(features, count: count, seed: seed).clusters
        var reviewer = ReviewerModel(truth: truth, clusters: clusters)
        var model: ProposalModel?
        var calls = 0
        while reviewer.rightShare < 0.97, calls < 200 {
            calls += 1
            var probabilities: [Float] = []
            if !reviewer.classes.isEmpty {
                let next = ProposalModel(
                    fitting: [features],
                    labels: reviewer.labels,
                    refuted: reviewer.refuted,
                    classCount: reviewer.classes.count,
                    startingFrom: model
                )
                probabilities = next.probabilities([features], refuted: reviewer.refuted)
                model = next
            }
            let state = reviewer.state(probabilities: probabilities)
            try reviewer.answer(ReviewPlanner.plan(state, limit: 20))
        }
        #expect(reviewer.rightShare >= 0.97)
        #expect(try #require(reviewer.cost.share(of: truth.count)) < 0.5)
        #expect(calls < 60)
    }
}
