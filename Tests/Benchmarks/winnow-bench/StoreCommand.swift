import ArgumentParser
import Curation
import CurationCore
import Foundation
import History
import Storage

/// `winnow-bench store`.
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Fills a label store, and measures inserts, commits, diffs, pages and the queue.",
        discussion: """
            Makes pictures with ten boxes each, of 80 classes, in a new folder. In `quality`:
            milliseconds of each step, and rows a CPU second; `growth` is how much the file grew by
            10,000 changed labels and their commit, over the size of these as JSON Lines. The throughput is
            that of the predictions.
            """
    )

    @Option(help: "How many labels.") var labels = 1_000_000
    @Option(help: "How many predictions.") var predictions = 1_000_000
    @Option(help: "Where to make the store (default: a temporary folder).") var folder: String?
    @Flag(help: "Verify the store at the end.") var verify = false

    func validate() throws {
        guard labels >= 20_000 else { throw ValidationError("--labels is at least 20000") }
    }

    func run() throws {
        let place =
            folder.map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(
                path: "winnow-store-\(UUID().uuidString)"
            )
        defer { if folder == nil { try? FileManager.default.removeItem(at: place) } }
        var bench = try StoreBench(folder: place, labels: labels)
        var measurement = Measurement(work: "store", count: labels)
        try bench.fill()
        try measurement.time { try bench.predict(predictions) }
        measurement.rate("rows", of: Double(predictions))
        try bench.commitAndDiff()
        try bench.pages()
        try bench.queue()
        if verify { try bench.verify() }
        measurement.quality = bench.figures
        measurement.show(threads: 1)
    }
}

/// The steps of the benchmark.
private struct StoreBench {
    private static let classes = 80
    private static let boxes = 10
    private static let changes = 10_000
    private static let batch = 10_000
    private static let pages = 200
    private static let decisions = 500
    private static let square = BoundingBox(x: 0, y: 0, width: 1, height: 1)

    private(set) var figures: [String: Double] = [:]
    private let store: DatasetStore
    private let images: Int
    private var random = SeededGenerator(seed: 7)
    private let moment = Timestamp(seconds: 1_800_000_000)

    init(folder: URL, labels: Int) throws {
        images = labels / Self.boxes
        store = try DatasetStore(
            creating: folder,
            schema: LabelSchema(
                task: .detection,
                categories: (1...Self.classes).map {
                    CurationCore.Category(id: $0, name: "class \($0)")
                }
            ),
            at: moment
        )
    }

    private var fileSize: Double {
        ["", "-wal"].reduce(0) { sum, ending in
            let path = DatasetStore.databaseFile(in: store.folder).path + ending
            let facts = try? FileManager.default.attributesOfItem(atPath: path)
            return sum + ((facts?[.size] as? NSNumber)?.doubleValue ?? 0)
        }
    }

    private mutating func timed<T>(
        _ name: String,
        _ body: (inout Self) throws -> T
    ) throws -> (T, cpu: Double) {
        let clock = ContinuousClock()
        let (start, processor) = (clock.now, ProcessUsage.processorSeconds)
        let result = try body(&self)
        figures[name] = ((clock.now - start) / .milliseconds(1) * 10).rounded() / 10
        return (result, ProcessUsage.processorSeconds - processor)
    }

    private mutating func box() -> Label {
        let x = Double(Int.random(in: 0...500, using: &random))
        let y = Double(Int.random(in: 0...400, using: &random))
        let name = "class \(Int.random(in: 1...Self.classes, using: &random))"
        return .detection(
            category: name,
            box: BoundingBox(x: x, y: y, width: 80.5, height: 60.25)
        )
    }

    /// Imports the pictures with their labels.
    mutating func fill() throws {
        let (_, cpu) = try timed("fill_ms") { bench in
            for start in stride(from: 0, to: bench.images, by: Self.batch) {
                let samples = (start..<min(start + Self.batch, bench.images)).map { number in
                    NewSample(
                        path: "/pictures/\(number / 1000)/\(number).jpg",
                        sha256: ContentDigest(of: "picture \(number)"),
                        format: .jpeg,
                        width: 640,
                        height: 480,
                        bytes: 40_000,
                        modifiedAt: 1,
                        pixelDigest: ContentDigest(of: "pixels"),
                        perceptualHash: PerceptualHash(words: [UInt64(number), 1, 2, 3]),
                        metrics: ImageMetrics(),
                        labels: (0..<Self.boxes).map { _ in
                            NewSample.GivenLabel(
                                label: bench.box(),
                                state: .accepted,
                                source: "import:bench"
                            )
                        }
                    )
                }
                try bench.store.add(
                    samples,
                    failures: [],
                    author: "import",
                    at: bench.moment
                )
            }
        }
        figures["fill_labels_per_cpu_s"] = (Double(images * Self.boxes) / cpu).rounded()
    }

    /// Proposes labels for all pictures, as one run.
    mutating func predict(_ count: Int) throws {
        let images = Int64(images)
        let found = (0..<count).map { index in
            Prediction(
                sample: Int64(index) * images / Int64(count) + 1,
                label: .classification(category: "class \(index % Self.classes + 1)"),
                score: Double(index % 1000) / 1000
            )
        }
        let model = StoredModel(name: "bench", digest: ContentDigest(of: "bench"), parameters: [:])
        let (_, cpu) = try timed("predict_ms") {
            _ = try $0.store.replaceProposals(found, model: model, at: $0.moment)
        }
        figures["predictions_per_cpu_s"] = (Double(count) / cpu).rounded()
    }

