import ArgumentParser
import Curation
import CurationCore
import Foundation
import Storage

/// `winnow-bench queue`.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Fills a data set, and measures taking the next item and deciding it.",
        discussion: """
            Makes pictures as `grid` does, with vectors, in a new folder, or takes those that are there,
            and decides as many items as wanted, one after the other without a pause, each rightly. In
            `quality`: milliseconds of `next` and `decide`, the first one apart since it plans from
            nothing. The throughput is that of items.
            """
    )

    @Option(help: "How many pictures.") var images = 1_000_000
    @Option(help: "Numbers a vector.") var dimension = 128
    @Option(help: "How far vectors lie from the middle of their class, to its own size.")
    var noise = 3.0
    @Option(help: "How many items are decided.") var decisions = 400
    @Option(help: "Seconds between two items.") var pause = 0.0
    @Option(help: "Where the data set is or is made (default: a temporary folder).")
    var folder: String?

    func validate() throws {
        guard images >= 1, dimension >= 2 else {
            throw ValidationError("--images is at least 1, --dimension 2")
        }
    }

    func run() async throws {
        let place =
            folder.map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(
                path: "winnow-queue-\(UUID().uuidString)"
            )
        defer { if folder == nil { try? FileManager.default.removeItem(at: place) } }
        if !DatasetStore.isMade(in: place) {
            let dataset = try BenchDataset(folder: place)
            try dataset.fill(images)
            try dataset.embed(images, dimension: dimension, noise: Float(noise))
        }
        let desk = ReviewDesk(dataset: try Dataset(opening: place))
        var measurement = Measurement(work: "queue", count: images, dimension: dimension)
        var (next, decide): ([Double], [Double]) = ([], [])
        var items = 0
        try await measurement.time {
            while items < decisions {
                let asked = ContinuousClock.now
                let given = try await desk.next(limit: 1, reviewer: "bench")
                next.append((ContinuousClock.now - asked) / .milliseconds(1))
                guard let item = given.first else { break }
                let sent = ContinuousClock.now
                _ = try await desk.decide([answer(item)])
                decide.append((ContinuousClock.now - sent) / .milliseconds(1))
                items += 1
                if pause > 0 { try await Task.sleep(for: .seconds(pause)) }
            }
        }
        measurement.rate("items", of: Double(items))
        measurement.quality["items"] = Double(items)
        measurement.quality["first_ms"] = next.first
        measurement.quality.merge(Measurement.figures(of: Array(next.dropFirst()), "next")) { $1 }
        measurement.quality.merge(Measurement.figures(of: decide, "decide")) { $1 }
        measurement.show(threads: 2)
    }

    /// The right answer to an item.
    private func answer(_ item: ReviewItem) -> ReviewSubmission {
        if let image = item.image {
            return ReviewSubmission(
                id: UUID().uuidString,
                item: item.item,
                lease: item.lease,
                reviewer: "bench",
                decision: .correct,
                annotations: [.classification(category: BenchDataset.category(of: image.id))]
            )
        }
        let shown = (item.shown ?? []).map { ($0.id, BenchDataset.category(of: $0.id)) }
        let most = Dictionary(grouping: shown.map(\.1)) { $0 }
            .max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        let label = item.predictions.first?.label ?? most?.key
        return ReviewSubmission(
            id: UUID().uuidString,
            item: item.item,
            lease: item.lease,
            reviewer: "bench",
            decision: .accept,
            label: label,
            except: shown.filter { $1 != label }.map(\.0)
        )
    }
}
