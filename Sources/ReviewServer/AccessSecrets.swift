package import CurationCore

/// What the server knows and others must not: a token for each reviewer, and the key of the sessions.
///
/// The tokens are new at every start. The key stays in the file, so that a page that is open while
/// the server starts again goes on; deleting the file ends all sessions.
package struct AccessSecrets: Sendable {
    /// How long a session lasts, in seconds.
    package static let sessionLength: Double = 12 * 3600

    /// The token of each reviewer: 128 random bits as 32 hexadecimal digits.
    package let tokens: [String: String]
    private let key: [UInt8]

    /// Makes a token for each reviewer and, unless the file has one, a key; keeps all in a file of
    /// mode 0600.
    package init(keptIn path: String, reviewers: [String]) throws(ReviewServerError) {
        var tokens: [String: String] = [:]
        for reviewer in reviewers { tokens[reviewer] = Self.random(words: 2) }
        self.tokens = tokens
        key = Self.storedKey(path) ?? Array(Self.random(words: 4).utf8)
        let lines = tokens.sorted { $0.key < $1.key }.map { "token \($0.value) \($0.key)\n" }
        let text = lines.joined() + "key \(String(decoding: key, as: UTF8.self))\n"
        do {
            try PrivateFile.replace(path, with: Array(text.utf8))
        } catch {
            throw .tokenFile(path: path, reason: error.reason)
        }
    }

    /// Whose token `text` is; the time taken does not tell how much of it is right.
    package func reviewer(ofToken text: String) -> String? {
        var found: String?
        for (reviewer, token) in tokens where Self.isEqual(text, token) { found = reviewer }
        return found
    }

    /// A cookie's value that opens a session of a reviewer from `now` on.
    package func session(of reviewer: String, from now: Timestamp) -> String {
        let content = "\(Int(now.seconds + Self.sessionLength)).\(Self.inCookie(reviewer))"
        return "\(content).\(code(of: content))"
    }

    /// Whose session `cookie` is the value of; nil when it does not last at `now`, or when that
    /// reviewer has no token now.
    package func reviewer(ofSession cookie: String, at now: Timestamp) -> String? {
        let parts = cookie.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3,
            Self.isEqual(String(parts[2]), code(of: "\(parts[0]).\(parts[1])")),
            let end = Int(parts[0]), Double(end) > now.seconds
        else { return nil }
        return tokens.keys.first { Self.inCookie($0) == parts[1] }
    }

    // A name may have any letters, a cookie may not.
    private static func inCookie(_ reviewer: String) -> String {
        HexadecimalText.write(Array(reviewer.utf8))
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
