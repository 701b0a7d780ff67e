import ArgumentParser
import Curation

/// `winnow predict`.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Propose a label for every picture that nobody has decided.",
        discussion: """
            Learns from the labels that people stand behind; before the first one there
            is nothing to propose, and `winnow review` starts with groups of similar
            pictures instead. The proposals carry a probability and the digest of the
            model that made them.

            Example:
              winnow predict --with neighbors -d ~/cats
            """
    )

    @Option(help: "What proposes: classifier or neighbors.")
    var with = PredictStage.Method.classifier

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let report = try PredictStage(dataset: try global.open()).run(with)
        try Terminal.show(report, json: global.json, or: report.summary)
    }
}

extension PredictStage.Report {
    /// What was proposed, in a sentence.
    var summary: String {
        guard predicted > 0 else {
            return
                "Nothing is reviewed yet, so nothing can be proposed: start with `winnow review`."
        }
        let sources = bySource.map { "\($0.value) by \($0.key)" }.sorted().joined(separator: ", ")
        return "\(predicted) labels proposed for \(images) pictures (\(sources)). "
            + "\(seconds.rounded(to: 1)) s, \(imagesPerSecond.rounded(to: 0)) a second."
    }
}
