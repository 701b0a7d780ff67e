/// Reads JSON from its start to its end without building a tree, and refuses what is nested deeply.
struct JSONReader {
    // No annotation format nests more than ten deep.
    private static let deepest = 512

    private let bytes: [UInt8]
    private var position: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The first byte of the next value; nil at the end.
    mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case let byte: return byte
            }
        }
        return nil
    }

    /// Makes sure that nothing follows.
    mutating func end() throws(InterchangeError) {
        guard peek() == nil else { throw error("something follows the end") }
    }

    /// Reads an object, calling `body` with each name; `body` reads the value.
    mutating func object(
        _ body: (inout Self, [UInt8]) throws(InterchangeError) -> Void
    ) throws(InterchangeError) {
        try take("{")
        if peek() == UInt8(ascii: "}") {
            position += 1
            return
        }
        repeat {
            let name = try string()
            try take(":")
            try body(&self, name)
        } while try continues(until: "}")
    }

    /// Reads an array, calling `body` before each element with its number from 0; `body` reads it.
    mutating func array(
        _ body: (inout Self, Int) throws(InterchangeError) -> Void
    ) throws(InterchangeError) {
        try take("[")
        if peek() == UInt8(ascii: "]") {
            position += 1
            return
        }
        var index = 0
        repeat {
            try body(&self, index)
            index += 1
        } while try continues(until: "]")
    }

    /// Reads a string: the bytes that it stands for.
    mutating func string() throws(InterchangeError) -> [UInt8] {
        try take("\"")
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"): try appendEscape(to: &text)
            case 0..<0x20: throw error("a control character stands in a string")
            default: text.append(byte)
            }
        }
        throw error("a string is never closed")
    }

    /// Passes over a value of any kind.
    mutating func skip() throws(InterchangeError) {
        var closers: [UInt8] = []
        repeat {
            if try opens(&closers) { continue }
            while let closer = closers.last {
                let byte = peek()
                if byte == UInt8(ascii: ",") {
                    position += 1
                    if closer == UInt8(ascii: "}") { try skipName() }
                    break
                }
                guard byte == closer else { throw error("a comma or a bracket is missing") }
                position += 1
                closers.removeLast()
            }
        } while !closers.isEmpty
    }

    func error(_ reason: String) -> InterchangeError { .badJSON(byte: position, reason: reason) }

    // Goes into an array or object that is not empty, or passes over any other value.
    private mutating func opens(_ closers: inout [UInt8]) throws(InterchangeError) -> Bool {
        let isObject: Bool
        switch peek() {
        case UInt8(ascii: "{"): isObject = true
        case UInt8(ascii: "["): isObject = false
        case UInt8(ascii: "\""):
            try skipString()
            return false
        default:
            try skipWord()
            return false
        }
        position += 1
        let closer = UInt8(ascii: isObject ? "}" : "]")
        if peek() == closer {
            position += 1
            return false
        }
        guard closers.count < Self.deepest else {
            throw error("it is nested more than \(Self.deepest) deep")
        }
        closers.append(closer)
        if isObject { try skipName() }
        return true
    }

    private mutating func skipName() throws(InterchangeError) {
        guard peek() == UInt8(ascii: "\"") else { throw error("a name is missing") }
        try skipString()
        try take(":")
    }

    private mutating func skipString() throws(InterchangeError) {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        position = bytes.count
        throw error("a string is never closed")
    }

    // A number or one of the three words; some writers put NaN and Infinity.
    private mutating func skipWord() throws(InterchangeError) {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                position += 1
                continue
            default: break
            }
            break
        }
        guard position > start else { throw error("a value is missing") }
    }

    private mutating func take(_ mark: Unicode.Scalar) throws(InterchangeError) {
        guard peek() == UInt8(ascii: mark) else { throw error("'\(mark)' is missing") }
        position += 1
    }

    private mutating func continues(until closer: Unicode.Scalar) throws(InterchangeError) -> Bool {
        let byte = peek()
        guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: closer) else {
            throw error("',' or '\(closer)' is missing")
        }
        position += 1
        return byte == UInt8(ascii: ",")
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(InterchangeError) {
        guard position < bytes.count else { throw error("a string is never closed") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "u"): try appendScalar(to: &text)
        default: throw error("an escape is unknown")
        }
    }

    private mutating func appendScalar(to text: inout [UInt8]) throws(InterchangeError) {
        var code = try codeUnit()
        let low = UInt8(ascii: "\\")
        if (0xD800..<0xDC00).contains(code), position + 1 < bytes.count, bytes[position] == low,
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let second = try codeUnit()
            guard (0xDC00..<0xE000).contains(second) else { throw error("half a character") }
            code = 0x10000 + (code - 0xD800) << 10 + (second - 0xDC00)
        }
        // Python writes bytes of file names that are no UTF-8 in this way.
        if (0xDC80...0xDCFF).contains(code) {
            text.append(UInt8(code - 0xDC00))
            return
        }
        guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else {
            throw error("half a character")
        }
        text.append(contentsOf: encoded)
    }

    private mutating func codeUnit() throws(InterchangeError) -> UInt32 {
        let digits = bytes[position..<min(position + 4, bytes.count)]
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("an escape is not four hexadecimal digits") }
        position += 4
        return code
    }
}
