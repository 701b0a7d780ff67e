import CurationCore
import Storage
import Synchronization

/// Gives out pictures to the workers, a few at a time, in an order that does not depend on them.
final class PictureQueue: Sendable {
    /// Something to read.
    enum Entry: Sendable {
        case file(FoundFile)
        /// A member of an archive, which was read already.
        case member([UInt8], FoundPicture)
        /// A member that cannot be imported.
        case failure(FailedFile)
    }

    /// A few pictures for one worker.
    struct Piece: Sendable {
        let number: Int
        let entries: [Entry]
    }

    private struct State {
        var next: () throws -> Entry?
        var number = 0
        var failure: (any Error)?
    }

    // A worker holds the bytes of the members of its piece at once.
    private static let mostBytes = 32 << 20

    private let state: Mutex<State>
    private let size: Int

    /// Gives out what `next` gives, `size` at a time or fewer; `next` is called by one thread at a time.
    init(size: Int, next: sending @escaping () throws -> Entry?) {
        self.size = size
        state = Mutex(State(next: next))
    }

    /// Gives out files.
    convenience init(size: Int, files: [FoundFile]) {
        var rest = files[...]
        self.init(size: size) { rest.popFirst().map { .file($0) } }
    }

    /// The next pictures; nil when there are no more.
    ///
    /// - Throws: What the source of the pictures throws.
    func next() throws -> Piece? {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            var entries: [Entry] = []
            do {
                var bytes = 0
                while entries.count < size, bytes < Self.mostBytes, let entry = try state.next() {
                    if case .member(let contents, _) = entry { bytes += contents.count }
                    entries.append(entry)
                }
            } catch {
                // What was read before is still worth having.
                state.failure = error
                if entries.isEmpty { throw error }
            }
            guard !entries.isEmpty else { return nil }
            state.number += 1
            return Piece(number: state.number, entries: entries)
        }
    }
}
