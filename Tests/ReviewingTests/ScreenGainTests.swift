import Reviewing
import Testing

@Suite struct ScreenGainTests {
    @Test func `a pure screen is filled`() {
        let best = ScreenGain.best(Array(repeating: 1, count: 40))
        #expect(best?.count == 24)
        #expect(abs((best?.seconds ?? 0) - (48 - 1 - 4.8)) < 1e-9)
    }

    @Test func `unlikely rows are left out`() {
        let best = ScreenGain.best(
            Array(repeating: 0.98, count: 8) + Array(repeating: 0.1, count: 9)
        )
        #expect(best?.count == 8)
    }

    @Test func `no screen is proposed when few or hopeless rows are left`() {
        #expect(ScreenGain.best([1, 1]) == nil)
        #expect(ScreenGain.best(Array(repeating: 0.2, count: 24)) == nil)
        #expect(ScreenGain.best([]) == nil)
    }
}
