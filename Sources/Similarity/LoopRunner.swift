/// Runs the pieces of a loop that do not depend on each other.
///
/// Stages make no tasks of their own; who calls them decides here how many cores a loop gets. The
/// results never depend on it.
package struct LoopRunner: Sendable {
    /// Calls `piece` once for each number below `count`, in any order, and returns after the last.
    package typealias Body =
        @Sendable (_ count: Int, _ piece: @escaping @Sendable (Int) -> Void)
        throws(CancellationError) -> Void

    private let body: Body

    /// Takes the way to run a loop.
    package init(_ body: @escaping Body) { self.body = body }

    /// One piece after the other, on the caller's thread; never throws.
    package static let serial = LoopRunner { count, piece throws(CancellationError) in
        for index in 0..<count { piece(index) }
    }

    /// Runs `piece` for each number below `count`.
    ///
    /// - Throws: `CancellationError` when the work is no longer wanted.
    package func callAsFunction(
        _ count: Int,
        _ piece: @escaping @Sendable (Int) -> Void
    ) throws(CancellationError) {
        try body(count, piece)
    }
}
