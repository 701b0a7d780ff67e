import ArgumentParser
import Curation
import CurationCore
import Foundation
import Logging
import ReviewServer

/// `winnow review` and what is below it.
struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Review proposed labels: on a local page, or by commands.",
        discussion: """
            Without a further word it serves the page on 127.0.0.1 and prints its
            address.

            Examples:
              winnow review -d ~/cats
              winnow review next --limit 5 --json -d ~/cats
              winnow review undo -d ~/cats
            """,
        subcommands: [
            ReviewServeCommand.self, ReviewNextCommand.self, ReviewDecideCommand.self,
            ReviewUndoCommand.self, ReviewStatusCommand.self, ReviewReplayCommand.self,
            ReviewPolicyCommand.self, ReviewKnownCommand.self, ReviewAssignCommand.self,
            ReviewReviewersCommand.self, ReviewFlagCommand.self, ReviewCommentCommand.self,
            ReviewRemarksCommand.self,
        ],
        defaultSubcommand: ReviewServeCommand.self
    )
}

/// `winnow review next`.
struct ReviewNextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Lease the next items, planned from the latest decisions.",
        discussion: """
            One review item a line. There may be fewer than asked for where it pays to
            learn from their outcome first: decide them and ask again. None means that
            nothing is left.

            Example:
              winnow review next --limit 5 --json -d ~/cats
            """
    )

    @Option(help: "The most items.") var limit = 1
    @Option(help: "Who reviews.") var reviewer = NSUserName()
    @Flag(help: "Offer again what this reviewer skipped.") var skipped = false
    @Option(
        help: "In which order to ask: saving (what saves most time), margin (least sure) or random."
    )
    var strategy = ReviewStrategy.saving
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is a number above 0") }
    }

    func run() throws {
        let items = try ReviewStage(dataset: try global.open()).next(
            limit: limit,
            reviewer: reviewer,
            includingSkipped: skipped,
            strategy: strategy
        )
        for item in items {
            let best =
                item.predictions.first.map { "\($0.label.printable) \($0.score.percent)" } ?? "?"
            let what = item.image?.path.printable ?? "\(item.size ?? 0) pictures"
            try Terminal.show(
                item,
                json: global.json,
                or: "\(item.item)  \(item.reason.rawValue)  \(best)  \(what)"
            )
        }
        if items.isEmpty, !global.json { Terminal.show("Nothing is left to decide.") }
    }
}

