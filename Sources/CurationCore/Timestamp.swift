public import FoundationEssentials

/// A moment, kept as text: RFC 3339 in UTC with milliseconds, so that text order is time order.
public struct Timestamp: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    // Whole numbers, so that text and back is exact.
    private let milliseconds: Int64

    /// Takes seconds since 1970-01-01T00:00:00Z, rounded to milliseconds.
    public init(seconds: Double) {
        precondition(seconds.isFinite && seconds.magnitude < 1e12, "a moment of our times")
        milliseconds = Int64((seconds * 1000).rounded())
    }

    /// Takes a date.
    public init(_ date: Date) { self.init(seconds: date.timeIntervalSince1970) }

    /// Seconds since 1970-01-01T00:00:00Z.
    public var seconds: Double { Double(milliseconds) / 1000 }

    /// The moment of the call.
    public static var now: Timestamp { Timestamp(Date()) }

    /// The moment as text: `2026-01-01T00:05:00.000Z`.
    public var description: String {
        // Before 1970 too, the rest counts upwards.
        let rest = (milliseconds % 1000 + 1000) % 1000
        let whole = (milliseconds - rest) / 1000
        let text = Date(timeIntervalSince1970: Double(whole)).formatted(Self.style)
        let digits = String(rest)
        let padded = String(repeating: "0", count: 3 - digits.count) + digits
        return "\(text.dropLast()).\(padded)Z"
    }

    /// Reads the text that `description` writes; nil when it is another.
    public init?(_ text: String) {
        let parts = text.split(separator: ".")
        guard parts.count == 2, parts[1].count == 4, parts[1].last == "Z",
            let rest = Int64(parts[1].dropLast()), rest >= 0,
            let date = try? Self.style.parse("\(parts[0])Z")
        else { return nil }
        milliseconds = Int64(date.timeIntervalSince1970.rounded()) * 1000 + rest
    }

    /// Orders moments from early to late.
    public static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The moment so many seconds later.
    public func advanced(by interval: Double) -> Timestamp {
        Timestamp(seconds: seconds + interval)
    }

    /// Reads the moment from its text.
    ///
    /// - Throws: `DecodingError.dataCorrupted` when the text is no such moment.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let moment = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not a moment as 2026-01-01T00:05:00.000Z"
            )
        }
        self = moment
    }

    /// Writes the moment as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static let style = Date.ISO8601FormatStyle()
}
