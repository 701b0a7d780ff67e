import ArgumentParser
import Curation
import CurationCore
import Foundation

/// `winnow run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "The main job up to review: import, embed, cluster, find copies, predict.",
        discussion: """
            Makes the data set if there is none (in ./winnow-dataset unless told).
            Ctrl-C leaves a clean state, and running it again goes on from there. With
            --json one document a stage, one a line.

            Example:
              winnow run ~/pictures -d ~/cats
            """
    )

    /// The report of one stage as `--json` prints it.
    struct Stage<Report: Encodable>: Encodable {
        let stage: String
        let report: Report

        private enum Keys: String, CodingKey { case stage }

        func encode(to encoder: any Encoder) throws {
            try report.encode(to: encoder)
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(stage, forKey: .stage)
        }
    }

    @OptionGroup var options: ImportOptions
    @Option(help: "The classes, when the data set is made: separated by commas.")
    var classes: String?
    @OptionGroup var global: GlobalOptions

    func run() throws {
        let watch = InterruptWatch()
        let bar = global.progress()
        try ImportStage.checkSources(options.sources)
        let dataset = try openOrMake()
        let imported = try ImportStage(
            dataset: dataset,
            interruption: watch.interruption,
            report: bar.report
        ).run(options.request(), embedding: .automatic)
        try show("import", imported, imported.summary)
        guard try dataset.sampleCount() > 0 else {
            throw CurationError.input(
                "there is no picture in \(options.sources.joined(separator: ", "))"
                    + (imported.failed > 0 ? " that can be read: `winnow failures` says why" : "")
            )
        }
        var embedded = try EmbedStage(
            dataset: dataset,
            interruption: watch.interruption,
            report: bar.report
        ).run()
        // Import has embedded what it read, so that no picture is decoded twice.
        embedded.add(embeddedByImport: imported)
        if let fallback = embedded.fallback { Terminal.say("winnow: \(fallback)") }
        try show("embed", embedded, embedded.summary)
        let clustered = try ClusterStage(dataset: dataset, interruption: watch.interruption).run()
        try show("cluster", clustered, clustered.summary)
        let predicted = try PredictStage(dataset: dataset).run()
        try show("predict", predicted, predicted.summary)
        if !global.json, !global.quiet {
            Terminal.say("Next: winnow review -d \(dataset.folder.path)")
        }
    }

    private func openOrMake() throws -> Dataset {
        let here = URL(filePath: FileManager.default.currentDirectoryPath)
        let folder =
            global.named ?? Dataset.nearest(to: here)
            ?? here.appending(path: Dataset.defaultName)
        if Dataset.exists(in: folder) { return try Dataset(opening: folder) }
        do {
            return try Dataset(
                creating: folder,
                schema: LabelSchema(
                    task: .classification,
                    categories: try InitCommand.categories(classes)
                )
            )
        } catch CurationError.output where Dataset.exists(in: folder) {
            // Another run has made it meanwhile.
            return try Dataset(opening: folder)
        }
    }

    private func show(_ stage: String, _ report: some Encodable, _ summary: String) throws {
        if global.json {
            try Terminal.show(json: Stage(stage: stage, report: report))
        } else {
            Terminal.show("\(Terminal.bold(stage)): \(summary)")
        }
    }
}
