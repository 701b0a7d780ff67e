import ArgumentParser
import Curation
import CurationCore

/// `winnow fields`.
struct FieldsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fields",
        abstract: "Licence, source, consent and other fields of pictures: define, set, list.",
        discussion: """
            Examples:
              winnow fields add licence --type choice --choices CC0,CC-BY,unknown -d ~/cats
              winnow fields set licence CC0 IMG_0042.jpg -d ~/cats
              winnow fields set licence CC0 --all -d ~/cats
              winnow fields values -d ~/cats
            """,
        subcommands: [List.self, Add.self, Remove.self, Set.self, Values.self],
        defaultSubcommand: List.self
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the fields that pictures can have."
        )
        @OptionGroup var global: GlobalOptions

        func run() throws {
            for field in try GovernanceStage(dataset: try global.open()).fields() {
                let choices =
                    field.choices.isEmpty ? "" : " (\(field.choices.joined(separator: ", ")))"
                try Terminal.show(
                    field,
                    json: global.json,
                    or: "\(field.field)  \(field.type)\(choices)  \(field.description ?? "")"
                )
            }
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Make a field, or give one other choices or another description."
        )
        @Argument(help: "The name.") var name: String
        @Option(help: "text, number, boolean, date or choice.") var type = "text"
        @Option(help: "The values of a choice, with commas between.") var choices: String?
        @Option(help: "What it means.") var description: String?
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let field = Field(
                field: name,
                type: type,
                choices: choices?.split(separator: ",").map(String.init) ?? [],
                description: description
            )
            let report = try edit.stage(try global.open()).define(field)
            try report.show("field made or changed", json: global.json)
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Take a field away that no picture has a value of and no rule names."
        )
        @Argument(help: "The name.") var name: String
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            let report = try edit.stage(try global.open()).removeField(name)
            try report.show("field taken away", json: global.json)
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Give pictures a value of a field, or take it away."
        )
        @Argument(help: "The field.") var name: String
        @Argument(help: "The value; '' takes it away.") var value: String
        @Argument(help: "The pictures: numbers, paths, file names or SHA-256.")
        var images: [String] = []
        @Flag(help: "All pictures of the data set.") var all = false
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func validate() throws {
            guard all == images.isEmpty else {
                throw ValidationError("name pictures, or give --all")
            }
        }

        func run() throws {
            let dataset = try global.open()
            let labels = LabelStage(dataset: dataset)
            let samples = try all ? dataset.samples() : labels.images(images)
            let report = try edit.stage(dataset).set(
                name,
                to: samples.map { ($0.id, value.isEmpty ? nil : value) }
            )
            try report.show("pictures changed", json: global.json)
        }
    }

    struct Values: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "values",
            abstract: "List the values that pictures have."
        )
        @OptionGroup var global: GlobalOptions

        struct Line: Encodable {
            let id: Sample.ID
            let path: String
            let fields: [String: String]
        }

        func run() throws {
            let dataset = try global.open()
            let values = try GovernanceStage(dataset: dataset).values()
            for sample in try dataset.samples() {
                guard let own = values[sample.id] else { continue }
                let text = own.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.printable)" }
                try Terminal.show(
                    Line(id: sample.id, path: sample.path, fields: own),
                    json: global.json,
                    or: "\(sample.id)\t\(sample.path.printable)\t\(text.joined(separator: " "))"
                )
            }
        }
    }
}

/// `winnow rules`.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Rules that keep pictures out of exports, by their fields.",
        discussion: """
            Examples:
              winnow rules add consent absent --reason "nobody agreed" -d ~/cats
              winnow rules add licence equals unknown -d ~/cats
              winnow rules held -d ~/cats             the pictures that are kept out
            """,
        subcommands: [List.self, Add.self, Remove.self, Held.self],
        defaultSubcommand: List.self
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the rules."
        )
        @OptionGroup var global: GlobalOptions

        func run() throws {
            for rule in try GovernanceStage(dataset: try global.open()).rules() {
                try Terminal.show(
                    rule,
                    json: global.json,
                    or:
                        "\(rule.field) \(rule.test) \(rule.value?.printable ?? "")  \(rule.reason.printable)"
                )
            }
        }
    }

    struct Words: ParsableArguments {
        @Argument(help: "The field.") var field: String
        @Argument(help: "equals, differs, below, above, present or absent.") var test: String
        @Argument(help: "With what it is compared.") var value: String?
        @Option(help: "Why.") var reason = "kept out by a rule"
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func apply(isRemoved: Bool) throws {
            let rule = Rule(field: field, test: test, value: value, reason: reason)
            let report = try edit.stage(try global.open()).set(rule, isRemoved: isRemoved)
            try report.show(isRemoved ? "rule taken back" : "rule made", json: global.json)
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Keep pictures whose field compares so out of exports."
        )
        @OptionGroup var words: Words

        func run() throws { try words.apply(isRemoved: false) }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Take a rule back."
        )
        @OptionGroup var words: Words

        func run() throws { try words.apply(isRemoved: true) }
    }

    struct Held: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "held",
            abstract: "List the pictures that the rules keep out of exports."
        )
        @OptionGroup var global: GlobalOptions

        func run() throws {
            for held in try GovernanceStage(dataset: try global.open()).heldBack() {
                try Terminal.show(
                    held,
                    json: global.json,
                    or: "\(held.id)\t\(held.path.printable)\t\(held.reason.printable)"
                )
            }
        }
    }
}

extension EditOptions {
    /// The fields and rules, for who changes them.
    fileprivate func stage(_ dataset: Dataset) -> GovernanceStage {
        GovernanceStage(dataset: dataset, author: author, message: message)
    }
}