    private func commit(_ message: String) throws -> Version {
        try store.commit(tag: nil) { found in
            Version(
                id: VersionDigest.id(
                    content: found.content,
                    parents: found.parents,
                    branch: found.branch,
                    author: "bench",
                    at: moment,
                    message: message,
                    lineage: [:]
                ),
                content: found.content,
                parents: found.parents,
                branch: found.branch,
                author: "bench",
                at: moment,
                message: message,
                lineage: [:],
                categories: found.categories,
                images: found.images,
                annotations: found.annotations
            )
        }
    }

    /// Changes labels on pictures all over the set, commits them, and compares the versions.
    mutating func commitAndDiff() throws {
        let (first, _) = try timed("first_commit_ms") { try $0.commit("first") }
        try store.checkpoint()
        let before = fileSize
        let step = max(1, images / Self.changes)
        let wanted = try (0..<Self.changes).map { index in
            let sample = Int64(index * step % images) + 1
            // The first box gets another class.
            var labels = try store.annotations(of: sample).filter { $0.state == .accepted }
                .map(\.label)
            let name = "class \(Int.random(in: 1...Self.classes, using: &random))"
            labels[0] = .detection(category: name, box: labels[0].boundingBox ?? Self.square)
            return (sample, labels)
        }
        _ = try timed("change_10k_ms") {
            _ = try $0.store.label(wanted, author: "bench", message: "", at: $0.moment)
        }
        let (second, _) = try timed("commit_10k_ms") { try $0.commit("second") }
        let (difference, _) = try timed("diff_10k_ms") {
            try $0.store.difference(from: first, to: second)
        }
        figures["diff_labels"] = Double(difference.labels.count)
        try store.checkpoint()
        let bytes = VersionChange.all(in: difference).reduce(0) { sum, change in
            sum + ((try? JSONEncoder().encode(change).count) ?? 0)
        }
        figures["growth"] = ((fileSize - before) / Double(bytes) * 100).rounded() / 100
        figures["growth_bytes_per_change"] = ((fileSize - before) / Double(Self.changes)).rounded()
        let (page, _) = try timed("open_version_ms") { bench in
            let version = try bench.store.version(named: String(first.id.hex.prefix(12)))
            return try bench.store.labelPage(at: version, after: 0, limit: 100)
        }
        guard page.count == min(100, images) else { throw CleanExit.message("an empty page") }
        figures["file_mb"] = (fileSize / 1e6).rounded()
    }

    /// Filtered pages of 100 rows from places all over the set.
    mutating func pages() throws {
        var times: [Double] = []
        var rows = 0
        let clock = ContinuousClock()
        for index in 0..<Self.pages {
            var filter = LabelFilter()
            if index % 2 == 0 { filter.category = "class \(index % Self.classes + 1)" }
            filter.state = [.accepted, nil, .proposed, .rejected][index % 4]
            if filter.state == .proposed, index % 8 < 4 { filter.minimumScore = 0.9 }
            let cursor = PagedLabel.Cursor(
                sample: Int64.random(in: 0..<Int64(images), using: &random),
                label: 0,
                position: 0
            )
            let start = clock.now
            rows += try store.labelPage(filter, after: cursor, limit: 100).count
            times.append((clock.now - start) / .milliseconds(1))
        }
        record(times, "page")
        figures["page_rows"] = Double(rows)
    }

    /// Leases and decides single pictures, each in a transaction of its own.
    mutating func queue() throws {
        var times: [Double] = []
        let clock = ContinuousClock()
        for index in 0..<Self.decisions {
            let sample = Int64(images) + 1 + Int64(index)
            try store.add(
                [
                    NewSample(
                        path: "/queue/\(index).jpg",
                        sha256: ContentDigest(of: "queue \(index)"),
                        format: .jpeg,
                        width: 640,
                        height: 480,
                        bytes: 1,
                        modifiedAt: 1,
                        pixelDigest: ContentDigest(of: "pixels"),
                        perceptualHash: PerceptualHash(words: .zero),
                        metrics: ImageMetrics()
                    )
                ],
                failures: [],
                author: "import",
                at: moment
            )
            let plan = PlannedTask(samples: [sample], label: nil, score: nil, reason: .uncertain)
            let start = clock.now
            let task = try store.lease(
                [NewTask(plan: plan, proposals: [], lease: UUID().uuidString)],
                to: "r",
                until: moment.seconds + 300,
                now: moment.seconds
            ).first
            guard let task else { throw CleanExit.message("no lease") }
            let submission = ReviewSubmission(
                item: "r-\(task.id)",
                lease: task.lease,
                reviewer: "r",
                decision: .correct,
                annotations: [.classification(category: "class 1")]
            )
            _ = try store.decide(submission, at: moment) { task in
                ReviewEffects(
                    labels: [
                        NewAnnotation(
                            sample: task.samples[0],
                            label: .classification(category: "class 1"),
                            state: .accepted,
                            source: "reviewer:r"
                        )
                    ],
                    label: "class 1",
                    exceptions: 0
                )
            }
            times.append((clock.now - start) / .milliseconds(1))
        }
        record(times, "lease_decide")
    }

    mutating func verify() throws {
        let (problems, _) = try timed("verify_ms") {
            try $0.store.verifyDatabase().count + $0.store.alteredVersions().count
        }
        figures["problems"] = Double(problems)
    }

    private mutating func record(_ times: [Double], _ name: String) {
        let sorted = times.sorted()
        for (share, ending) in [(0.5, "p50"), (0.95, "p95")] {
            let place = min(sorted.count - 1, Int(Double(sorted.count) * share))
            figures["\(name)_\(ending)_ms"] = (sorted[place] * 100).rounded() / 100
        }
    }
}
