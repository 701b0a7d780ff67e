import CurationCore
import Reviewing
import Testing

@Suite struct PoissonBinomialTests {
    @Test(arguments: 0..<UInt64(10))
    func `it agrees with going through all outcomes`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let events = (0..<Int(seed) + 1).map { _ in generator.unit() }
        var all = [Double](repeating: 0, count: events.count + 1)
        for outcome in 0..<(1 << events.count) {
            let probability = events.indices.reduce(1.0) {
                $0 * (outcome >> $1 & 1 == 1 ? events[$1] : 1 - events[$1])
            }
            all[outcome.nonzeroBitCount] += probability
        }
        var found = PoissonBinomial()
        for event in events { found.add(event) }
        for (left, right) in zip(found.probabilities, all) { #expect(abs(left - right) < 1e-12) }
    }
}
