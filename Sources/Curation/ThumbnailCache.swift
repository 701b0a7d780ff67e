import CurationCore
import Storage
import Synchronization

/// A small picture as it is sent, or the word that the browser has it.
package struct SentPicture: Sendable {
    /// What names the bytes: the same as long as they are.
    package let tag: String
    /// The JPEG; nil where the browser has it.
    package let bytes: [UInt8]?

    /// Describes a picture.
    package init(tag: String, bytes: [UInt8]?) {
        self.tag = tag
        self.bytes = bytes
    }
}

/// The thumbnails that were asked for last, so that scrolling back reads neither the store nor the disk.
///
/// There are two halves: what is asked for goes into the young one; when that is full, the old one is
/// dropped and the young one becomes old.
final class ThumbnailCache: Sendable {
    struct Key: Hashable {
        let picture: Sample.ID
        let side: Int
    }

    struct Entry {
        let tag: String
        let bytes: [UInt8]
    }

    private struct State {
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
        var held = 0
        var forgotten: Int?
        var checkedAt: ContinuousClock.Instant?
    }

    private static let half = 32 << 20

    private let state = Mutex(State())

    /// The thumbnail, where it was asked for before.
    ///
    /// `forgotten`: How many pictures were forgotten; asked at most once a second. What was forgotten is
    /// not shown again.
    func entry(_ key: Key, forgotten: () -> Int?) -> Entry? {
        state.withLock { state in
            let now = ContinuousClock.now
            if state.checkedAt.map({ now - $0 > .seconds(1) }) ?? true {
                let count = forgotten()
                if count == nil || count != state.forgotten {
                    (state.young, state.old, state.held) = ([:], [:], 0)
                }
                state.forgotten = count
                state.checkedAt = now
            }
            if let entry = state.young[key] { return entry }
            guard let entry = state.old[key] else { return nil }
            Self.keep(entry, key, &state)
            return entry
        }
    }

    /// Keeps a thumbnail.
    func keep(_ entry: Entry, as key: Key) { state.withLock { Self.keep(entry, key, &$0) } }

    private static func keep(_ entry: Entry, _ key: Key, _ state: inout State) {
        state.held += entry.bytes.count
        state.young[key] = entry
        guard state.held > half else { return }
        (state.old, state.young, state.held) = (state.young, [:], 0)
    }
}
