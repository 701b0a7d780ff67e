package import CurationCore

/// What the server knows and others must not: the token of this start, and the key of the sessions.
///
/// The token is new at every start. The key stays in the file, so that a page that is open while
/// the server starts again goes on; deleting the file ends all sessions.
package struct AccessSecrets: Sendable {
    /// How long a session lasts, in seconds.
    package static let sessionLength: Double = 12 * 3600

    /// 128 random bits as 32 hexadecimal digits.
    package let token: String
    private let key: [UInt8]

    /// Makes a token and, unless the file has one, a key; keeps both in a file of mode 0600.
    package init(keptIn path: String) throws(ReviewServerError) {
        token = Self.random(words: 2)
        key = Self.storedKey(path) ?? Array(Self.random(words: 4).utf8)
        let text = "token \(token)\nkey \(String(decoding: key, as: UTF8.self))\n"
        try PrivateFile.replace(path, with: Array(text.utf8))
    }

    /// Whether `text` is the token; the time taken does not tell how much of it is right.
    package func isToken(_ text: String) -> Bool { Self.isEqual(text, token) }

    /// A cookie's value that opens a session from `now` on.
    package func session(from now: Timestamp) -> String {
        let end = String(Int(now.seconds + Self.sessionLength))
        return "\(end).\(code(of: end))"
    }

    /// Whether `cookie` is the value of a session that lasts at `now`.
    package func isSession(_ cookie: String, at now: Timestamp) -> Bool {
        let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isEqual(String(parts[1]), code(of: String(parts[0]))),
            let end = Int(parts[0])
        else { return false }
        return Double(end) > now.seconds
    }

    // HMAC of RFC 2104 over SHA-256, whose block is 64 bytes as the key is; the inner digest enters
    // the outer one as its text.
    private func code(of text: String) -> String {
        let inner = ContentDigest(of: key.map { $0 ^ 0x36 } + Array("session \(text)".utf8))
        return ContentDigest(of: key.map { $0 ^ 0x5c } + Array(inner.hex.utf8)).hex
    }

    private static func storedKey(_ path: String) -> [UInt8]? {
        guard let bytes = PrivateFile.read(path) else { return nil }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 2, words[0].elementsEqual("key".utf8), words[1].count == 64
            else { continue }
            return Array(words[1])
        }
        return nil
    }

    private static func random(words: Int) -> String {
        var source = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<words {
            let word = source.next()
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return HexadecimalText.write(bytes)
    }

    private static func isEqual(_ left: String, _ right: String) -> Bool {
        let first = Array(left.utf8)
        let second = Array(right.utf8)
        guard first.count == second.count else { return false }
        var difference: UInt8 = 0
        for index in first.indices { difference |= first[index] ^ second[index] }
        return difference == 0
    }
}
