public import CurationCore
import Dispatch
import Foundation
import Imaging
import Storage

/// The review for a server: the same as `ReviewStage`, off the threads that answer requests.
///
/// Planning and decisions take turns on one queue; pictures are read beside them on others.
public final class ReviewDesk: Sendable {
    let dataset: Dataset
    let stage: ReviewStage
    let turns = DispatchQueue(label: "winnow.review.turns")
    let reads = DispatchQueue(label: "winnow.review.reads", attributes: .concurrent)
    // One picture after the other: a large one takes much memory while it is decoded.
    private let decoding = DispatchQueue(label: "winnow.review.decoding")

    /// Opens the desk of a data set.
    public init(dataset: Dataset) {
        self.dataset = dataset
        stage = ReviewStage(dataset: dataset)
    }

    /// The data set: its name, its classes, its counts.
    ///
    /// - Throws: `CurationError.storage`.
    public func overview() async throws -> DatasetOverview {
        try await taking(turns) { [self] in
            let (name, schema) = try dataset.schema()
            let status = try stage.status()
            let counts = try rephrasing { () throws in try dataset.store.acceptedCounts() }
            let head = try VersionStage(dataset: dataset).log().first
            return DatasetOverview(
                name: name,
                task: schema.task,
                version: head.map { String($0.id.hex.prefix(12)) },
                classes: DatasetOverview.ClassCount.list(schema.categories, counts: counts),
                images: status.pending + status.decided,
                pending: status.pending,
                leased: status.leased,
                decided: status.decided
            )
        }
    }

    /// Leases the next items to a reviewer.
    ///
    /// - Throws: as `ReviewStage.next`.
    public func next(limit: Int, reviewer: String) async throws -> [ReviewItem] {
        try await taking(turns) { [self] in try stage.next(limit: limit, reviewer: reviewer) }
    }

    /// Takes decisions.
    ///
    /// - Throws: as `ReviewStage.decide`.
    public func decide(_ submissions: [ReviewSubmission]) async throws -> [SubmissionResult] {
        try await taking(turns) { [self] in try stage.decide(submissions) }
    }

    /// Takes back the newest decisions of a reviewer.
    ///
    /// - Throws: as `ReviewStage.undo`.
    public func undo(reviewer: String, steps: Int) async throws -> [UndoneReview] {
        try await taking(turns) { [self] in try stage.undo(reviewer: reviewer, steps: steps) }
    }

    /// How far the review has come.
    ///
    /// - Throws: as `ReviewStage.status`.
    public func status() async throws -> ReviewStatus {
        try await taking(turns) { [self] in try stage.status() }
    }

    /// Lengthens leases; answers with the new end of each that still holds, RFC 3339.
    ///
    /// - Throws: as `ReviewStage.renew`.
    public func renew(leases: [String]) async throws -> [String: String] {
        try await taking(turns) { [self] in try stage.renew(leases).mapValues(\.description) }
    }

    /// Gives leases back.
    ///
    /// - Throws: as `ReviewStage.release`.
    public func release(leases: [String]) async throws {
        try await taking(turns) { [self] in try stage.release(leases) }
    }

    /// One picture with its labels and the pictures near to it; nil when there is none.
    ///
    /// - Throws: `CurationError.storage`.
    public func image(_ id: Sample.ID) async throws -> ImageDetail? {
        try await taking(reads) { [self] in
            try rephrasing { () throws in
                let store = dataset.store
                guard let sample = try store.samples([id]).first else { return nil }
                let near = try store.neighbors(of: id).prefix(5)
                return ImageDetail(
                    image: ReviewItem.Image(sample),
                    bytes: sample.bytes,
                    format: sample.format,
                    annotations: try store.annotations(of: id).map(ImageDetail.AnnotationView.init),
                    nearest: try near.map { near in
                        let label = try store.annotations(of: near.sample)
                            .last { $0.state == .accepted }?.label.category
                        return ImageDetail.NearestImage(
                            id: near.sample,
                            similarity: near.similarity,
                            label: label
                        )
                    }
                )
            }
        }
    }

    /// The thumbnail, a JPEG of long side 320: the one made at import, or made anew when it is gone.
    ///
    /// - Returns: nil when there is no such picture, or its file is gone too.
    ///
    /// - Throws: `CurationError.storage`.
    public func thumbnail(of id: Sample.ID) async throws -> [UInt8]? {
        try await taking(reads) { [self] in
            try rephrasing { () throws in
                guard let sample = try dataset.store.samples([id]).first else { return nil }
                let file = DatasetFiles(folder: dataset.folder).thumbnail(of: sample.sha256)
                if let kept = try? PictureFile.read(file), !kept.isEmpty { return kept }
                return (try? dataset.pictures.pixels(of: sample)).map { Thumbnail.jpeg(of: $0) }
            }
        }
    }

    /// The upright picture as a JPEG without metadata, at most `width` across.
    ///
    /// - Returns: nil when there is no such picture, or its file is gone or holds other bytes now.
    /// - Throws: `CurationError.storage`.
    public func picture(of id: Sample.ID, width: Int) async throws -> [UInt8]? {
        try await taking(decoding) { [self] in
            try rephrasing { () throws in
                guard let sample = try dataset.store.samples([id]).first,
                    let bytes = try? dataset.pictures.bytes(of: sample)
                else { return nil }
                let share = min(1, Double(width) / Double(sample.width))
                let across = max(1, Int((Double(sample.width) * share).rounded()))
                let down = max(1, Int((Double(sample.height) * share).rounded()))
                let decoder = ImageDecoder(pixelLimit: .max)
                guard let image = try? decoder.decode(bytes, atLeast: min(across, down))
                else { return nil }
                let pixels = image.pixels.resized(width: across, height: down)
                return JPEGEncoder.encode(pixels, quality: 90)
            }
        }
    }

    func taking<T: Sendable>(
        _ queue: DispatchQueue,
        _ work: @escaping @Sendable () throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}

extension ImageDetail.AnnotationView {
    init(_ annotation: Annotation) {
        self.init(
            label: annotation.label.category,
            type: annotation.label.kind,
            source: annotation.source,
            state: annotation.state,
            score: annotation.score
        )
    }
}
