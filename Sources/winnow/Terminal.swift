import CurationCore
import Foundation

/// Where results and messages go.
enum Terminal {
    /// Whether standard error is a terminal that a bar can be drawn on.
    static let hasBar = isatty(STDERR_FILENO) == 1

    /// Whether colour may be used: a terminal, and `NO_COLOR` not set.
    static let hasColor =
        isatty(STDOUT_FILENO) == 1
        && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    /// Prints a line for people on standard error.
    static func say(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
    }

    /// Prints a line of results on standard output.
    static func show(_ text: String) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data("\(text)\n".utf8))
        } catch {
            say("winnow: cannot write to standard output: make room or choose another place")
            exit(74)
        }
    }

    /// Prints one JSON document on one line.
    static func show(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        show(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Prints `value` as JSON, or `words` for people.
    static func show(
        _ value: some Encodable,
        json: Bool,
        or words: @autoclosure () -> String
    ) throws {
        if json { try show(json: value) } else { show(words()) }
    }

    /// `text` in bold where colour may be used.
    static func bold(_ text: String) -> String {
        hasColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    }
}

extension String {
    /// The text on one line, without what a terminal would take for a command.
    var printable: String { PathText.printable(self) }
}

extension Double {
    /// The number with so many digits behind the point.
    func rounded(to digits: Int) -> String { String(format: "%.\(digits)f", self) }

    /// The share as a percentage with one digit.
    var percent: String { "\((self * 100).rounded(to: 1)) %" }
}
