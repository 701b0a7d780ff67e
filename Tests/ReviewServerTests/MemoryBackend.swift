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
        var flagged: Set<Sample.ID> = []
        var comments: [String] = []
        var firstLooks = 0
    }

    static let proposal = ReviewItem.Proposal(label: "shoes", score: 0.9, source: "classifier@1")

    /// Versions, conflicts and copies.
    let history = MemoryHistory()
    private let state = Mutex(State())
    private let singles: Int
    private let task: LabelTask
    /// Names of classes and of pictures, in the place of the usual ones.
    private let texts: [String]

    /// Whether something is decided each time that nobody listens any more.
    let changesUnheard: Bool

    init(
        singles: Int = 4,
        task: LabelTask = .classification,
        texts: [String] = [],
        changesUnheard: Bool = false
    ) {
        self.changesUnheard = changesUnheard
        self.singles = singles
        self.task = task
        self.texts = texts
    }

    /// How often there was nobody who listened before somebody came again.
    func countFirstLook(_ isFirst: Bool) -> Int {
        state.withLock { state in
            if isFirst { state.firstLooks += 1 }
            return state.firstLooks - 1
        }
    }

    /// What has been decided, by item.
    var decided: [String: ReviewSubmission] { state.withLock { $0.decided } }
    /// The images that are flagged.
    var flagged: Set<Sample.ID> { state.withLock { $0.flagged } }
    /// What was said about images.
    var comments: [String] { state.withLock { $0.comments } }
    /// How many decisions came in, repeated ones too.
    var submissions: Int { state.withLock { $0.submissions } }

    func overview() async throws -> DatasetOverview {
        let names = texts.isEmpty ? ["hat", "shoes", "dress"] : texts
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

    func split(item: String, lease: String, reviewer: String) async throws -> [ReviewItem] {
        try state.withLock { state in
            guard let whole = items.first(where: { $0.item == item }), state.leased.contains(lease),
                let shown = whole.shown
            else { throw CurationError.input("there is no such group") }
            // The whole stays taken: it is not offered beside its halves.
            let halves = [Array(shown.prefix(4)), Array(shown.dropFirst(4))]
            return halves.enumerated().map { index, images in
                let half = ReviewItem(
                    item: "\(item)\(index + 1)",
                    lease: "lease-\(item)\(index + 1)",
                    expires: Self.expiry,
                    reason: .cluster,
                    shown: images,
                    predictions: [Self.proposal]
                )
                state.leased.insert(half.lease)
                return half
            }
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

    func undoActs(of reviewer: String, steps: Int) async throws -> ReversedActs {
        state.withLock { state in
            guard let item = state.order.popLast() else {
                let act = history.takeBackNewest()
                return ReversedActs(acts: act.map { [$0] } ?? [], canUndo: false, canRedo: false)
            }
            state.decided[item] = nil
            let act = ReversedAct(id: 1, item: item, what: "decided \(item)", count: 1)
            return ReversedActs(acts: [act], canUndo: !state.order.isEmpty, canRedo: true)
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

    func flag(_ ids: [Sample.ID], isOn: Bool, by reviewer: String) async throws -> Int {
        state.withLock { state in
            ids.count { isOn ? state.flagged.insert($0).inserted : state.flagged.remove($0) != nil }
        }
    }

    func comment(
        _ text: String,
        on id: Sample.ID,
        by reviewer: String
    ) async throws -> RemarkReport.Comment {
        guard try await image(id, for: reviewer) != nil else { throw CurationError.input("none") }
        guard !text.isEmpty else { throw CurationError.badData("a comment has a text") }
        state.withLock { $0.comments.append(text) }
        return RemarkReport.Comment(reviewer: reviewer, text: text, at: "2026-01-01T00:00:00.000Z")
    }

    func image(_ id: Sample.ID, for reviewer: String) async throws -> ImageDetail? {
        guard (1...Int64(max(6 + singles, texts.count))).contains(id) else { return nil }
        let path = Int(id) <= texts.count ? texts[Int(id) - 1] : nil
        return ImageDetail(
            image: Self.image(id, path: path),
            bytes: 1000,
            format: .jpeg,
            annotations: path.map {
                let label = Label.classification(category: $0)
                let annotation = Annotation(
                    id: "a-1",
                    sample: id,
                    label: label,
                    source: $0,
                    state: .accepted,
                    score: 1
                )
                return [ImageDetail.AnnotationView(annotation)]
            } ?? [],
            nearest: path.map { [.init(id: 1, similarity: 1, label: $0)] } ?? []
        )
    }

    func thumbnail(of id: Sample.ID, side: Int, unless tag: String?) async throws -> SentPicture? {
        let own = "\(id)-\(side)"
        return try await image(id, for: "r1") == nil
            ? nil : SentPicture(tag: own, bytes: own == tag ? nil : Self.pixel)
    }

    func picture(of id: Sample.ID, width: Int) async throws -> [UInt8]? {
        try await image(id, for: "r1") == nil ? nil : Self.pixel
    }

    private var items: [ReviewItem] {
        if !texts.isEmpty { return named }
        return task == .classification ? groups : things
    }

    /// Screens of 24 pictures with the texts as names, each proposed as one of them, then single pictures.
    private var named: [ReviewItem] {
        let pictures = texts.enumerated().map { number, text in
            Self.image(Int64(number + 1), path: text)
        }
        let screens = stride(from: 0, to: texts.count, by: 24).map { start in
            ReviewItem(
                item: "r-\(start + 1)",
                lease: "lease-r-\(start + 1)",
                expires: Self.expiry,
                reason: .cluster,
                shown: Array(pictures[start..<min(start + 24, texts.count)]),
                unseen: [],
                errorBound: 0.01,
                predictions: [.init(label: texts[start], score: 0.9, source: texts[start])]
            )
        }
        let singles = texts.enumerated().prefix(singles).map { number, text in
            ReviewItem(
                item: "r-\(number + 1001)",
                lease: "lease-r-\(number + 1001)",
                expires: Self.expiry,
                reason: .uncertain,
                image: pictures[number],
                predictions: [.init(label: text, score: 0.9, source: text)]
            )
        }
        return screens + singles
    }

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

    static func image(
        _ id: Sample.ID,
        width: Int = 1,
        height: Int = 1,
        path: String? = nil
    ) -> ReviewItem.Image {
        ReviewItem.Image(
            Sample(
                id: id,
                path: path ?? "/pictures/\(id).jpg",
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
