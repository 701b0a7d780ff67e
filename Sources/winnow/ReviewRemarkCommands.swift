import ArgumentParser
import Curation
import CurationCore
import Foundation

/// `winnow review flag`.
struct ReviewFlagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flag",
        abstract: "Flag pictures that are to be looked at again.",
        discussion: """
            A flag changes no label. `winnow review remarks` lists what is flagged.

            Example:
              winnow review flag img/017.jpg -d ~/cats
            """
    )

    /// What `--json` prints.
    struct Outcome: Encodable { let changed: Int }

    @Argument(help: "Pictures: numbers, paths or beginnings of SHA-256.") var images: [String]
    @Flag(help: "Take the flags away.") var remove = false
    @Option(help: "Who says so.") var reviewer = NSUserName()
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let dataset = try global.open()
        let samples = try LabelStage(dataset: dataset).images(images).map(\.id)
        let stage = RemarkStage(dataset: dataset)
        let changed = try stage.flag(samples, isOn: !remove, by: reviewer)
        try Terminal.show(
            Outcome(changed: changed),
            json: global.json,
            or: "\(changed) \(remove ? "no longer flagged" : "flagged")"
        )
    }
}

/// `winnow review comment`.
struct ReviewCommentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "comment",
        abstract: "Say something about a picture.",
        discussion: """
            Example:
              winnow review comment img/017.jpg "two cats, or a mirror?" -d ~/cats
            """
    )

    @Argument(help: "The picture: its number, path or beginning of its SHA-256.") var image: String
    @Argument(help: "What there is to say.") var text: String
    @Option(help: "Who says so.") var reviewer = NSUserName()
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let dataset = try global.open()
        let sample = try LabelStage(dataset: dataset).image(image)
        let comment = try RemarkStage(dataset: dataset)
            .comment(text, on: sample.id, by: reviewer)
        try Terminal.show(comment, json: global.json, or: "kept")
    }
}

/// `winnow review remarks`.
struct ReviewRemarksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remarks",
        abstract: "List what is flagged, and what people said about pictures.",
        discussion: """
            Example:
              winnow review remarks --json -d ~/cats
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() throws {
        for one in try RemarkStage(dataset: try global.open()).remarks() {
            let flag = one.flaggedBy.map { ["flagged by \($0.printable)"] } ?? []
            let said = one.comments.map { "\($0.reviewer.printable): \($0.text.printable)" }
            try Terminal.show(
                one,
                json: global.json,
                or: (["\(one.id)  \(one.path.printable)"] + (flag + said).map { "    \($0)" })
                    .joined(separator: "\n")
            )
        }
    }
}
