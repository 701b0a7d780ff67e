import Curation
import CurationCore
import Foundation
import ReviewServer
import Synchronization
import Testing

/// A data set in memory: one group of which six are shown, then single pictures; or things in pictures.
final class MemoryBackend: ReviewBackend {
    struct State {
        var decided: [String: ReviewSubmission] = [:]
        var order: [String] = []
        var leased: Set<String> = []
        var submissions = 0
    }

    static let proposal = ReviewItem.Proposal(label: "shoes", score: 0.9, source: "classifier@1")

    private let state = Mutex(State())
    private let singles: Int
    private let task: LabelTask

    init(singles: Int = 4, task: LabelTask = .classification) {
        self.singles = singles
        self.task = task
    }

    /// What has been decided, by item.
    var decided: [String: ReviewSubmission] { state.withLock { $0.decided } }
    /// How many decisions came in, repeated ones too.
    var submissions: Int { state.withLock { $0.submissions } }

    func overview() async throws -> DatasetOverview {
        let names = ["hat", "shoes", "dress"]
        return DatasetOverview(
            name: "clothing",
            task: task,
            version: nil,
            classes: DatasetOverview.ClassCount.list(
                names.enumerated().map { CurationCore.Category(id: $0 + 1, name: $1) },
                counts: [:]
            ),
            images: 6 + singles,
            pending: 6 + singles,
            leased: 0,
            decided: 0
        )
    }

    func next(limit: Int, reviewer: String) async throws -> [ReviewItem] {
        state.withLock { state in
            let free = items.filter {
                state.decided[$0.item] == nil && !state.leased.contains($0.lease)
            }
            let given = Array(free.prefix(limit))
            state.leased.formUnion(given.map(\.lease))
            return given
        }
    }

    func decide(_ submissions: [ReviewSubmission]) async throws -> [SubmissionResult] {
        state.withLock { state in
            submissions.map { submission in
                state.submissions += 1
                let item = submission.item
                if let known = state.decided[item] {
                    let status: SubmissionResult.Status =
                        known.id == submission.id ? .repeated : .conflict
                    return SubmissionResult(item: item, status: status)
                }
                state.decided[item] = submission
                state.order.append(item)
                state.leased.remove("lease-\(item)")
                return SubmissionResult(item: item, status: .decided, undo: 1)
            }
        }
    }

    func undo(reviewer: String, steps: Int) async throws -> [UndoneReview] {
        state.withLock { state in
            guard let item = state.order.popLast() else { return [] }
            state.decided[item] = nil
            return [UndoneReview(item: item, what: "decided \(item)", count: 1)]
        }
    }

    func status() async throws -> ReviewStatus {
        let decided = decided.count
        return ReviewStatus(
            pending: items.count - decided,
            leased: 0,
            decided: decided,
            accuracy: nil,
            cost: nil
        )
    }

    func renew(leases: [String]) async throws -> [String: String] {
        state.withLock { state in
            let held = leases.filter(state.leased.contains)
            return Dictionary(uniqueKeysWithValues: held.map { ($0, Self.expiry) })
        }
    }

    func release(leases: [String]) async throws {
        state.withLock { $0.leased.subtract(leases) }
    }

    func image(_ id: Sample.ID) async throws -> ImageDetail? {
        guard (1...Int64(6 + singles)).contains(id) else { return nil }
        return ImageDetail(
            image: Self.image(id),
            bytes: 1000,
            format: .jpeg,
            annotations: [],
            nearest: []
        )
    }

    func thumbnail(of id: Sample.ID) async throws -> [UInt8]? {
        try await image(id) == nil ? nil : Self.pixel
    }

    func picture(of id: Sample.ID, width: Int) async throws -> [UInt8]? {
        try await image(id) == nil ? nil : Self.pixel
    }

    private var items: [ReviewItem] { task == .classification ? groups : things }

    /// A picture with two things found, a screen of three crops, and a picture without any.
    private var things: [ReviewItem] {
        let boxes = [("hat", 10.0), ("shoes", 200.0)].map { name, x in
            ReviewItem.Proposal(
                id: "p-\(name)",
                type: "box",
                label: name,
                score: 0.8,
                source: "detector@1",
                annotation: Self.box(name, x)
            )
        }
        func whole(_ number: Int, _ proposals: [ReviewItem.Proposal]) -> ReviewItem {
            ReviewItem(
                item: "r-\(number)",
                lease: "lease-r-\(number)",
                expires: Self.expiry,
                reason: .representative,
                image: Self.image(Int64(number), width: 400, height: 300),
                predictions: proposals
            )
        }
        let crops = (1...3).map { number in
            ReviewItem.Crop(
                object: number,
                image: Self.image(Int64(number + 3), width: 400, height: 300),
                annotation: Self.box("hat", Double(number * 20)),
                score: 0.9
            )
        }
        let screen = ReviewItem(
            item: "r-2",
            lease: "lease-r-2",
            expires: Self.expiry,
            reason: .cluster,
            objects: crops,
            predictions: [ReviewItem.Proposal(label: "hat", score: 0.9, source: "detector@1")]
        )
        return [whole(1, boxes), screen, whole(3, [])]
    }

    /// A box of 60 x 40 pixels.
    static func box(_ name: String, _ x: Double) -> Label {
        .detection(category: name, box: BoundingBox(x: x, y: 50, width: 60, height: 40))
    }

    private var groups: [ReviewItem] {
        let group = ReviewItem(
            item: "r-1",
            lease: "lease-r-1",
            expires: Self.expiry,
            reason: .cluster,
            shown: (1...6).map { Self.image($0) },
            unseen: Array(101...190),
            errorBound: 0.01,
            predictions: [Self.proposal]
        )
        return [group]
            + (0..<singles).map { index in
                ReviewItem(
                    item: "r-\(index + 2)",
                    lease: "lease-r-\(index + 2)",
                    expires: Self.expiry,
                    reason: .uncertain,
                    image: Self.image(Int64(index + 7)),
                    predictions: [Self.proposal]
                )
            }
    }

    private static let expiry = "2100-01-01T00:00:00.000Z"

    private static func image(
        _ id: Sample.ID,
        width: Int = 1,
        height: Int = 1
    ) -> ReviewItem.Image {
        ReviewItem.Image(
            Sample(
                id: id,
                path: "/pictures/\(id).jpg",
                sha256: ContentDigest(of: "\(id)"),
                format: .jpeg,
                width: width,
                height: height,
                bytes: 1000,
                pixelDigest: ContentDigest(of: "pixels"),
                perceptualHash: PerceptualHash(words: .zero)
            )
        )
    }

    /// A JPEG of one grey pixel.
    private static let pixel: [UInt8] = {
        let text =
            "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP" + String(repeating: "/", count: 86)
            + "wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
        return Data(base64Encoded: text).map { Array($0) } ?? []
    }()
}
