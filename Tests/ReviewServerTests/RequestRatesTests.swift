import CurationCore
import ReviewServer
import Testing

@Suite struct RequestRatesTests {
    private static let start = Timestamp(seconds: 1_800_000_000)

    @Test func `a bucket empties with each request and fills with time`() {
        let rates = RequestRates()
        let slow = ServerLimits.Rate(burst: 2, perSecond: 1)
        #expect((0..<2).allSatisfy { _ in rates.take("a", slow, at: Self.start) == nil })
        #expect(rates.take("a", slow, at: Self.start) == 1)
        #expect(rates.take("b", slow, at: Self.start) == nil)
        #expect(rates.take("a", slow, at: Self.start.advanced(by: 1)) == nil)
        #expect(rates.take("a", slow, at: Self.start) == 1)
    }

    @Test func `who was slowed down stays so, however many others come`() {
        let rates = RequestRates()
        let slow = ServerLimits.Rate(burst: 10, perSecond: 0.1)
        let quick = ServerLimits.Rate(burst: 6000, perSecond: 3000)
        for _ in 0..<10 { #expect(rates.take("slow", slow, at: Self.start) == nil) }
        for number in 0..<3000 {
            let moment = Self.start.advanced(by: Double(number) / 1000)
            #expect(rates.take("\(number)", quick, at: moment) == nil)
        }
        for number in 0..<3000 { _ = rates.take("\(number)", quick, at: Self.start) }
        #expect(rates.take("slow", slow, at: Self.start.advanced(by: 4)) != nil)
    }
}
