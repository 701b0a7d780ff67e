import Foundation

/// Runs what waits for a socket or a process on a thread of its own.
///
/// The few threads of Swift's concurrency must stay free for the server under test.
func blocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}
