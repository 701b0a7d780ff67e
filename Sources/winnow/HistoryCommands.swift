import ArgumentParser
import Curation
import CurationCore
import Foundation

/// `winnow history`.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List what was done, newest first: the batches that can be undone.",
        discussion: """
            Every import, prediction, decision, change of classes and so on is one batch of
            the log. With --json one document a line.

            Example:
              winnow history --limit 20 -d ~/cats
            """
    )

    @Option(help: "How many.") var limit = 50
    @OptionGroup var global: GlobalOptions

    func run() throws {
        for batch in try HistoryStage(dataset: try global.open()).batches(limit: limit) {
            try Terminal.show(batch, json: global.json, or: batch.line)
        }
    }
}

extension Batch {
    /// One line for people.
    var line: String {
        let notes = [
            labels > 0 ? "\(labels) labels" : nil, undoes.map { "undoes \($0)" },
            undoneBy.map { "undone by \($0)" }, message?.printable,
        ].compactMap(\.self)
        return "\(batch)  \(at.prefix(16))  \(kind)  \(author.printable)  "
            + notes.joined(separator: ", ")
    }
}

/// `winnow undo`.
struct UndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract:
            "Take something back: a decision, a bulk accept, a change of classes or fields, an import.",
        discussion: """
            Without a batch the newest one that stands, but for switches. What something newer
            changed is left as it is, and counted. Undoing is a batch of its own: `winnow redo`
            takes it back. To undo a switch goes back to the branch that was left, with what
            was left behind there.

            Examples:
              winnow undo -d ~/cats
              winnow undo b-17 -d ~/cats
            """
    )

    @Argument(help: "The batch, as `winnow history` lists it.") var batch: String?
    @OptionGroup var edit: EditOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = HistoryStage(dataset: try global.open())
        let report = try stage.undo(batch, author: edit.author, message: edit.message)
        try report.show("undone", json: global.json)
    }
}

/// `winnow redo`.
struct RedoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redo",
        abstract: "Do again what was undone.",
        discussion: """
            Without a batch the one that was undone last.

            Example:
              winnow redo b-17 -d ~/cats
            """
    )

    @Argument(help: "The batch that was undone.") var batch: String?
    @OptionGroup var edit: EditOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = HistoryStage(dataset: try global.open())
        let report = try stage.redo(batch, author: edit.author, message: edit.message)
        try report.show("done again", json: global.json)
    }
}

extension UndoReport {
    fileprivate func show(_ verb: String, json: Bool) throws {
        guard !json else { return try Terminal.show(json: self) }
        let left = skipped > 0 ? "; \(skipped) were left, something newer changed them" : ""
        Terminal.show("\(undone) \(verb), as \(batch): \(restored) restored\(left).")
        if let branch { Terminal.show("On branch \(branch).") }
    }
}

/// `winnow blame`.
struct BlameCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blame",
        abstract: "Show who gave a picture each of its labels, when, and in which version.",
        discussion: """
            Each label with all that it was, newest first.

            Example:
              winnow blame IMG_0042.jpg -d ~/cats
            """
    )

    @Argument(help: "The picture: its number, path, file name or SHA-256.") var image: String
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let dataset = try global.open()
        let sample = try LabelStage(dataset: dataset).image(image, includingRemoved: true)
        let lines = try HistoryStage(dataset: dataset).blame(sample.id)
        for line in lines {
            try Terminal.show(line, json: global.json, or: line.words)
        }
        if lines.isEmpty, !global.json { Terminal.show("The picture never had a label.") }
    }
}

extension BlameLine {
    /// One line for people.
    var words: String {
        let version = version.map { String($0.hex.prefix(12)) } ?? "not committed"
        return "\(annotation)  \(state)  \(label.category.printable)  \(source.printable)  "
            + "\(by.at.prefix(16))  \(by.batch) \(by.kind)  \(version)"
    }
}

/// `winnow why`.
struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Show where a label comes from: model, score, reviewer, decision, changes.",
        discussion: """
            With --json one document; --prov prints it as W3C PROV-JSON.

            Example:
              winnow why a-17 -d ~/cats
            """
    )

    @Argument(help: "The label, as `winnow labels --json` and `winnow blame` name it.")
    var annotation: String
    @Flag(help: "Print W3C PROV-JSON.") var prov = false
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let lineage = try HistoryStage(dataset: try global.open()).why(annotation)
        if prov { return try Terminal.show(json: ProvenanceDocument(of: [lineage])) }
        guard !global.json else { return try Terminal.show(json: lineage) }
        for step in lineage.chain {
            Terminal.show(step.revision.words)
            guard let review = step.review else { continue }
            let together = review.images > 1 ? ", \(review.images) pictures together" : ""
            Terminal.show(
                "  \(review.item): \(review.reviewer.printable) was asked (\(review.reason.rawValue)"
                    + "\(together)) and said \(review.decision.rawValue), \(review.at.prefix(16))"
            )
            for proposal in review.proposals {
                Terminal.show(
                    "    proposed: \(proposal.label.printable), score "
                        + "\(proposal.score.rounded(to: 2)), by \(proposal.source.printable)"
                )
            }
            for model in review.models {
                Terminal.show("    \(model.model) of \(model.at.prefix(16)):")
                for (key, value) in model.parameters.sorted(by: { $0.key < $1.key }) {
                    Terminal.show("      \(key) = \(value.printable)")
                }
            }
        }
    }
}
