import Synchronization

/// A wish to stop, which stages look at between batches of work.
///
/// What a stage has finished by then is in the store; the next run goes on from there.
public final class Interruption: Sendable {
    private let asked = Atomic(false)

    /// Starts without the wish.
    public init() {}

    /// Asks the running stage to stop after the batch in hand.
    public func ask() { asked.store(true, ordering: .relaxed) }

    /// Whether somebody asked.
    public var isAsked: Bool { asked.load(ordering: .relaxed) }

    /// Ends the stage here when somebody asked.
    ///
    /// - Throws: `CancellationError`.
    func check() throws {
        if isAsked { throw CancellationError() }
    }
}
