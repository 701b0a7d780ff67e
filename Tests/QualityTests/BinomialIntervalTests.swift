import Quality
import Testing

@Suite struct BinomialIntervalTests {
    // Newcombe 1998, Statistics in Medicine 17, table I, method 3 (Wilson).
    @Test(arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
    func `the interval is that of the published examples`(
        successes: Int,
        trials: Int,
        lower: Double,
        upper: Double
    ) {
        let interval = BinomialInterval(successes: successes, trials: trials)
        #expect(abs(interval.lower - lower) < 0.00005)
        #expect(abs(interval.upper - upper) < 0.00005)
    }

    @Test(arguments: 1...40) func `the interval holds the share and mirrors`(trials: Int) {
        for successes in 0...trials {
            let interval = BinomialInterval(successes: successes, trials: trials)
            let mirrored = BinomialInterval(successes: trials - successes, trials: trials)
            let share = Double(successes) / Double(trials)
            #expect(interval.lower <= share && share <= interval.upper)
            #expect(interval.lower >= 0 && interval.upper <= 1)
            #expect(abs(interval.lower - (1 - mirrored.upper)) < 1e-12)
        }
    }

    @Test func `nothing is known without trials`() {
        let interval = BinomialInterval(successes: 0, trials: 0)
        #expect(interval.lower == 0)
        #expect(interval.upper == 1)
    }
}
