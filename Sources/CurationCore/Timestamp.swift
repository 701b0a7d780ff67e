public import FoundationEssentials

/// A moment, kept as text: RFC 3339 in UTC with milliseconds, so that text order is time order.
public struct Timestamp: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Double

    /// Takes seconds since 1970-01-01T00:00:00Z.
    public init(seconds: Double) {
        self.seconds = (seconds * 1000).rounded() / 1000
    }

    /// Takes a date.
    public init(_ date: Date) { self.init(seconds: date.timeIntervalSince1970) }

    /// The moment of the call.
    public static var now: Timestamp { Timestamp(Date()) }

    /// The moment as text: `2026-01-01T00:05:00.000Z`.
    public var description: String {
        Date(timeIntervalSince1970: seconds).formatted(Self.style)
    }

    /// Reads the text that `description` writes; nil when it is another.
    public init?(_ text: String) {
        guard let date = try? Self.style.parse(text) else { return nil }
        self.init(date)
    }

    /// Orders moments from early to late.
    public static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

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

    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
