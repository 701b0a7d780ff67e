/// The right of one reviewer to decide an item, for a limited time.
package enum Lease {
    /// How long a lease lasts from when it is given out or renewed, in seconds.
    package static let duration = 300.0
}
