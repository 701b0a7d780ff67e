import ArgumentParser
import Curation
import CurationCore
import Foundation

/// `winnow verify`.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the database, the log, decisions, vectors and every version.",
        discussion: """
            Exits with 1 when something is not what was written. The labels of now follow
            from the log: they are compared with it, and --rebuild makes them again where
            they differ.

            Examples:
              winnow verify -d ~/cats
              winnow verify --rebuild -d ~/cats
            """
    )

    @Flag(help: "Make what is current again from the log where it differs from it.")
    var rebuild = false

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let stage = VerifyStage(dataset: try global.open())
        let report = try rebuild ? stage.rebuild() : stage.run()
        if global.json {
            try Terminal.show(json: report)
        } else {
            report.rebuilt.forEach { Terminal.show("made again: \($0)") }
            report.problems.forEach { Terminal.show($0) }
            if rebuild, report.rebuilt.isEmpty {
                Terminal.show("What is current is what the log says.")
            }
            Terminal.show(
                report.ok ? "All is as it was written." : "Problems: \(report.problems.count)"
            )
        }
        if !report.ok { throw ExitCodes.finding }
    }
}

/// `winnow forget`.
struct ForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Erase pictures from the data set and all its versions, for good.",
        discussion: """
            Copies with the same bytes go too. Thumbnails, vectors, labels, names and the
            data set's own copies are erased; a tombstone stays, so that the log and the
            versions still verify. The files that were imported are not touched, nor are
            exports and backups that were made.

            Examples:
              winnow forget IMG_0042.jpg --dry-run -d ~/cats
              winnow forget IMG_0042.jpg --yes -m "asked for by the owner" -d ~/cats
            """
    )

    @Argument(help: "The pictures: numbers, paths, file names or SHA-256.") var images: [String]
    @Flag(help: "Only say which pictures these are.") var dryRun = false
    @Flag(help: "Do it: it cannot be undone.") var yes = false
    @OptionGroup var edit: EditOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard yes != dryRun else {
            throw ValidationError("it cannot be undone: give --yes, or --dry-run to see what goes")
        }
    }

    func run() throws {
        let dataset = try global.open()
        let labels = LabelStage(dataset: dataset)
        let named = try labels.images(images, includingRemoved: true).map(\.id)
        let stage = ForgetStage(dataset: dataset)
        if dryRun { return try stage.images(named).forEach { try $0.show(json: global.json) } }
        let report = try stage.run(named, author: edit.author, message: edit.message)
        if global.json { return try Terminal.show(json: report) }
        if !report.clean {
            Terminal.show(
                "Another process has the data set open: traces stay in its files until that ends and "
                    + "`winnow verify` runs once more."
            )
        }
        Terminal.show(
            "\(report.forgotten.count) pictures forgotten, as \(report.batch). Remove the files themselves, "
                + "and exports and backups that hold them."
        )
    }
}

/// `winnow backup`.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the data set as it is at this moment, while others work on it.",
        discussion: """
            The copy is a data set itself, and is checked before it counts.

            Example:
              winnow backup ~/cats-2026-11-26 -d ~/cats
            """
    )

    @Argument(help: "The folder of the copy, which must not be there yet.") var folder: String
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let dataset = try global.open()
        let target = URL(filePath: folder).standardizedFileURL
        let report = try BackupStage(dataset: dataset).run(to: target)
        if global.json { return try Terminal.show(json: report) }
        Terminal.show(
            "\(report.files) files, \((Double(report.bytes) / 1e6).rounded(to: 1)) MB in \(report.folder)"
        )
    }
}

/// `winnow restore-from`.
struct RestoreFromCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore-from",
        abstract: "Make a data set again from a backup.",
        discussion: """
            The backup is checked first and stays as it is. A data set that is there is put
            beside, as NAME.before-restore, and only with --overwrite.

            Example:
              winnow restore-from ~/cats-2026-11-26 -d ~/cats
            """
    )

    @Argument(help: "The folder of the backup.") var backup: String
    @Flag(help: "Put a data set that is there beside.") var overwrite = false
    @OptionGroup var global: GlobalOptions

    func run() throws {
        guard let target = global.named else {
            throw ValidationError("name the data set to make with -d DIR")
        }
        let report = try BackupStage.restore(
            URL(filePath: backup).standardizedFileURL,
            to: target,
            overwrite: overwrite
        )
        if global.json { return try Terminal.show(json: report) }
        Terminal.show("The data set in \(report.folder) is that of the backup.")
    }
}
