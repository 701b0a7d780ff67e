import ArgumentParser
import Curation
import CurationCore
import Foundation

/// A version as `--json` prints it.
struct VersionDocument: Encodable {
    let version: ContentDigest
    let id: ContentDigest
    let parents: [ContentDigest]
    let names: [String]
    let author: String
    let at: Timestamp
    let message: String
    let images: Int
    let annotations: Int
    let categories: [String]
    let lineage: [String: String]

    init(_ version: Version, names: [(name: String, version: ContentDigest)]) {
        self.version = version.content
        id = version.id
        parents = version.parents
        self.names = names.filter { $0.version == version.id }.map(\.name)
        author = version.author
        at = version.at
        message = version.message
        images = version.images
        annotations = version.annotations
        categories = version.categories
        lineage = version.lineage
    }

    /// One line for people.
    var line: String {
        let tags = names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
        return "\(id.hex.prefix(12))\(tags)  \(at.description.prefix(16))  \(author)  "
            + "\(images) pictures, \(annotations) labels  \(message.printable)"
    }
}

/// `winnow commit`.
struct CommitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commit",
        abstract: "Keep the labels of now as a version that never changes.",
        discussion: """
            `version` is the digest of pictures, labels and classes, the same on any
            machine; `id` covers parents, author, time, message and lineage too. Either
            names the version.

            Example:
              winnow commit -d ~/cats -m "first pass" --tag v1
            """
    )

    @Option(name: [.customShort("m"), .long], help: "Why: a few words.")
    var message: String

    @Option(help: "A name for the version that never moves, such as v1.")
    var tag: String?

    @Option(help: "Who commits.")
    var author = NSUserName()

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        let version = try stage.commit(message: message, author: author, tag: tag)
        let document = VersionDocument(version, names: try stage.names())
        try Terminal.show(document, json: global.json, or: document.line)
    }
}

/// `winnow log`.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "List the versions, newest first.",
        discussion: """
            Example:
              winnow log -d ~/cats
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        let names = try stage.names()
        let versions = try stage.log().map { VersionDocument($0, names: names) }
        for version in versions {
            try Terminal.show(version, json: global.json, or: version.line)
        }
        if versions.isEmpty, !global.json {
            Terminal.show("No versions yet: `winnow commit -m MESSAGE` makes one.")
        }
    }
}

/// `winnow show`.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a version: what it holds and what made it.",
        discussion: """
            Example:
              winnow show HEAD -d ~/cats
            """
    )

    @Argument(help: "A tag, HEAD, HEAD~1, or the beginning of an id.")
    var version = "HEAD"

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        let found = try stage.version(named: version)
        let document = VersionDocument(found, names: try stage.names())
        guard !global.json else { return try Terminal.show(json: document) }
        Terminal.show(document.line)
        Terminal.show("version  \(found.content)")
        Terminal.show("id       \(found.id)")
        for parent in found.parents { Terminal.show("parent   \(parent)") }
        for (key, value) in found.lineage.sorted(by: { $0.key < $1.key }) {
            Terminal.show("made by  \(key) = \(value)")
        }
        var counts: [String: Int] = [:]
        for sample in try stage.content(of: found) {
            for label in sample.labels { counts[label.category, default: 0] += 1 }
        }
        for name in found.categories {
            Terminal.show("class    \(name.printable)  \(counts[name] ?? 0)")
        }
    }
}

/// `winnow diff`.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what differs between two versions, or a version and the labels of now.",
        discussion: """
            Examples:
              winnow diff v1 v2 -d ~/cats
              winnow diff HEAD -d ~/cats          what is not committed yet
              winnow diff v1 --with labels.jsonl -d ~/cats
            """
    )

    @Argument(help: "The version before.")
    var before: String

    @Argument(help: "The version after (default: the labels of now).")
    var after: String?

    @Option(help: "Compare with the labels in this file: JSON Lines, or CSV.")
    var with: String?

    @Flag(help: "Print how many differences of each kind there are, and no more.")
    var summary = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard after == nil || with == nil else {
            throw ValidationError("compare with a version or with a file, not both")
        }
    }

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        let from = try stage.version(named: before)
        let changes =
            if let with {
                try stage.diff(from: from, to: URL(filePath: with))
            } else {
                try stage.diff(from: from, to: try after.map { try stage.version(named: $0) })
            }
        let counts = Dictionary(changes.map { ($0.change, 1) }, uniquingKeysWith: +)
        if summary, global.json { return try Terminal.show(json: counts) }
        for change in changes where !summary {
            try Terminal.show(change, json: global.json, or: change.line)
        }
        guard !global.json else { return }
        let text = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        Terminal.show(
            "\(changes.count) differences" + (text.isEmpty ? "" : ": ")
                + text.joined(separator: ", ")
        )
    }
}

extension VersionChange {
    /// One line for people.
    var line: String {
        if let category {
            let after = renamed.map { " -> \($0.printable)" } ?? ""
            return "\(change)\t\(category.printable)\(after)"
        }
        let before = before?.category.printable ?? "-"
        let after = after?.category.printable ?? "-"
        let overlap = iou.map { "\tIoU \($0.rounded(to: 2))" } ?? ""
        return "\(change)\t\((path ?? "").printable)\t\(before) -> \(after)\(overlap)"
    }
}

/// `winnow tag`.
struct TagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag",
        abstract: "Give a version a name that never moves.",
        discussion: """
            Example:
              winnow tag v1 HEAD -d ~/cats
            """
    )

    @Argument(help: "The name.") var name: String
    @Argument(help: "The version.") var version = "HEAD"
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        let found = try stage.version(named: version)
        try stage.tag(name, found)
        let document = VersionDocument(found, names: try stage.names())
        try Terminal.show(document, json: global.json, or: document.line)
    }
}
