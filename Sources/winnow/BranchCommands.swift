import ArgumentParser
import Curation
import CurationCore
import Foundation

/// Who does it, for the log.
struct AuthorOptions: ParsableArguments {
    @Option(help: "Who does it, for the log.") var author = NSUserName()
}

/// `winnow status`.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the branch, and what no version holds yet.",
        discussion: """
            `winnow diff HEAD` lists each difference.

            Example:
              winnow status -d ~/cats
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let status = try VersionStage(dataset: try global.open()).status()
        guard !global.json else { return try Terminal.show(json: status) }
        let head = status.head.map { "version \($0.hex.prefix(12))" } ?? "no version yet"
        Terminal.show("On branch \(status.branch), \(head).")
        if let merging = status.merging {
            let next =
                status.conflicts > 0
                ? "\(status.conflicts) conflicts are open. Decide them in `winnow review`, then"
                : "all is decided. Now"
            Terminal.show(
                "Merging \(merging.hex.prefix(12)): \(next) `winnow commit`; or `winnow merge --abort`."
            )
        }
        guard !status.isClean else { return Terminal.show("Nothing to commit.") }
        for (count, what) in [
            (status.imagesAdded, "pictures came"), (status.imagesRemoved, "pictures left"),
            (status.labelsChanged, "labels changed"), (status.refusalsChanged, "refusals changed"),
            (status.classesChanged, "classes changed"),
        ] where count > 0 {
            Terminal.show("  \(count) \(what)")
        }
        if status.conflicts == 0 {
            Terminal.show("`winnow commit -m MESSAGE` makes a version of it.")
        }
    }
}

/// `winnow branch`.
struct BranchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "branch",
        abstract: "List the branches, make one, or remove the name of one.",
        discussion: """
            A branch is a name that moves with each commit. To work on another one, use
            `winnow switch`. Removing a branch removes its name; its versions stay.

            Examples:
              winnow branch -d ~/cats
              winnow branch stricter v1 -d ~/cats
              winnow branch --delete stricter -d ~/cats
            """
    )

    @Argument(help: "The name of a new branch.") var name: String?
    @Argument(help: "The version at which it begins.") var version = "HEAD"
    @Option(help: "Remove the name of this branch.") var delete: String?
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard name == nil || delete == nil else {
            throw ValidationError("make a branch or remove one, not both")
        }
    }

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        if let delete { try stage.removeBranch(delete) }
        if let name { try stage.makeBranch(name, at: try stage.version(named: version)) }
        for branch in try stage.branches() {
            try Terminal.show(
                branch,
                json: global.json,
                or: "\(branch.current ? "*" : " ") \(branch.branch)  \(branch.id.hex.prefix(12))"
            )
        }
    }
}

/// What a switch or a restore did, as `--json` prints it.
struct MovedDocument: Encodable {
    let branch: String
    let id: ContentDigest?
    let changed: Bool
}

/// `winnow switch`.
struct SwitchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "switch",
        abstract: "Work on another branch: its labels become those of now.",
        discussion: """
            Pictures, labels and classes become those of the branch's newest version. What
            no version holds would be left behind, so commit first; or leave it behind by
            --yes, and have it again by `winnow undo` of the switch.

            Examples:
              winnow switch main -d ~/cats
              winnow switch -c stricter -d ~/cats             makes the branch
              winnow switch -c stricter --at v1 -d ~/cats
            """
    )

    @Argument(help: "The branch.") var name: String
    @Flag(name: [.customShort("c"), .customLong("create")], help: "Make the branch first.")
    var create = false
    @Option(help: "With -c: the version at which it begins.") var at = "HEAD"
    @Flag(help: "Leave what no version holds behind; `winnow undo` of the switch brings it back.")
    var yes = false
    @OptionGroup var edit: EditOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        let before = try stage.status().head
        if create { try stage.makeBranch(name, at: try stage.version(named: at)) }
        do {
            try stage.switchBranch(
                to: name,
                leavingBehind: yes,
                author: edit.author,
                message: edit.message
            )
        } catch {
            if create { try stage.removeBranch(name) }
            throw error
        }
        let head = try stage.version(named: "HEAD")
        if global.json {
            try Terminal.show(
                json: MovedDocument(branch: name, id: head.id, changed: head.id != before)
            )
        } else {
            Terminal.show("On branch \(name), version \(head.id.hex.prefix(12)).")
        }
    }
}

/// `winnow restore`.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring the labels of a version back, as a new version.",
        discussion: """
            Nothing is lost: the versions in between stay. What no version holds would be
            left behind, so commit first; `winnow restore HEAD --yes` goes back to the
            newest version.

            Example:
              winnow restore v1 -d ~/cats
            """
    )

    @Argument(help: "The version.") var version: String
    @Option(name: [.customShort("m"), .long], help: "Why: a few words.") var message: String?
    @Flag(help: "Leave what no version holds behind; `winnow undo` brings it back.")
    var yes = false
    @OptionGroup var who: AuthorOptions
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        let wanted = try stage.version(named: version)
        let made = try stage.restore(
            wanted,
            message: message,
            leavingBehind: yes,
            author: who.author
        )
        guard !global.json else {
            let branch = try stage.status().branch
            let document = MovedDocument(branch: branch, id: made?.id, changed: made != nil)
            return try Terminal.show(json: document)
        }
        guard let made else {
            return Terminal.show("The labels of now are those of \(version) already.")
        }
        Terminal.show(VersionDocument(made, names: try stage.names()).line)
    }
}

/// `winnow merge`.
struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Join the labels of another branch into those of this one.",
        discussion: """
            What one side changed counts, and what both changed alike. Where both changed a
            label, each in its own way, the picture waits for review with both sides shown
            (reason: disagreement), and the command ends with 1; `winnow commit` finishes
            the merge when they are decided, --abort takes it back.

            Examples:
              winnow merge stricter -d ~/cats
              winnow merge --abort -d ~/cats
            """
    )

    @Argument(help: "The branch, or any version.") var version: String?
    @Option(name: [.customShort("m"), .long], help: "Why: a few words.") var message: String?
    @Flag(help: "Take a merge that is not finished back.") var abort = false
    @OptionGroup var who: AuthorOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard abort == (version == nil) else {
            throw ValidationError("name a branch to merge, or give --abort")
        }
    }

    func run() throws {
        let stage = VersionStage(dataset: try global.open())
        guard let version else {
            try stage.abortMerge(author: who.author)
            let status = try stage.status()
            if global.json { return try Terminal.show(json: status) }
            return Terminal.show("The merge is taken back: all is as in the newest version.")
        }
        let report = try stage.merge(
            try stage.version(named: version),
            called: version,
            message: message,
            author: who.author
        )
        try Terminal.show(report, json: global.json, or: report.words)
        if report.conflicts > 0 { throw ExitCodes.finding }
    }
}

extension MergeReport {
    /// The report for people.
    var words: String {
        let id = id.map { String($0.hex.prefix(12)) } ?? ""
        return switch result {
        case "up-to-date": "Nothing to merge: the branch has it all."
        case "fast-forward": "The branch is now at \(id); \(images) pictures differ from before."
        case "merged": "Merged as version \(id); \(images) pictures differ from before."
        default:
            "\(conflicts) labels were changed on both sides, each in its own way. They wait for review: "
                + "`winnow review`, then `winnow commit -m MESSAGE`; or `winnow merge --abort`."
        }
    }
}
