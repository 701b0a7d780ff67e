import ArgumentParser
import Curation

/// `winnow embed`.
struct EmbedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Give every picture a vector that is close for similar pictures.",
        discussion: """
            Uses EfficientNet-Lite0 through ONNX Runtime, which `scripts/setup` puts in
            place; where they are missing it says so and uses the built-in descriptor.

            Up to 5,000 pictures get further views from two networks more, so that the
            classifier proposes better and a reviewer has less to do; they cost four times
            the rest. --views on gives them to any number of pictures.

            Examples:
              winnow embed -d ~/cats
              winnow embed --views off -d ~/cats
              winnow embed --model descriptor -d ~/cats
            """
    )

    @Option(help: "The embedder: efficientnet-lite0 or descriptor (default: the best there is).")
    var model: String?

    @Option(help: "Further views for the classifier: auto, on or off.")
    var views = EmbedStage.Views.auto

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let watch = InterruptWatch()
        let bar = global.progress()
        let stage = EmbedStage(
            dataset: try global.open(),
            interruption: watch.interruption,
            report: bar.report
        )
        let report = try stage.run(model.map { .named($0) } ?? .automatic, views: views)
        if let fallback = report.fallback { Terminal.say("winnow: \(fallback)") }
        try Terminal.show(report, json: global.json, or: report.summary)
    }
}

extension EmbedStage.Report {
    /// What happened, in a sentence or two.
    var summary: String {
        let trouble = failed > 0 ? ", \(failed) failed" : ""
        let lost =
            remade.isEmpty ? "" : " The vectors of \(remade.joined(separator: ", ")) were lost."
        return "\(embedded) pictures embedded, \(skipped) had a vector\(trouble). \(model), "
            + "\(dimension) numbers. \(seconds.rounded(to: 1)) s, "
            + "\(imagesPerSecond.rounded(to: 0)) a second.\(lost)"
            + (viewed > 0
                ? " Further views of \(viewed) pictures, \(viewSeconds.rounded(to: 1)) s." : "")
    }
}
