import CurationCore
import Foundation
import Storage
import TestKit
import Testing

/// A store in a folder of its own, with some samples.
struct StoreFixture {
    let folder: TemporaryFolder
    let store: DatasetStore
    static let moment = Timestamp(seconds: 1_800_000_000)

    init(samples: Int = 0) throws {
        folder = try TemporaryFolder()
        store = try DatasetStore(
            creating: folder.url.appending(path: "set"),
            schema: LabelSchema(
                task: .classification,
                categories: [Category(id: 1, name: "cat"), Category(id: 2, name: "dog")]
            ),
            at: Self.moment
        )
        try store.add(
            (0..<samples).map { Self.sample($0) },
            failures: [],
            author: "test",
            at: Self.moment
        )
    }

    static func sample(
        _ number: Int,
        content: String? = nil,
        path: String? = nil
    ) -> NewSample {
        NewSample(
            path: path ?? "/pictures/\(number).jpg",
            sha256: ContentDigest(of: content ?? "picture \(number)"),
            format: .jpeg,
            width: 40 + number,
            height: 30,
            bytes: 1000 + number,
            modifiedAt: 1_700_000_000.25,
            damage: number == 1 ? .truncated : nil,
            pixelDigest: ContentDigest(of: "pixels \(number)"),
            perceptualHash: PerceptualHash(words: [.max - UInt64(number), 1, 2, .max]),
            metrics: metrics,
            facts: ImageFacts(camera: "Maker Model", capturedAt: nil, hasLocation: number == 1)
        )
    }

    static var metrics: ImageMetrics {
        var metrics = ImageMetrics()
        metrics.brightness = 0.5
        metrics.darkest = 0.1
        metrics.brightest = 0.9
        metrics.contrast = 0.2
        metrics.sharpness = 100
        metrics.entropy = 7
        metrics.colorfulness = 30
        metrics.saturation = 0.4
        metrics.grayness = 0.1
        metrics.border = 0.05
        metrics.jpegQuality = 90
        return metrics
    }

    static let version = Version(
        id: ContentDigest(of: "id"),
        content: ContentDigest(of: "content"),
        parents: [],
        author: "t",
        at: moment,
        message: "m",
        lineage: [:],
        categories: ["cat", "dog"],
        images: 1,
        annotations: 0
    )

    /// Gives out a task and returns it.
    func lease(
        _ samples: [Sample.ID],
        label: String? = "cat",
        to reviewer: String = "r1",
        now: Double = moment.seconds
    ) throws -> StoredTask {
        let plan = PlannedTask(
            samples: samples,
            label: label,
            score: label == nil ? nil : 0.9,
            reason: samples.count > 1 ? .cluster : .uncertain
        )
        let proposals = label.map { [ReviewItem.Proposal(label: $0, score: 0.9, source: "m@1")] }
        let task = NewTask(plan: plan, proposals: proposals ?? [], lease: UUID().uuidString)
        return try #require(
            try store.lease([task], to: reviewer, until: now + 300, now: now).first
        )
    }

    /// Accepts all samples of a task as a class.
    func accept(_ task: StoredTask, as label: String, id: String? = nil) throws -> SubmissionResult
    {
        let submission = ReviewSubmission(
            id: id,
            item: "r-\(task.id)",
            lease: task.lease,
            reviewer: "r1",
            decision: .accept,
            label: label
        )
        return try store.decide(submission, at: Self.moment) { task in
            ReviewEffects(
                labels: task.samples.map {
                    NewAnnotation(
                        sample: $0,
                        label: .classification(category: label),
                        state: .accepted,
                        source: "reviewer:r1"
                    )
                },
                label: label,
                exceptions: 0
            )
        }
    }
}

/// Says what class an image has, or that it has none.
func label(_ store: DatasetStore, _ sample: Sample.ID, _ name: String?) throws {
    try store.label(
        [(sample, name.map { [.classification(category: $0)] } ?? [])],
        author: "a",
        message: "",
        at: StoreFixture.moment
    )
}
