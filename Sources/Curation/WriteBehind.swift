import Dispatch
import Synchronization

/// Writes one batch while the next one is made, so that neither the cores nor the disk wait.
///
/// At most one write is under way, and writes keep their order.
final class WriteBehind: Sendable {
    private let queue = DispatchQueue(label: "winnow.write-behind")
    private let failure = Mutex<(any Error)?>(nil)

    /// Waits for the write before, and starts this one.
    ///
    /// - Throws: What the write before threw.
    func start(_ write: @escaping @Sendable () throws -> Void) throws {
        try finish()
        queue.async { [self] in
            do { try write() } catch { failure.withLock { $0 = error } }
        }
    }

    /// Waits for the last write.
    ///
    /// - Throws: What it threw.
    func finish() throws {
        queue.sync {}
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
