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
              winnow labels --state proposed --min-score 0.9 --limit 100 -d ~/cats
            """
    )

    /// One picture as `--json` prints it.
    struct Line: Encodable {
        let id: Sample.ID
        let path: String
        let sha256: ContentDigest
        let annotations: [LabelDocument]

        /// The line for people.
        var text: String {
            let labels = annotations.map {
                "\($0.label.printable) (\($0.state.rawValue)\($0.score.map { " \($0.percent)" } ?? ""))"
            }
            return "\(path.printable)\t\(labels.joined(separator: ", "))"
        }
    }

    @Option(name: .customLong("version"), help: "The version (default: the labels of now).")
    var versionName: String?

    @Option(name: .customLong("class"), help: "Only labels of this class.")
    var category: String?

    @Option(help: "Only proposed, accepted or rejected ones.", transform: Self.state)
    var state: LabelState?

    @Option(help: "Only proposals with at least this score.") var minScore: Double?

    @Option(help: "Only proposals with at most this score.") var maxScore: Double?

    @Option(help: "With a filter: at most so many labels.") var limit: Int?

    @Option(help: "With a filter: those after this label, as a-17; the last of the page before.")
    var after: String?

    @OptionGroup var global: GlobalOptions

    private var isFiltered: Bool {
        category != nil || state != nil || minScore != nil || maxScore != nil || limit != nil
            || after != nil
    }

    func validate() throws {
        guard versionName == nil || !isFiltered else {
            throw ValidationError("filters are for the labels of now, not for --version")
        }
        guard limit ?? 1 > 0 else { throw ValidationError("--limit is at least 1") }
        let isByScore = minScore != nil || maxScore != nil
        guard !isByScore || state == .proposed else {
            throw ValidationError("only proposals have a score: give --state proposed")
        }
    }

    func run() throws {
        let dataset = try global.open()
        if isFiltered { return try showFiltered(dataset) }
        for line in try lines(dataset) {
            try Terminal.show(line, json: global.json, or: line.text)
        }
    }

    private static func state(_ text: String) throws -> LabelState {
        guard let state = LabelState(rawValue: text) else {
            throw ValidationError("--state is proposed, accepted or rejected")
        }
        return state
    }

    /// Pages of labels, each image with those that fit.
    private func showFiltered(_ dataset: Dataset) throws {
        let stage = LabelStage(dataset: dataset)
        var query = LabelQuery()
        (query.category, query.state) = (category, state)
        (query.minimumScore, query.maximumScore) = (minScore, maxScore)
        var (last, left) = (after, limit ?? .max)
        while left > 0 {
            let page = try stage.page(query, after: last, limit: min(left, 1000))
            for found in page {
                let annotation = found.annotation
                let document = LabelDocument(
                    id: annotation.id,
                    content: annotation.label,
                    source: annotation.source,
                    state: annotation.state,
                    score: annotation.score
                )
                let line = Line(
                    id: annotation.sample,
                    path: found.path,
                    sha256: found.sha256,
                    annotations: [document]
                )
                try Terminal.show(line, json: global.json, or: line.text)
            }
            guard let end = page.last, page.count == min(left, 1000) else { return }
            (last, left) = (end.annotation.id, left - page.count)
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
