/// A JSON value whose text is the same on every machine: keys sorted, no spaces, shortest numbers.
package enum CanonicalJSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case unsigned(UInt64)
    case number(Double)
    case string(String)
    case array([CanonicalJSON])
    case object([String: CanonicalJSON])

    /// The text as UTF-8.
    package var bytes: [UInt8] {
        var text: [UInt8] = []
        append(to: &text)
        return text
    }

    /// Adds the text to `text`.
    package func append(to text: inout [UInt8]) {
        switch self {
        case .null: text.append(contentsOf: "null".utf8)
        case .bool(let value): text.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): text.append(contentsOf: String(value).utf8)
        case .unsigned(let value): text.append(contentsOf: String(value).utf8)
        case .number(let value): text.append(contentsOf: Self.write(value).utf8)
        case .string(let value): Self.quote(value, into: &text)
        case .array(let values):
            text.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                value.append(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members): Self.write(members, into: &text)
        }
    }

    private static func write(_ members: [String: CanonicalJSON], into text: inout [UInt8]) {
        text.append(UInt8(ascii: "{"))
        let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, member) in sorted.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            quote(member.key, into: &text)
            text.append(UInt8(ascii: ":"))
            member.value.append(to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    // Whole numbers have no fraction, so that 10 and 10.0 give the same bytes; JSON has no way to
    // write what is not finite.
    private static func write(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        let isExact = value == value.rounded() && value.magnitude < 0x1p53
        return isExact ? String(Int64(value)) : value.description
    }

    /// Adds `string` in quotes, escaping only what RFC 8259 demands.
    package static func quote(_ string: String, into text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(byte)
            case 0..<0x20:
                text.append(contentsOf: "\\u00".utf8)
                text.append(contentsOf: HexadecimalText.write([byte]).utf8)
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
