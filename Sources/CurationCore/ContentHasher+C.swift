import CDigest

/// Computes a SHA-256 over bytes that come in parts (FIPS 180-4, by libcrypto).
@safe public struct ContentHasher: ~Copyable {
    // Owned: made in `init`, freed once, by `finish` or `deinit`.
    private let state: OpaquePointer
    private var finished = false

    /// Starts a computation over no bytes.
    public init() {
        guard let started = unsafe cdg_sha256_start() else {
            preconditionFailure("out of memory")
        }
        unsafe state = started
    }

    deinit {
        if !finished { _ = unsafe Self.end(state) }
    }

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe cdg_sha256_add(state, buffer.baseAddress, buffer.count)
        }
    }

    /// Adds words, little-endian.
    package mutating func update(words: [UInt64]) {
        unsafe words.withUnsafeBytes { buffer in
            unsafe cdg_sha256_add(state, buffer.baseAddress, buffer.count)
        }
    }

    /// Adds the raw memory of a row of floats, little-endian.
    package mutating func update(_ values: ArraySlice<Float>) {
        unsafe values.withUnsafeBytes { buffer in
            unsafe cdg_sha256_add(state, buffer.baseAddress, buffer.count)
        }
    }

    /// Ends the computation and gives the digest.
    public consuming func finish() -> ContentDigest {
        finished = true
        return ContentDigest(bytes: unsafe Self.end(state))
    }

    /// Ends the computation and gives the 32 bytes of the digest.
    package consuming func finishBytes() -> [UInt8] {
        finished = true
        return unsafe Self.end(state)
    }

    private static func end(_ state: OpaquePointer) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        unsafe cdg_sha256_end(state, &digest)
        return digest
    }
}
