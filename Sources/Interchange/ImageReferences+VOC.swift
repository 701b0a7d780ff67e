extension ImageReferences {
    /// The `filename` of a Pascal VOC file.
    ///
    /// Entities that a document declares itself are not read, so nothing outside of it ever is.
    ///
    /// - Throws: `InterchangeError.badXML` with the line.
    package static func voc(_ bytes: [UInt8]) throws(InterchangeError) -> ImageReference {
        var reader = XMLReader(bytes)
        var names: [[UInt8]] = []
        try reader.read { path, text in
            if path == ["annotation", "filename"] { names.append(text) }
        }
        guard names.count == 1, let name = names.first, !name.isEmpty else {
            throw .badXML(line: 1, reason: "it has no 'annotation' with one 'filename'")
        }
        return ImageReference(name: name, number: 1)
    }
}

/// Reads the texts of a small XML document: elements, text, CDATA, comments, the five entities that
/// XML has of its own and characters by number.
private struct XMLReader {
    private static let deepest = 64
    private static let entities: [String: UInt8] = [
        "amp": UInt8(ascii: "&"), "lt": UInt8(ascii: "<"), "gt": UInt8(ascii: ">"),
        "quot": UInt8(ascii: "\""), "apos": UInt8(ascii: "'"),
    ]

    private let bytes: [UInt8]
    private var position: Int
    private var path: [String] = []
    private var text: [UInt8] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Calls `body` with the names down to each element, and its own text, when the element ends.
    mutating func read(
        _ body: ([String], [UInt8]) -> Void
    ) throws(InterchangeError) {
        var isDone = false
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else {
                try readText(isInside: !path.isEmpty)
                continue
            }
            if starts(with: "<!--") {
                try skip(past: "-->")
            } else if starts(with: "<?") {
                try skip(past: "?>")
            } else if starts(with: "<![CDATA["), !path.isEmpty {
                let start = position + 9
                try skip(past: "]]>")
                text.append(contentsOf: bytes[start..<(position - 3)])
            } else if starts(with: "<!") {
                throw error("document types are not read: take the line out")
            } else if starts(with: "</") {
                // Spaces may be part of a name, unless the text was put on lines of its own.
                body(path, text.first == 0x0A || text.first == 0x0D ? Self.trimmed(text) : text)
                try readEnd()
                isDone = path.isEmpty
            } else {
                guard !isDone else { throw error("something follows the end") }
                let isEmpty = try readStart()
                if isEmpty { path.removeLast() }
                isDone = path.isEmpty
            }
        }
        guard isDone else { throw error("it ends early") }
    }

    private var line: Int { 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0A } }

    private func error(_ reason: String) -> InterchangeError {
        .badXML(line: line, reason: reason)
    }

    private func starts(with mark: String) -> Bool { bytes[position...].starts(with: mark.utf8) }

    private mutating func skip(past mark: String) throws(InterchangeError) {
        while position < bytes.count {
            if starts(with: mark) {
                position += mark.utf8.count
                return
            }
            position += 1
        }
        throw error("'\(mark)' is missing")
    }

    private mutating func readText(isInside: Bool) throws(InterchangeError) {
        let byte = bytes[position]
        let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
        guard isInside || isSpace else { throw error("text stands outside of all elements") }
        guard byte == UInt8(ascii: "&") else {
            text.append(byte)
            position += 1
            return
        }
        let name = bytes[(position + 1)...].prefix(12).prefix { $0 != UInt8(ascii: ";") }
        position += name.count + 2
        let entity = String(decoding: name, as: UTF8.self)
        if let plain = Self.entities[entity] {
            text.append(plain)
            return
        }
        guard position <= bytes.count, entity.hasPrefix("#") else {
            throw error("the entity '&\(entity)' is unknown")
        }
        let isHexadecimal = entity.hasPrefix("#x")
        let code = UInt32(entity.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10)
        guard let code, code > 0, let scalar = Unicode.Scalar(code),
            let encoded = UTF8.encode(scalar)
        else { throw error("the character '&\(entity)' does not exist") }
        text.append(contentsOf: encoded)
    }

    // Reads `<name …>` or `<name …/>`; whether the element is empty.
    private mutating func readStart() throws(InterchangeError) -> Bool {
        guard path.count < Self.deepest else {
            throw error("it is nested more than \(Self.deepest) deep")
        }
        let start = position + 1
        var quote: UInt8?
        position = start
        while position < bytes.count {
            let byte = bytes[position]
            if byte == quote {
                quote = nil
            } else if quote == nil {
                if byte == UInt8(ascii: ">") { break }
                if byte == UInt8(ascii: "<") { throw error("'>' is missing") }
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { quote = byte }
            }
            position += 1
        }
        guard position < bytes.count else { throw error("'>' is missing") }
        let tag = bytes[start..<position]
        position += 1
        let name = tag.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
        guard !name.isEmpty else { throw error("an element has no name") }
        path.append(String(decoding: name, as: UTF8.self))
        text = []
        return tag.last == UInt8(ascii: "/")
    }

    private mutating func readEnd() throws(InterchangeError) {
        let start = position + 2
        try skip(past: ">")
        let name = String(
            decoding: Self.trimmed(Array(bytes[start..<(position - 1)])),
            as: UTF8.self
        )
        guard path.popLast() == name else { throw error("'</\(name)>' ends nothing") }
        text = []
    }

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        return Array(Array(text.drop(while: isSpace).reversed()).drop(while: isSpace).reversed())
    }
}
