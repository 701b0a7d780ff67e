import ArgumentParser
import Curation
import CurationCore
import Foundation
import Storage

/// `winnow-bench grid`.
struct GridCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grid",
        abstract: "Fills a data set, and measures views, rows, facets and decisions about many.",
        discussion: """
            Makes pictures with measures and proposals of 80 classes, one in eight of them decided, in a
            new folder, or takes those that are there. In `quality`: milliseconds of each step. The
            throughput is that of reading all pictures into columns.
            """
    )

    @Option(help: "How many pictures.") var images = 1_000_000
    @Option(help: "Where the data set is or is made (default: a temporary folder).")
    var folder: String?

    func validate() throws {
        guard images >= 20_000 else { throw ValidationError("--images is at least 20000") }
    }

    func run() throws {
        let place =
            folder.map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(
                path: "winnow-grid-\(UUID().uuidString)"
            )
        defer { if folder == nil { try? FileManager.default.removeItem(at: place) } }
        if !DatasetStore.isMade(in: place) { try BenchDataset(folder: place).fill(images) }
        var measurement = Measurement(work: "grid", count: images)
        let bench = GridBench(stage: GridStage(dataset: try Dataset(opening: place)))
        try measurement.time { try bench.open() }
        measurement.rate("images", of: Double(images))
        try bench.views()
        try bench.rows()
        try bench.decisions()
        measurement.quality = bench.figures
        measurement.show(threads: 1)
    }
}

/// The steps of the benchmark.
private final class GridBench {
    private(set) var figures: [String: Double] = [:]
    private let stage: GridStage
    private let clock = ContinuousClock()

    init(stage: GridStage) { self.stage = stage }

    /// Reads all pictures, by the first view.
    func open() throws { _ = try timed("first_view_ms") { try stage.make(ViewQuery()) } }

    private func timed<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        let start = clock.now
        let result = try body()
        figures[name] = Self.rounded((clock.now - start) / .milliseconds(1))
        return result
    }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    /// Usual questions, each with the facets that the page shows beside it.
    func views() throws {
        let proposed = ViewCondition(field: "state", is: [.text("proposed")])
        let questions: [(String, ViewQuery)] = [
            ("class", ViewQuery(filter: [ViewCondition(field: "class", is: [.text("class 7")])])),
            ("score", ViewQuery(filter: [proposed, ViewCondition(field: "score", to: 0.6)])),
            (
                "sorted",
                ViewQuery(filter: [proposed], sort: ViewSort(field: "score", descending: true))
            ),
            ("sharp", ViewQuery(filter: [ViewCondition(field: "sharpness", from: 100, to: 200)])),
            ("issue", ViewQuery(filter: [ViewCondition(field: "issue", is: [.text("dark")])])),
            ("path", ViewQuery(filter: [ViewCondition(field: "path", contains: "folder 12")])),
            ("bypath", ViewQuery(filter: [proposed], sort: ViewSort(field: "path"))),
            ("all", ViewQuery(sort: ViewSort(field: "brightness"))),
        ]
        let fields = [
            "class", "state", "score", "source", "cluster", "issue", "brightness", "sharpness",
            "contrast", "bytes",
        ]
        var times: [Double] = []
        for round in 0..<3 {
            for (name, query) in questions {
                // Each round asks something new.
                let extra = ViewCondition(field: "width", from: Double(round))
                let asked = ViewQuery(filter: (query.filter ?? []) + [extra], sort: query.sort)
                let start = clock.now
                let view = try timed("view_\(name)_ms") { try stage.make(asked) }
                _ = try timed("facets_\(name)_ms") {
                    try stage.facets(of: view.view, fields: fields)
                }
                times.append((clock.now - start) / .milliseconds(1))
                figures["count_\(name)"] = Double(view.count)
            }
        }
        record(times, "view_with_facets")
    }

    /// Rows from places all over a view.
    func rows() throws {
        let view = try stage.make(ViewQuery(sort: ViewSort(field: "score")))
        var random = SeededGenerator(seed: 9)
        var times: [Double] = []
        for _ in 0..<200 {
            let from = Int.random(in: 0..<view.count, using: &random)
            let start = clock.now
            _ = try stage.rows(of: view.view, from: from, count: 1024)
            times.append((clock.now - start) / .milliseconds(1))
        }
        record(times, "rows_1024")
    }

    /// Ten thousand pictures accepted, and that taken back and done again.
    func decisions() throws {
        let query = ViewQuery(
            filter: [ViewCondition(field: "state", is: [.text("proposed")])],
            sort: ViewSort(field: "score", descending: true)
        )
        let view = try stage.make(query)
        let count = min(10_000, view.count)
        for name in ["accept", "label", "reject"] {
            let decision = ViewDecision(
                id: UUID().uuidString,
                decision: ViewDecision.Decision(rawValue: name) ?? .accept,
                label: "class 3",
                ranges: [[0, count]],
                expectedCount: count
            )
            let result = try timed("\(name)_10k_ms") {
                try stage.decide(decision, about: view.view, by: "bench")
            }
            figures["\(name)_10k_changed"] = Double(result.changed)
            _ = try timed("rows_after_\(name)_ms") {
                try stage.rows(of: view.view, from: 0, count: 1024)
            }
            _ = try timed("undo_\(name)_10k_ms") { try stage.undoActs(of: "bench", steps: 1) }
            if name == "accept" {
                _ = try timed("redo_10k_ms") { try stage.redoActs(of: "bench", steps: 1) }
                _ = try timed("undo_again_10k_ms") { try stage.undoActs(of: "bench", steps: 1) }
            }
            _ = try timed("rows_after_undo_\(name)_ms") {
                try stage.rows(of: view.view, from: 0, count: 1024)
            }
        }
    }

    private func record(_ times: [Double], _ name: String) {
        figures.merge(Measurement.figures(of: times, name)) { $1 }
    }
}
