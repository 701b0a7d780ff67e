import ArgumentParser
import Curation
import CurationCore
import Foundation

/// Who changes something, and why, for the log.
struct EditOptions: ParsableArguments {
    @Option(help: "Who does it, for the log.") var author = NSUserName()
    @Option(name: [.customShort("m"), .long], help: "Why: a few words, for the log.")
    var message = ""
}

extension Sample {
    /// Prints which picture it is.
    func show(json: Bool) throws {
        struct Line: Encodable {
            let id: Sample.ID
            let path: String
        }
        if json { return try Terminal.show(json: Line(id: id, path: path)) }
        Terminal.show("\(id)\t\(path.printable)")
    }
}

extension EditReport {
    /// Prints what was done.
    func show(_ what: String, json: Bool) throws {
        if json { return try Terminal.show(json: self) }
        guard let batch else { return Terminal.show("Nothing differs from what is.") }
        Terminal.show("\(changed) \(what), as \(batch); `winnow undo \(batch)` takes it back.")
    }
}

/// `winnow label`.
struct LabelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label",
        abstract: "Give pictures labels without a review, or take their labels away.",
        discussion: """
            A file has one picture a line, as `winnow labels --json` prints them: what it
            says of a picture replaces all its labels. CSV with a column `label` and one of
            path, file_name or sha256 is read too.

            Examples:
              winnow label IMG_0042.jpg IMG_0043.jpg --as cat -d ~/cats
              winnow label 17 --none -m "cannot be told" -d ~/cats
              winnow label --from labels.jsonl -d ~/cats
            """
    )

    @Argument(help: "The pictures: numbers, paths, file names or SHA-256.")
    var images: [String] = []
    @Option(name: .customLong("as"), help: "The class.") var category: String?
    @Flag(help: "Take the labels away.") var none = false
    @Option(help: "A file of pictures with their labels: JSON Lines, or CSV.") var from: String?
    @OptionGroup var edit: EditOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let ways = [category != nil, none, from != nil].count { $0 }
        guard ways == 1, (from == nil) == !images.isEmpty else {
            throw ValidationError("name pictures with --as CLASS or --none, or give --from FILE")
        }
    }

    func run() throws {
        let stage = LabelStage(dataset: try global.open())
        let wanted: [LabeledSample]
        if let from {
            wanted = try stage.labels(in: URL(filePath: from))
        } else {
            let labels = category.map { [Label.classification(category: $0)] } ?? []
            wanted = try stage.images(images).map { LabeledSample(sample: $0, labels: labels) }
        }
        let report = try stage.set(
            wanted,
            author: "reviewer:\(edit.author)",
            message: edit.message
        )
        try report.show("pictures labelled", json: global.json)
    }
}

/// `winnow remove`.
struct RemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take pictures out of the data set, or back in; their labels wait for them.",
        discussion: """
            Files stay where they are, and versions as they were. To erase a picture from
            every version there is `winnow forget`.

            Examples:
              winnow remove blurred.jpg -m "out of focus" -d ~/cats
              winnow remove --back 17 -d ~/cats
            """
    )

    @Argument(help: "The pictures: numbers, paths, file names or SHA-256.") var images: [String]
    @Flag(help: "Take them back in.") var back = false
    @Flag(help: "Only say which pictures these are.") var dryRun = false
    @OptionGroup var edit: EditOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = LabelStage(dataset: try global.open())
        let samples = try stage.images(images, includingRemoved: back)
        if dryRun { return try samples.forEach { try $0.show(json: global.json) } }
        let report = try stage.setMembership(
            of: samples.map(\.id),
            isPresent: back,
            author: edit.author,
            message: edit.message
        )
        try report.show(back ? "pictures are back" : "pictures taken out", json: global.json)
    }
}
