import Dispatch
import Synchronization

/// Runs pieces of work on all cores, on threads that belong to the work and not to the server.
///
/// Stages are synchronous; this is the one place where threads are used. Pieces are claimed one by
/// one, so that slow pieces do not hold up the others, and results keep their order.
package enum WorkerPool {
    /// Runs `body` for 0..<count and returns when all are done.
    package static func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
        guard count > 1 else {
            if count == 1 { body(0) }
            return
        }
        DispatchQueue.concurrentPerform(iterations: count, execute: body)
    }

    /// The results of `body` for each element, in the order of the elements.
    static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element],
        _ body: @Sendable (Element) -> Result
    ) -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: elements.count))
        forEach(elements.count) { index in
            let result = body(elements[index])
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0.compactMap(\.self) }
    }
}
