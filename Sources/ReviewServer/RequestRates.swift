package import CurationCore
import Synchronization

/// Counts what each client asks: a bucket that empties with each request and fills with time.
package final class RequestRates: Sendable {
    private struct Bucket {
        var left: Double
        var filledAt: Double
        /// When it is full again if nothing is taken: then it may as well be forgotten.
        var fullAt: Double
    }

    // Beyond so many clients those whose buckets are full again are forgotten, or else half of them, those
    // first that are full soonest.
    private static let mostBuckets = 1024

    private let buckets = Mutex<[String: Bucket]>([:])

    /// Starts without clients.
    package init() {}

    /// Counts a request of a client.
    ///
    /// - Returns: nil when it may be answered, else the seconds after which one may be again.
    package func take(_ client: String, _ rate: ServerLimits.Rate, at now: Timestamp) -> Double? {
        buckets.withLock { buckets in
            if buckets.count >= Self.mostBuckets { Self.forget(&buckets, now) }
            var bucket =
                buckets[client]
                ?? Bucket(left: rate.burst, filledAt: now.seconds, fullAt: now.seconds)
            Self.fill(&bucket, rate, now)
            defer {
                bucket.fullAt = now.seconds + (rate.burst - bucket.left) / rate.perSecond
                buckets[client] = bucket
            }
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

    private static func forget(_ buckets: inout [String: Bucket], _ now: Timestamp) {
        buckets = buckets.filter { now.seconds < $0.value.fullAt }
        guard buckets.count >= mostBuckets else { return }
        let soonest = buckets.sorted { $0.value.fullAt < $1.value.fullAt }
        for (client, _) in soonest.prefix(mostBuckets / 2) { buckets[client] = nil }
    }
}
