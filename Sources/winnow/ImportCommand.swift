import ArgumentParser
import Curation
import Foundation

/// What `winnow import` and `winnow run` take to say what is imported.
struct ImportOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Files, folders, patterns in quotes, archives, lists; - is a list on standard input.",
            valueName: "source"
        ),
        completion: .file()
    )
    var sources: [String]

    @Option(
        help: """
            How sources are read: auto tells by what is there; folder; imagefolder (the first folder \
            is the class, or the first below train, val and test); list; coco, yolo, voc, labelme or \
            csv (the pictures that the annotations name); webdataset.
            """
    )
    var format = SourceFormat.auto

    @Option(
        help: "The annotation file, when the source is the folder of its pictures.",
        completion: .file()
    )
    var annotations: String?

    @Option(
        help: """
            What labels that come with the files count as: reviewed, proposed or ignored \
            (default: reviewed with imagefolder, the only format whose labels are read so far).
            """
    )
    var labelsAs: ImportStage.LabelsAs?

    @Flag(
        help: "Keep a copy of each picture in the data set, so that it needs its sources no more."
    )
    var copy = false

    @Flag(help: "Try files again that failed before.")
    var retryFailed = false

    @Option(help: "Refuse pictures with more pixels than this.")
    var maxPixels = ImportStage.Request.defaultPixelLimit

    func validate() throws {
        guard maxPixels > 0 else { throw ValidationError("--max-pixels is at least 1") }
        guard format == .imagefolder || labelsAs ?? .ignored == .ignored else {
            throw ValidationError(
                "--labels-as \(labelsAs?.rawValue ?? "") needs --format imagefolder: labels of other "
                    + "formats are not read yet, only their pictures"
            )
        }
    }

    func request(dryRun: Bool = false) -> ImportStage.Request {
        ImportStage.Request(
            sources: sources,
            format: format,
            annotations: annotations,
            labelsAs: labelsAs ?? (format == .imagefolder ? .reviewed : .ignored),
            copy: copy,
            retryFailed: retryFailed,
            pixelLimit: maxPixels,
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
            Broken files never stop an import: each becomes a row of `winnow failures`, and
            one that can be shown in part comes in with the issue `truncated`. Running it
            again imports nothing twice: files that moved are known by their bytes, and those
            that vanished or changed are reported. Ctrl-C keeps what is done.

            Examples:
              winnow import ~/pictures -d ~/cats
              winnow import ~/sorted --format imagefolder --labels-as proposed -d ~/cats
              winnow import 'shard-{000000..000009}.tar' more.zip -d ~/cats
              winnow import ~/coco/val2017 --annotations ~/coco/val.json --format coco -d ~/cats
              find / -name '*.jpg' -print0 | winnow import - -d ~/cats
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
        try Terminal.show(
            report,
            json: global.json,
            or: dryRun
                ? "\(report.found) files, of which \(report.pending) would be read."
                : report.summary
        )
        if strict, report.failed > 0 { throw ExitCodes.finding }
    }
}

extension ImportStage.Report {
    /// What happened, in a sentence or two.
    var summary: String {
        var parts = ["\(imported) new", "\(unchanged) unchanged"]
        if moved > 0 { parts.append("\(moved) moved") }
        if changed > 0 { parts.append("\(changed) changed since and left as they were") }
        if exactDuplicates > 0 { parts.append("\(exactDuplicates) with the bytes of another") }
        if damaged > 0 { parts.append("\(damaged) damaged but shown in part") }
        if failed > 0 { parts.append("\(failed) failed (\(failureCounts); see `winnow failures`)") }
        if ignored > 0 { parts.append("\(ignored) no pictures") }
        var text = "\(found) files: \(parts.joined(separator: ", "))."
        if vanished > 0 {
            text += " \(vanished) imported before are gone (see `winnow failures`)."
        }
        if archivesPassed > 0 {
            text += " \(archivesPassed) archives were passed over: name them to import them."
        }
        return text
            + " \(seconds.rounded(to: 1)) s, \(imagesPerSecond.rounded(to: 0)) a second."
    }

    private var failureCounts: String {
        failedByCode.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
