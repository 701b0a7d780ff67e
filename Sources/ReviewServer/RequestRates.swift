import CurationCore
import Synchronization

/// Counts what each client asks: a bucket that empties with each request and fills with time.
final class RequestRates: Sendable {
    private struct Bucket {
        var left: Double
        var filledAt: Double
    }

    // Beyond so many clients those whose buckets are full again are forgotten.
    private static let mostBuckets = 1024

    private let buckets = Mutex<[String: Bucket]>([:])

    /// Counts a request of a client.
    ///
    /// - Returns: nil when it may be answered, else the seconds after which one may be again.
    func take(_ client: String, _ rate: ServerLimits.Rate, at now: Timestamp) -> Double? {
        buckets.withLock { buckets in
            if buckets.count >= Self.mostBuckets { Self.forget(&buckets, rate, now) }
            var bucket = buckets[client] ?? Bucket(left: rate.burst, filledAt: now.seconds)
            Self.fill(&bucket, rate, now)
            defer { buckets[client] = bucket }
            guard bucket.left >= 1 else { return (1 - bucket.left) / rate.perSecond }
            bucket.left -= 1
            return nil
        }
    }

    private static func fill(_ bucket: inout Bucket, _ rate: ServerLimits.Rate, _ now: Timestamp) {
        // A clock that was put back fills nothing.
        let seconds = max(0, now.seconds - bucket.filledAt)
        bucket.left = min(rate.burst, bucket.left + seconds * rate.perSecond)
        bucket.filledAt = now.seconds
    }

    private static func forget(
        _ buckets: inout [String: Bucket],
        _ rate: ServerLimits.Rate,
        _ now: Timestamp
    ) {
        let rest = rate.burst / rate.perSecond
        buckets = buckets.filter { now.seconds - $0.value.filledAt < rest }
        if buckets.count >= mostBuckets { buckets = [:] }
    }
}
