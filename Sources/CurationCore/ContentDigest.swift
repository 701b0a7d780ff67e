/// The SHA-256 of some bytes: 32 bytes, written as 64 hexadecimal digits.
public struct ContentDigest: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public let hex: String

    /// Takes a digest that was written as text; nil unless it is 64 lower-case hexadecimal digits.
    public init?(hex: String) {
        let digits = hex.utf8
        guard digits.count == 64, digits.allSatisfy(Self.isDigit) else { return nil }
        self.hex = hex
    }

    /// Takes the 32 bytes of a digest.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "a SHA-256 has 32 bytes")
        hex = HexadecimalText.write(bytes)
    }

    /// Computes the digest of `bytes`.
    public init(of bytes: [UInt8]) {
        var hasher = ContentHasher()
        hasher.update(bytes)
        self = hasher.finish()
    }

    /// Computes the digest of the UTF-8 of `text`.
    public init(of text: String) {
        self.init(of: Array(text.utf8))
    }

    /// The digest as text.
    public var description: String { hex }

    /// Orders digests by their text.
    public static func < (left: Self, right: Self) -> Bool { left.hex < right.hex }

    /// Reads the digest from its text.
    ///
    /// - Throws: `DecodingError.dataCorrupted` when the text is not 64 hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let digest = Self(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not a SHA-256 of 64 lower-case hexadecimal digits"
            )
        }
        self = digest
    }

    /// Writes the digest as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte)
    }
}

/// Writes bytes as lower-case hexadecimal digits.
package enum HexadecimalText {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two digits a byte.
    package static func write(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
