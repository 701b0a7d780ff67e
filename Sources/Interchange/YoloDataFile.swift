/// The `data.yaml` of a YOLO data set: where its pictures are.
///
/// Of YAML the part is read that these files use: names at the start of a line, texts with or
/// without quotes, and lists. Names other than those below are passed over with what belongs to
/// them.
package struct YoloDataFile: Sendable, Equatable {
    /// The folder that the other paths start from; nil when the file does not say.
    package private(set) var root: String?
    /// Folders of pictures, or lists of paths, in the order of `train`, `val`, `test`.
    package private(set) var images: [ImageReference] = []

    /// Reads a file.
    ///
    /// - Throws: `InterchangeError.badYAML` with the line.
    package init(_ bytes: [UInt8]) throws(InterchangeError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .badYAML(line: 1, reason: "it is not UTF-8")
        }
        var found: [String: [ImageReference]] = [:]
        var key = ""
        let lines = text.unicodeScalars.split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        for (index, line) in lines.enumerated() {
            let line = YAMLLine(String(String.UnicodeScalarView(line)), number: index + 1)
            guard !line.isBlank else { continue }
            if let element = line.element {
                guard Self.keys.contains(key) else { continue }
                found[key, default: []] += try line.values(in: element)
            } else if !line.isIndented {
                let (name, rest) = try line.member()
                key = name
                guard Self.keys.contains(key) else { continue }
                guard found[key] == nil else { throw line.error("'\(key)' is there twice") }
                found[key] = try line.values(in: rest)
            } else if Self.keys.contains(key) {
                throw line.error("'\(key)' is neither a text nor a list of texts")
            }
        }
        root = found["path"]?.first.map { String(decoding: $0.name, as: UTF8.self) }
        for key in ["train", "val", "test"] { images += found[key] ?? [] }
        guard !images.isEmpty else {
            throw .badYAML(line: 1, reason: "it has none of 'train', 'val', 'test'")
        }
    }

    private static let keys: Set = ["path", "train", "val", "test"]
}

/// One line of such a file.
private struct YAMLLine {
    private let text: String
    private let number: Int

    init(_ text: String, number: Int) {
        var text = Substring(text)
        if number == 1, text.unicodeScalars.first == "\u{FEFF}" {
            text.unicodeScalars.removeFirst()
        }
        if text.unicodeScalars.last == "\r" { text.unicodeScalars.removeLast() }
        self.text = String(text)
        self.number = number
    }

    func error(_ reason: String) -> InterchangeError { .badYAML(line: number, reason: reason) }

    var isBlank: Bool {
        let rest = Self.trimmed(text[...])
        return rest.isEmpty || rest.hasPrefix("#") || rest == "---" || rest.hasPrefix("%")
    }

    var isIndented: Bool { text.hasPrefix(" ") || text.hasPrefix("\t") }

    /// What follows the dash of an element of a list.
    var element: Substring? {
        let rest = Self.trimmed(text[...])
        return rest == "-" || rest.hasPrefix("- ") ? Self.trimmed(rest.dropFirst()) : nil
    }

    func member() throws(InterchangeError) -> (name: String, rest: Substring) {
        guard let colon = text.firstIndex(of: ":") else { throw error("a colon is missing") }
        let rest = text[text.index(after: colon)...]
        guard rest.isEmpty || rest.first == " " || rest.first == "\t" else {
            throw error("a space is missing after the colon")
        }
        let name = Self.trimmed(text[..<colon])
        return (name.filter { $0 != "\"" && $0 != "'" }, Self.trimmed(rest))
    }

    /// The texts of a value: one, those of a list in brackets, or none when nothing stands there.
    func values(in value: Substring) throws(InterchangeError) -> [ImageReference] {
        guard let first = value.first, first != "#" else { return [] }
        if first == "[" {
            var rest = Self.trimmed(value.dropFirst())
            var all: [ImageReference] = []
            while rest.first != "]" {
                let (text, after) = try scalar(rest, isInList: true)
                all.append(text)
                rest = Self.trimmed(after)
                if rest.first == "," {
                    rest = Self.trimmed(rest.dropFirst())
                } else if rest.first != "]" {
                    throw error("a list in brackets must end on its line")
                }
            }
            try checkEnd(rest.dropFirst())
            return all
        }
        let (text, rest) = try scalar(value, isInList: false)
        try checkEnd(rest)
        return [text]
    }

    private func checkEnd(_ rest: Substring) throws(InterchangeError) {
        let rest = Self.trimmed(rest)
        guard rest.isEmpty || rest.hasPrefix("#") else {
            throw error("'\(rest)' follows the value")
        }
    }

    private func scalar(
        _ value: Substring,
        isInList: Bool
    ) throws(InterchangeError) -> (ImageReference, rest: Substring) {
        guard let first = value.first else {
            throw error("a list in brackets must end on its line")
        }
        if first == "'" || first == "\"" {
            guard let end = value.dropFirst().firstIndex(of: first) else {
                throw error("a quote is never closed")
            }
            let inner = value[value.index(after: value.startIndex)..<end]
            let rest = value[value.index(after: end)...]
            guard rest.first != first, first == "'" || !inner.contains("\\") else {
                throw error("quotes and backslashes inside of quotes are not read")
            }
            return (reference(inner), rest)
        }
        guard !"&*!|>%@`{".contains(first) else {
            throw error("a value that starts with '\(first)' is not read: write a text or a list")
        }
        var end = value.startIndex
        while end < value.endIndex {
            if isInList, ",]".contains(value[end]) { break }
            if value[end] == "#", end > value.startIndex, value[value.index(before: end)] == " " {
                break
            }
            end = value.index(after: end)
        }
        let text = Self.trimmed(value[..<end])
        guard !text.isEmpty else { throw error("a value is missing") }
        return (reference(text), value[end...])
    }

    private func reference(_ text: Substring) -> ImageReference {
        ImageReference(name: Array(text.utf8), number: number)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
