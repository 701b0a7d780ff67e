import ArgumentParser
import Curation
import CurationCore
import Foundation

/// `winnow review policy`.
struct ReviewPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Show or set how many people look at a picture.",
        discussion: """
            With an overlap of 2 or more, further people are asked about what was decided,
            without seeing what the others said. Once as many have answered, their answers
            settle the label, weighted by how often each of them is right; where they
            settle nothing, an adjudicator is asked, who sees all sides.
            Of things in pictures, marks of one class with an IoU of 0.5 or more mean the
            same thing, and it must be sure of each whether it is there.
            Known pictures (`winnow review known`) are mixed in by the share of
            --honeypots. Without an option it shows the policy.

            Example:
              winnow review policy --overlap 2 --share 0.2 --adjudicator anna -d ~/cats
            """
    )

    @Option(help: "How many people say what a picture is, or what is in it.") var overlap: Int?
    @Option(help: "The share of the pictures that this holds for, 0 to 1.") var share: Double?
    @Option(help: "The share of known pictures among a reviewer's items, 0 to 0.5.")
    var honeypots: Double?
    @Option(help: "From which probability on answers settle a label, or a thing, 0.5 to 1.")
    var certainty: Double?
    @Option(
        parsing: .upToNextOption,
        help: "Who settles what the others do not agree on (default: anybody else)."
    )
    var adjudicator: [String] = []
    @Flag(help: "Anybody who has not answered yet may settle it.") var anyAdjudicator = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (1...99).contains(overlap ?? 1) else {
            throw ValidationError("--overlap is a number from 1 to 99")
        }
        guard (0...1).contains(share ?? 0) else {
            throw ValidationError("--share is a share from 0 to 1")
        }
        guard (0...0.5).contains(honeypots ?? 0) else {
            throw ValidationError("--honeypots is a share from 0 to 0.5")
        }
        guard (0.5...1).contains(certainty ?? 1) else {
            throw ValidationError("--certainty is a probability from 0.5 to 1")
        }
        guard !anyAdjudicator || adjudicator.isEmpty else {
            throw ValidationError("--adjudicator and --any-adjudicator exclude each other")
        }
    }

    func run() throws {
        let stage = TeamStage(dataset: try global.open())
        let before = try stage.policy()
        var policy = before
        if let overlap { policy.overlap = overlap }
        if let share { policy.share = share }
        if let honeypots { policy.honeypots = honeypots }
        if let certainty { policy.certainty = certainty }
        if !adjudicator.isEmpty { policy.adjudicators = adjudicator }
        if anyAdjudicator { policy.adjudicators = [] }
        if policy != before { try stage.set(policy) }
        let names =
            policy.adjudicators.isEmpty ? "anybody" : policy.adjudicators.joined(separator: ", ")
        try Terminal.show(
            policy,
            json: global.json,
            or: policy.overlap == 1
                ? "One person decides every picture; \(policy.honeypots.percent) of the items are known ones."
                : "\(policy.overlap) people look at \(policy.share.percent) of the pictures; "
                    + "settled from \(policy.certainty.percent) on, else by \(names.printable); "
                    + "\(policy.honeypots.percent) of the items are known ones."
        )
    }
}

/// `winnow review known`.
struct ReviewKnownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "known",
        abstract: "Take the classes of pictures for known, to test reviewers by them.",
        discussion: """
            Each reviewer is asked about each of them at most once, like about any other
            picture; the answer changes no label. `winnow review policy --honeypots 0.05`
            says how often. Without pictures it lists those that are known.

            Example:
              winnow review known img/017.jpg img/020.jpg -d ~/cats
            """
    )

    /// One line of `--json`.
    struct Known: Encodable {
        let id: Sample.ID
        let label: String
    }

    @Argument(help: "Pictures with a label: numbers, paths or beginnings of SHA-256.")
    var images: [String] = []
    @Flag(help: "Take them for unknown again.") var remove = false
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let dataset = try global.open()
        let stage = TeamStage(dataset: dataset)
        let samples = try LabelStage(dataset: dataset).images(images)
        if remove {
            try stage.removeKnown(samples.map(\.id))
        } else {
            let without = Set(try stage.addKnown(samples.map(\.id)))
            if let sample = samples.first(where: { without.contains($0.id) }) {
                throw CurationError.badData(
                    "\(sample.path) carries no class that a person stands behind: label it first"
                )
            }
        }
        for (id, label) in try stage.known().sorted(by: { $0.key < $1.key }) {
            try Terminal.show(
                Known(id: id, label: label),
                json: global.json,
                or: "\(id)  \(label.printable)"
            )
        }
    }
}

/// `winnow review assign`.
struct ReviewAssignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign",
        abstract: "Give the pictures of clusters, or with a value in a field, to a reviewer.",
        discussion: """
            What is somebody's is offered to nobody else; what is nobody's, to everybody.
            Without a reviewer it lists whose pictures are whose.

            Examples:
              winnow review assign anna --cluster 3 --cluster 7 -d ~/cats
              winnow review assign ben --field camera=phone -d ~/cats
            """
    )

    @Argument(help: "Whose they are from now on.") var reviewer: String?
    @Option(help: "The number of a cluster.") var cluster: [Int] = []
    @Option(help: "A field and its value, NAME=VALUE.") var field: [String] = []
    @Flag(help: "Take it back.") var remove = false
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard reviewer != nil || (cluster.isEmpty && field.isEmpty) else {
            throw ValidationError("say whose they are: winnow review assign NAME --cluster N")
        }
        guard reviewer == nil || !(cluster.isEmpty && field.isEmpty) else {
            throw ValidationError("say which pictures: --cluster N or --field NAME=VALUE")
        }
        guard field.allSatisfy({ $0.dropFirst().contains("=") }) else {
            throw ValidationError("--field is NAME=VALUE")
        }
    }

    func run() throws {
        let stage = TeamStage(dataset: try global.open())
        if let reviewer {
            let fields = field.compactMap { text -> (name: String, value: String)? in
                guard let equals = text.firstIndex(of: "=") else { return nil }
                return (String(text[..<equals]), String(text[text.index(after: equals)...]))
            }
            try stage.assign(clusters: cluster, fields: fields, to: reviewer, isOn: !remove)
        }
        for one in try stage.assignments() {
            let part =
                one.cluster.map { "cluster \($0)" }
                ?? "\(one.field ?? "")=\((one.value ?? "").printable)"
            try Terminal.show(one, json: global.json, or: "\(one.reviewer.printable)  \(part)")
        }
    }
}

/// `winnow review reviewers`.
struct ReviewReviewersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reviewers",
        abstract:
            "Show how often each reviewer is right, by what others say and by known pictures.",
        discussion: """
            Example:
              winnow review reviewers --json -d ~/cats
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() throws {
        for one in try TeamStage(dataset: try global.open()).reviewers() {
            let agreement = one.agreement.map { ", agrees in \($0.percent) of \(one.shared)" } ?? ""
            let known = one.known > 0 ? ", \(one.right) of \(one.known) known ones right" : ""
            try Terminal.show(
                one,
                json: global.json,
                or: "\(one.reviewer.printable)  \(one.answered) answered\(agreement)\(known); "
                    + "likely right in \(one.accuracy.percent)"
            )
        }
    }
}
