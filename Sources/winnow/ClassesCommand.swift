import ArgumentParser
import Curation
import CurationCore

/// `winnow classes`.
struct ClassesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classes",
        abstract: "List the classes, and change them: add, rename, merge, split, delete, describe.",
        discussion: """
            Every change is one batch of the log, which `winnow undo` takes back with all the
            labels that it touched.

            Examples:
              winnow classes -d ~/cats
              winnow classes rename tabby cat -d ~/cats
              winnow classes delete lynx --labels to=cat -d ~/cats
            """,
        subcommands: [
            List.self, Add.self, Describe.self, Rename.self, Merge.self, Split.self, Delete.self,
        ],
        defaultSubcommand: List.self
    )

    /// The attributes of a class.
    struct Attributes: ParsableArguments {
        @Option(help: "The class above it.") var supercategory: String?
        @Option(help: "Its color on the page: #rrggbb.") var color: String?
        @Option(help: "The digit that chooses it on the page.") var hotkey: String?
        @Option(help: "What belongs to it, in a line.") var description: String?
        @Option(help: "How to tell it from others, for who labels.") var guideline: String?

        func validate() throws {
            if let color, !color.isEmpty, color.wholeMatch(of: /#[0-9a-fA-F]{6}/) == nil {
                throw ValidationError("--color is #rrggbb")
            }
            if let hotkey, !hotkey.isEmpty, hotkey.wholeMatch(of: /[0-9]/) == nil {
                throw ValidationError("--hotkey is a digit")
            }
        }

        func category(_ name: String) -> CurationCore.Category {
            CurationCore.Category(
                id: 0,
                name: name,
                supercategory: supercategory,
                color: color,
                hotkey: hotkey,
                description: description,
                guideline: guideline
            )
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the classes with how many labels each has."
        )
        @OptionGroup var global: GlobalOptions

        func run() throws {
            for item in try ClassStage(dataset: try global.open()).list() {
                let above = item.category.supercategory.map { " (\($0.printable))" } ?? ""
                let text = item.category.description.map { "  \($0.printable)" } ?? ""
                try Terminal.show(
                    item,
                    json: global.json,
                    or: "\(item.labels)\t\(item.category.name.printable)\(above)\(text)"
                )
            }
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Add a class at the end of the list."
        )
        @Argument(help: "The name.") var name: String
        @OptionGroup var attributes: Attributes
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try edit.stage(global).add(attributes.category(name))
                .show("labels touched; the class is there", json: global.json)
        }
    }

    struct Describe: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "describe",
            abstract: "Set color, key, description, guideline or supercategory; '' takes one away."
        )
        @Argument(help: "The class.") var name: String
        @OptionGroup var attributes: Attributes
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try edit.stage(global).describe(attributes.category(name))
                .show("labels touched; the class is described", json: global.json)
        }
    }

    struct Rename: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rename",
            abstract: "Give a class another name; its labels follow."
        )
        @Argument(help: "The class.") var name: String
        @Argument(help: "The new name.") var other: String
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try edit.stage(global).rename(name, to: other)
                .show("labels rewritten; the class is renamed", json: global.json)
        }
    }

    struct Merge: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "merge",
            abstract: "Make all labels of a class those of another one, and remove the class."
        )
        @Argument(help: "The class that goes.") var name: String
        @Argument(help: "The class that its labels get.") var other: String
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try edit.stage(global).merge(name, into: other).show("labels moved", json: global.json)
        }
    }

    struct Split: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "split",
            abstract: "Put new classes in place of one; its labels go back into review.",
            discussion: "The class may be one of the new ones."
        )
        @Argument(help: "The class.") var name: String
        @Argument(help: "The classes in its place.") var parts: [String]
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func run() throws {
            try edit.stage(global).split(name, into: parts)
                .show("labels wait for review", json: global.json)
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "delete",
            abstract: "Remove a class, and say what becomes of its labels."
        )
        @Argument(help: "The class.") var name: String
        @Option(help: "What becomes of its labels: refuse, remove, or to=CLASS.")
        var labels = "refuse"
        @OptionGroup var edit: EditOptions
        @OptionGroup var global: GlobalOptions

        func validate() throws { _ = try fate() }

        func run() throws {
            try edit.stage(global).delete(name, labels: try fate())
                .show("labels touched; the class is gone", json: global.json)
        }

        private func fate() throws -> ClassStage.Fate {
            switch labels {
            case "refuse": return .refuse
            case "remove": return .remove
            case let text where text.hasPrefix("to=") && text.count > 3:
                return .move(to: String(text.dropFirst(3)))
            default: throw ValidationError("--labels is refuse, remove or to=CLASS")
            }
        }
    }
}

extension EditOptions {
    /// The class list, for who changes it.
    fileprivate func stage(_ global: GlobalOptions) throws -> ClassStage {
        ClassStage(dataset: try global.open(), author: author, message: message)
    }
}