/// `winnow review decide`.
struct ReviewDecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Take decisions from standard input, JSON Lines.",
        discussion: """
            Sending a decision twice counts once. Each line is answered by one: item,
            status (decided, repeated, conflict, expired, invalid). Exits with 1 when
            one was not taken.

            Example:
              echo '{"item":"r-1","lease":"…","reviewer":"r1","decision":"accept"}' |
                winnow review decide -d ~/cats
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = ReviewStage(dataset: try global.open())
        var isRefused = false
        var number = 0
        while let line = readLine() {
            number += 1
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            let submission: ReviewSubmission
            do {
                submission = try JSONDecoder().decode(ReviewSubmission.self, from: Data(line.utf8))
            } catch {
                throw CurationError.badData(
                    "line \(number) is no decision: \(Self.words(error)); the lines before are taken"
                )
            }
            for result in try stage.decide([submission]) {
                if result.status != .decided, result.status != .repeated { isRefused = true }
                if global.json {
                    try Terminal.show(json: result)
                } else {
                    let message = result.message.map { ": \($0)" } ?? ""
                    Terminal.show("\(result.item)  \(result.status.rawValue)\(message)")
                }
            }
        }
        if isRefused { throw ExitCodes.finding }
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "it lacks '\(key.stringValue)'"
        case DecodingError.typeMismatch(_, let context),
            DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            context.debugDescription
        default: "\(error)"
        }
    }
}

/// `winnow review undo`.
struct ReviewUndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Take back the newest decisions; the items wait again.",
        discussion: """
            Example:
              winnow review undo --steps 2 --reviewer r1 -d ~/cats
            """
    )

    @Option(help: "Whose decisions (default: anybody's).") var reviewer: String?
    @Option(help: "How many decisions.") var steps = 1
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard steps > 0 else { throw ValidationError("--steps is a number above 0") }
    }

    func run() throws {
        let undone = try ReviewStage(dataset: try global.open()).undo(
            reviewer: reviewer,
            steps: steps
        )
        for one in undone {
            try Terminal.show(
                one,
                json: global.json,
                or: "\(one.item)  taken back: \(one.what.printable)"
            )
        }
        if undone.isEmpty, !global.json { Terminal.show("There is no decision to take back.") }
    }
}

/// `winnow review status`.
struct ReviewStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far the review has come.",
        discussion: """
            Accuracy is how often what was proposed was right when a person looked, with
            the interval that holds it with 95 % confidence.

            Example:
              winnow review status --json -d ~/cats
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let status = try ReviewStage(dataset: try global.open()).status()
        guard !global.json else { return try Terminal.show(json: status) }
        Terminal.show(
            "\(status.decided) decided, \(status.pending) pending, \(status.leased) given out"
        )
        if let all = status.setAccuracy {
            Terminal.show(
                "Right labels in the whole set: likely \(all.estimate.percent), at least "
                    + "\(all.low.percent)."
            )
        }
        if let accuracy = status.accuracy {
            Terminal.show(
                "Proposals were right in \(accuracy.estimate.percent) "
                    + "(\(accuracy.low.percent) to \(accuracy.high.percent)) of the looks."
            )
        }
        if let looks = status.secondLooks, let open = status.adjudications {
            Terminal.show("\(looks) wait for a further opinion, \(open) for an adjudicator.")
        }
        if let flagged = status.flagged, flagged > 0 {
            Terminal.show("\(flagged) flagged: `winnow review remarks` lists them.")
        }
        if let cost = status.cost {
            Terminal.show("Reviewing cost so far: \(cost.percent) of one-by-one labelling.")
        }
    }
}

/// `winnow review replay`.
struct ReviewReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Answer the queue from a file of classes, counting a person's time.",
        discussion: """
            The file is CSV with the columns label and sha256 or path. A picture alone
            counts 2 s, a screen 1 s, each picture on it 0.2 s, each exception 1.5 s;
            the reviewing cost is that time over 2 s a picture.

            Example:
              winnow review replay answers.csv --target 0.99 -d ~/cats
            """
    )

    @Argument(help: "The CSV file.") var answers: String
    @Option(help: "Stop when this share of the pictures is right.") var target = 1.0
    @Option(help: "Who the decisions are by.") var reviewer = "replay"
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (0...1).contains(target) else {
            throw ValidationError("--target is a share from 0 to 1")
        }
    }

    func run() throws {
        let watch = InterruptWatch()
        let bar = global.progress()
        let stage = ReplayStage(
            dataset: try global.open(),
            interruption: watch.interruption,
            report: bar.report
        )
        let report = try stage.run(answers: answers, reviewer: reviewer, target: target)
        guard !global.json else { return try Terminal.show(json: report) }
        Terminal.show(
            "\(report.decisions) decisions (\(report.screens) screens, \(report.singles) alone) for "
                + "\(report.pictures) pictures: \((report.countedSeconds / 60).rounded(to: 1)) min of a "
                + "person's time, \((Double(report.pictures) * 2 / 60).rounded(to: 1)) min one by one."
        )
        Terminal.show("  right   reviewing cost (one by one = right share)")
        for level in [0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99] {
            guard let cost = report.cost(at: level) else { continue }
            let bar = String(repeating: "#", count: Int((cost * 40).rounded()))
            Terminal.show("  \((level * 100).rounded(to: 0)) %    \(cost.rounded(to: 2))  \(bar)")
        }
    }
}
