import Dispatch
import Synchronization

/// Runs pieces of work on all cores, on threads that belong to the work and not to the server.
///
/// Stages are synchronous; this is the one place where they use several threads, but for `WriteBehind`,
/// which writes while they go on. Pieces are claimed one by one, so that slow pieces do not hold up the
/// others, and results keep their order.
package enum WorkerPool {
    /// Runs `body` for 0..<count, at most `width` at a time, and returns when all are done.
    package static func forEach(
        _ count: Int,
        width: Int = .max,
        _ body: @Sendable (Int) -> Void
    ) {
        guard width < count else {
            DispatchQueue.concurrentPerform(iterations: count, execute: body)
            return
        }
        let claimed = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: width) { _ in
            while true {
                let piece = claimed.add(1, ordering: .relaxed).oldValue
                guard piece < count else { return }
                body(piece)
            }
        }
    }

    /// The results of `body` for each element, in the order of the elements.
    package static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element],
        width: Int = .max,
        _ body: @Sendable (Element) -> Result
    ) -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: elements.count))
        forEach(elements.count, width: width) { index in
            let result = body(elements[index])
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap(\.self) }
    }
}
