import ArgumentParser
import Curation
import CurationCore

/// `winnow labels`.
struct LabelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels",
        abstract: "List every picture with its labels.",
        discussion: """
            With --json one document a line: id, path, sha256, annotations; each
            annotation says its source and its state (proposed, accepted, rejected).

            Examples:
              winnow labels -d ~/cats
              winnow labels --version v1 --json -d ~/cats
            """
    )

    /// One picture as `--json` prints it.
    struct Line: Encodable {
        let id: Sample.ID
        let path: String
        let sha256: ContentDigest
        let annotations: [LabelDocument]
    }

    @Option(name: .customLong("version"), help: "The version (default: the labels of now).")
    var versionName: String?

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let dataset = try global.open()
        for line in try lines(dataset) {
            if global.json {
                try Terminal.show(json: line)
            } else {
                let labels = line.annotations.map {
                    "\($0.label.printable) (\($0.state.rawValue)\($0.score.map { " \($0.percent)" } ?? ""))"
                }
                Terminal.show("\(line.path.printable)\t\(labels.joined(separator: ", "))")
            }
        }
    }

    private func lines(_ dataset: Dataset) throws -> [Line] {
        if let versionName {
            let stage = VersionStage(dataset: dataset)
            let version = try stage.version(named: versionName)
            return try stage.content(of: version).map { labeled in
                Line(
                    id: labeled.sample.id,
                    path: labeled.sample.path,
                    sha256: labeled.sample.sha256,
                    annotations: labeled.labels.map {
                        LabelDocument(
                            id: nil,
                            content: $0,
                            source: "version:\(version.id.hex.prefix(12))",
                            state: .accepted,
                            score: nil
                        )
                    }
                )
            }
        }
        let annotations = try dataset.annotations()
        return try dataset.samples().map { sample in
            Line(
                id: sample.id,
                path: sample.path,
                sha256: sample.sha256,
                annotations: (annotations[sample.id] ?? []).map {
                    LabelDocument(
                        id: $0.id,
                        content: $0.label,
                        source: $0.source,
                        state: $0.state,
                        score: $0.score
                    )
                }
            )
        }
    }
}

/// A label as `--json` prints it: `type`, `label`, `bbox`, with `source`, `state` and `score`.
struct LabelDocument: Encodable {
    /// The name of the label, which `winnow why` takes; none in a version.
    let id: String?
    let content: Label
    let source: String
    let state: LabelState
    let score: Double?

    private enum Keys: String, CodingKey { case id, source, state, score }

    /// The class.
    var label: String { content.category }

    func encode(to encoder: any Encoder) throws {
        try content.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encodeIfPresent(id, forKey: .id)
        try container.encode(source, forKey: .source)
        try container.encode(state, forKey: .state)
        try container.encodeIfPresent(score, forKey: .score)
    }
}
