import Reviewing
import Testing

@Suite struct ReviewingCostTests {
    @Test(
        arguments: [
            (1, 0, 2.0), (2, 0, 4.0), (2, 1, 5.5), (3, 0, 1.6), (4, 1, 3.3), (24, 0, 5.8),
            (24, 2, 8.8),
        ]
    )
    func `a decision costs what the tariff says`(shown: Int, excepted: Int, seconds: Double) {
        var cost = ReviewingCost()
        cost.count(shown: shown, excepted: excepted)
        #expect(abs(cost.seconds - seconds) < 1e-9)
    }

    @Test func `one by one is the measure`() {
        var cost = ReviewingCost()
        #expect(cost.share(of: 0) == nil)
        for _ in 0..<10 { cost.count(shown: 1) }
        #expect(cost.share(of: 10) == 1)
    }
}
