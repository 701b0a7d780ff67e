import Foundation
import Learning
import Testing

@Suite struct ExponentialTests {
    @Test func `exponential and logarithm agree with the C library`() {
        for step in -600...600 {
            let x = Double(step) * 1.137
            #expect(abs(Exponential.exp(x) - Foundation.exp(x)) <= 1e-13 * Foundation.exp(x))
            let positive = Foundation.exp(x)
            #expect(abs(Exponential.log(positive) - x) < 1e-12 * max(1, abs(x)))
        }
        for step in -800...800 {
            let x = Float(step) * 0.1
            #expect(abs(Exponential.exp(x) - Foundation.exp(x)) <= 4e-7 * Foundation.exp(x))
        }
    }

    @Test func `the ends of the range are safe`() {
        #expect(Exponential.exp(-1e9) == 0)
        #expect(Exponential.exp(1e9) == .infinity)
        #expect(Exponential.exp(-Float.infinity) == 0)
        #expect(Exponential.exp(Float(0)) == 1)
        #expect(Exponential.log(0) == -.infinity)
        #expect(Exponential.log(1) == 0)
    }
}
