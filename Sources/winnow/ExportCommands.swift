import ArgumentParser
import Curation
import Foundation

/// `winnow export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a version as files for training, with splits that do not leak.",
        discussion: """
            webdataset: numbered tar shards with the picture, its labels as JSON, its
            class and its vector (.npy). coco, csv: one annotation file a split beside
            copies of the pictures. Copies of one picture are always in one split. The
            same version gives the same bytes.

            Example:
              winnow export v1 --to ~/cats-v1 --format webdataset --split train=0.8,val=0.1,test=0.1
            """
    )

    @Argument(help: "The version: a tag, HEAD, or the beginning of an id.")
    var version: String

    @Option(help: "The folder; it must be empty or not there.")
    var to: String

    @Option(help: "\(ExportStage.formats.joined(separator: ", ")).")
    var format = "webdataset"

    @Option(help: "The shares of the splits.")
    var split = "train=0.8,val=0.1,test=0.1"

    @Option(help: "What the choice of the splits starts from.")
    var seed: UInt64 = 0

    @Option(help: "Keep together what is alike in this field: folder.")
    var groupBy: String?

    @Flag(help: "Replace an export that is in the folder.")
    var overwrite = false

    @Flag(help: "Leave out pictures whose file is gone or changed; the manifest lists them.")
    var skipMissing = false

    @Flag(help: "webdataset: where each label comes from, as W3C PROV-JSON (KEY.prov.json).")
    var provenance = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !provenance || format == "webdataset" else {
            throw ValidationError("--provenance is for the format webdataset")
        }
        guard ExportStage.formats.contains(format) else {
            throw ValidationError(
                "--format is one of \(ExportStage.formats.joined(separator: ", "))"
            )
        }
    }

    func run() throws {
        let watch = InterruptWatch()
        let bar = global.progress()
        let dataset = try global.open()
        let stage = ExportStage(
            dataset: dataset,
            interruption: watch.interruption,
            report: bar.report
        )
        let report = try stage.run(
            ExportStage.Request(
                version: try VersionStage(dataset: dataset).version(named: version),
                folder: URL(filePath: to).standardizedFileURL.path,
                format: format,
                split: split,
                seed: seed,
                groupBy: groupBy,
                overwrite: overwrite,
                skipMissing: skipMissing,
                provenance: provenance
            )
        )
        try Terminal.show(report, json: global.json, or: report.summary)
    }
}

extension ExportStage.Report {
    /// What was written, in a few lines.
    var summary: String {
        let total = files.reduce(0) { $0 + $1.bytes }
        let order = ["train", "val", "test"]
        let parts = order.compactMap { name in splits[name].map { "\(name) \($0)" } }
        var text =
            "\(files.count) files, \((Double(total) / 1e6).rounded(to: 1)) MB: "
            + parts.joined(separator: ", ")
            + ". \(leaksChecked) groups of copies checked, none in two splits."
        if unlabeled > 0 { text += " \(unlabeled) pictures without a label left out." }
        if copies > 0 { text += " \(copies) exact copies left out." }
        if !leftOut.isEmpty { text += " \(leftOut.count) that cannot be read left out." }
        if heldBack > 0 { text += " \(heldBack) kept out by `winnow rules`." }
        if vectorsChanged { text += " The vectors are others than when the version was made." }
        return text + "\nManifest: \(manifest)"
    }
}

/// `winnow export-verify`.
struct ExportVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-verify",
        abstract: "Read an export again and hold it to its manifest.",
        discussion: """
            Needs no data set. Exits with 1 when a file is missing, changed or too many,
            or a picture is in two splits.

            Example:
              winnow export-verify ~/cats-v1
            """
    )

    @Argument(help: "The folder of the export.") var folder: String
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report = try ExportVerifyStage().run(URL(filePath: folder).standardizedFileURL.path)
        if output.json {
            try Terminal.show(json: report)
        } else {
            report.problems.forEach { Terminal.show($0) }
            Terminal.show(
                report.ok
                    ? "All \(report.files) files are as the manifest says; \(report.samples) pictures."
                    : "Problems: \(report.problems.count)"
            )
        }
        if !report.ok { throw ExitCodes.finding }
    }
}
