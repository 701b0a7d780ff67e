/// A reversible text for the name of a file, which may be any bytes.
///
/// Valid UTF-8 stays as it is. Every byte that is not part of valid UTF-8 becomes one scalar of the
/// last private-use plane, `U+10FF00` plus the byte; a genuine scalar of that range is written byte
/// by byte in the same way, so that two names never share a text.
public enum PathText {
    // What one byte from 0x80 to 0xFF becomes.
    private static let escapeBase: UInt32 = 0x10FF00
    private static let escapes: ClosedRange<UInt32> = 0x10FF80...0x10FFFF
    // The first byte of each scalar of that range in UTF-8.
    private static let lead: UInt8 = 0xF4

    /// The text of `bytes`.
    public static func text(of bytes: some Collection<UInt8>) -> String {
        if !bytes.contains(lead), let text = String(validating: bytes, as: UTF8.self) {
            return text
        }
        var text = String.UnicodeScalarView()
        var parser = Unicode.UTF8.ForwardParser()
        var input = bytes.makeIterator()
        var start = bytes.startIndex
        while true {
            switch parser.parseScalar(from: &input) {
            case .valid(let encoded):
                let end = bytes.index(start, offsetBy: encoded.count)
                let scalar = Unicode.UTF8.decode(encoded)
                if escapes.contains(scalar.value) {
                    text.append(contentsOf: bytes[start..<end].lazy.map(escape))
                } else {
                    text.append(scalar)
                }
                start = end
            case .error(let length):
                let end = bytes.index(start, offsetBy: length)
                text.append(contentsOf: bytes[start..<end].lazy.map(escape))
                start = end
            case .emptyInput: return String(text)
            }
        }
    }

    /// The bytes that `text` stands for.
    public static func bytes(of text: String) -> [UInt8] {
        guard text.utf8.contains(lead) else { return Array(text.utf8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if escapes.contains(scalar.value) {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return bytes
    }

    /// The text with `\xNN` for bytes that are no UTF-8 and for what would move or hide text on a
    /// terminal: control characters, and the invisible ones that turn the direction of writing.
    public static func printable(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if escapes.contains(scalar.value) {
                shown += hexadecimal(UInt8(truncatingIfNeeded: scalar.value))
            } else if isPrintable(scalar) {
                shown.unicodeScalars.append(scalar)
            } else {
                let bytes = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                shown += bytes.map(hexadecimal).joined()
            }
        }
        return shown
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func escape(_ byte: UInt8) -> Unicode.Scalar {
        Unicode.Scalar(escapeBase + UInt32(byte)) ?? "\u{FFFD}"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16, uppercase: true)
    }
}
