/// How much of the server one client can take.
///
/// A page that scrolls a grid of thumbnails as fast as it can stays far below; what is above is a
/// program gone wrong, or somebody who wants the server to stand still.
package struct ServerLimits: Sendable {
    /// How often something may be asked: so many times at once, then so many times a second.
    package struct Rate: Sendable {
        /// The most at once.
        package let burst: Double
        /// How many more each second.
        package let perSecond: Double

        /// Describes a rate.
        package init(burst: Double, perSecond: Double) {
            self.burst = burst
            self.perSecond = perSecond
        }
    }

    /// What a reviewer may read.
    package var reads = Rate(burst: 6000, perSecond: 3000)
    /// What a reviewer may write.
    package var writes = Rate(burst: 600, perSecond: 300)
    /// How often one address may try to sign in.
    package var tries = Rate(burst: 60, perSecond: 5)
    /// Connections at a time; further ones wait to be accepted.
    package var connections = 512
    /// Pages that listen for events at a time.
    package var listeners = 64
    /// Seconds between two looks for what listeners are told.
    package var eventSeconds = 1.0
    /// Seconds between two signs of life to listeners.
    package var commentSeconds = 15.0
    /// Octets of an address with its query.
    package var address = 8 * 1024
    /// Octets of all headers of a request.
    package var head = 16 * 1024
    /// Seconds that a connection may be silent between requests, or take for the head of one.
    package var idleSeconds = 60.0
    /// Seconds in which the body of a request must arrive, and in which an answer that is on its
    /// way must move on.
    package var transferSeconds = 30.0

    /// The limits of `winnow review`.
    package init() {}
}
