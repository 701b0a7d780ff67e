import ArgumentParser
import Curation
import Foundation

/// What `winnow import` and `winnow run` take to say what is imported.
struct ImportOptions: ParsableArguments {
    @Argument(help: "Files and folders of pictures.", completion: .file())
    var sources: [String]

    @Option(
        help:
            "How folders are read: folder, or imagefolder (the first folder is the class, or the first below train, val and test)."
    )
    var format = ImportStage.Format.folder

    @Option(
        help: """
            What labels that come with the files count as: reviewed, proposed or ignored \
            (default: reviewed with imagefolder).
            """
    )
    var labelsAs: ImportStage.LabelsAs?

    @Flag(help: "Try files again that failed before.")
    var retryFailed = false

    func request(dryRun: Bool = false) -> ImportStage.Request {
        ImportStage.Request(
            sources: sources,
            format: format,
            labelsAs: labelsAs ?? (format == .imagefolder ? .reviewed : .ignored),
            retryFailed: retryFailed,
            dryRun: dryRun
        )
    }
}

/// `winnow import`.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring pictures in: decoded, hashed and measured once.",
        discussion: """
            Broken files never stop an import: each becomes a row of `winnow failures`.
            Running it again imports nothing twice; Ctrl-C keeps what is done.

            Examples:
              winnow import ~/pictures -d ~/cats
              winnow import ~/sorted --format imagefolder --labels-as proposed -d ~/cats
            """
    )

    @OptionGroup var options: ImportOptions
    @Flag(help: "Only say how many files would be looked at.") var dryRun = false
    @Flag(help: "Exit with 1 when a file failed.") var strict = false
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let watch = InterruptWatch()
        let bar = global.progress()
        let stage = ImportStage(
            dataset: try global.open(),
            interruption: watch.interruption,
            report: bar.report
        )
        let report = try stage.run(options.request(dryRun: dryRun))
        if global.json {
            try Terminal.show(json: report)
        } else {
            Terminal.show(
                dryRun
                    ? "\(report.found) files, of which \(report.pending) would be read."
                    : report.summary
            )
        }
        if strict, report.failed > 0 { throw ExitCodes.finding }
    }
}

extension ImportStage.Report {
    /// What happened, in a sentence or two.
    var summary: String {
        var parts = ["\(imported) new", "\(unchanged) unchanged"]
        if changed > 0 { parts.append("\(changed) changed since and left as they were") }
        if exactDuplicates > 0 { parts.append("\(exactDuplicates) with the bytes of another") }
        if failed > 0 { parts.append("\(failed) failed (see `winnow failures`)") }
        if ignored > 0 { parts.append("\(ignored) no pictures") }
        return "\(found) files: \(parts.joined(separator: ", ")). "
            + "\(seconds.rounded(to: 1)) s, \(imagesPerSecond.rounded(to: 0)) a second."
    }
}
