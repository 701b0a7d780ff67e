import CurationCore
import Foundation

/// What a piece of work cost, and what it gave.
struct Measurement {
    /// The name of the work.
    let work: String
    /// Pictures or rows.
    let count: Int
    /// Numbers a row; nil where there are no rows.
    var dimension: Int?
    /// What was done a second, by unit.
    var throughput: [String: Double] = [:]
    /// What can be said of the result without an answer to compare it with.
    var quality: [String: Double] = [:]

    private(set) var cost = Cost()

    /// Time and processor time.
    struct Cost {
        /// The time on the clock.
        fileprivate(set) var seconds = 0.0
        /// The time on all cores.
        fileprivate(set) var processorSeconds = 0.0
    }

    init(work: String, count: Int, dimension: Int? = nil) {
        self.work = work
        self.count = count
        self.dimension = dimension
    }

    /// Runs `body` under the clock.
    mutating func time<Result>(_ body: () throws -> Result) rethrows -> Result {
        let processor = ProcessUsage.processorSeconds
        let clock = ContinuousClock()
        let start = clock.now
        let result = try body()
        cost.seconds = (clock.now - start) / .seconds(1)
        cost.processorSeconds = ProcessUsage.processorSeconds - processor
        return result
    }

    /// Runs `body` under the clock.
    mutating func time<Result>(_ body: () async throws -> Result) async rethrows -> Result {
        let processor = ProcessUsage.processorSeconds
        let start = ContinuousClock.now
        let result = try await body()
        cost.seconds = (ContinuousClock.now - start) / .seconds(1)
        cost.processorSeconds = ProcessUsage.processorSeconds - processor
        return result
    }

    /// Sets how many of `unit` were done a second, and a second of one core.
    mutating func rate(_ unit: String, of amount: Double) {
        throughput["\(unit)_per_s"] = Self.rounded(amount / max(cost.seconds, 1e-9), 1)
        throughput["\(unit)_per_cpu_s"] = Self.rounded(
            amount / max(cost.processorSeconds, 1e-9),
            1
        )
    }

    /// The middle, the 95th hundredth and the greatest of `times`, as figures in milliseconds.
    static func figures(of times: [Double], _ name: String) -> [String: Double] {
        let sorted = times.sorted()
        guard let last = sorted.last else { return [:] }
        let shares = [("p50", sorted.count / 2), ("p95", sorted.count * 19 / 20)]
        let places = shares.map { ("\(name)_\($0)_ms", rounded(sorted[$1], 2)) }
        return Dictionary(uniqueKeysWithValues: places + [("\(name)_max_ms", rounded(last, 2))])
    }

    /// Prints the JSON line.
    func show(threads: Int) {
        let line = CanonicalJSON.object([
            "work": .string(work),
            "seconds": .number(Self.rounded(cost.seconds, 4)),
            "cpu_s": .number(Self.rounded(cost.processorSeconds, 4)),
            "peak_rss_mb": .number(Self.rounded(ProcessUsage.peakMegabytes, 1)),
            "throughput": .object(throughput.mapValues { .number($0) }),
            "quality": quality.isEmpty ? .null : .object(quality.mapValues { .number($0) }),
            "n": .integer(count),
            "d": dimension.map { .integer($0) } ?? .null,
            "threads": .integer(threads),
        ])
        FileHandle.standardOutput.write(Data(line.bytes + [UInt8(ascii: "\n")]))
    }

    private static func rounded(_ value: Double, _ digits: Double) -> Double {
        let scale = pow(10, digits)
        return (value * scale).rounded() / scale
    }
}
