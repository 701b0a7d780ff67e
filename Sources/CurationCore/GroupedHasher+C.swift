import CDigest

/// Computes a SHA-256 over groups of bytes, each of which counts by its key and its own SHA-256, so that
/// the bytes of a group can be erased and the whole still be checked.
@safe package struct GroupedHasher: ~Copyable {
    // Owned: made in `init`, freed once, by `finishBytes` or `deinit`.
    private let state: OpaquePointer
    private var finished = false

    /// Starts a computation over no groups.
    package init() {
        guard let started = unsafe cdg_groups_start() else { preconditionFailure("out of memory") }
        unsafe state = started
    }

    deinit {
        if !finished { _ = unsafe Self.end(state) }
    }

    /// Adds words, little-endian, to the group of `key`: the last one, or a new one.
    package mutating func add(_ words: [UInt64], to key: Int64) {
        unsafe words.withUnsafeBytes { buffer in
            unsafe cdg_groups_add(state, key, buffer.baseAddress, buffer.count)
        }
    }

    /// Adds a whole group by the digest of its bytes.
    package mutating func put(_ leaf: [UInt8], for key: Int64) {
        precondition(leaf.count == 32, "the leaf of a group is a SHA-256")
        unsafe leaf.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe cdg_groups_put(state, key, base)
        }
    }

    /// Ends the computation and gives the 32 bytes of the digest.
    package consuming func finishBytes() -> [UInt8] {
        finished = true
        return unsafe Self.end(state)
    }

    private static func end(_ state: OpaquePointer) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe cdg_groups_end(state, &digest)
        return digest
    }
}
