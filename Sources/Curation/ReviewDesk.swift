public import CurationCore
import Dispatch
import Foundation
import Imaging
import Storage

/// The review for a server: the same as `ReviewStage`, off the threads that answer requests.
///
/// Plans take turns on one queue, decisions on another; counts and pictures are read beside them.
public final class ReviewDesk: Sendable {
    let dataset: Dataset
    let stage: ReviewStage
    let grid: GridStage
    let thumbnails = ThumbnailCache()
    let turns = DispatchQueue(label: "winnow.review.turns")
    let writing = DispatchQueue(label: "winnow.review.writing")
    let ahead = PlanAhead()
    let reads = DispatchQueue(label: "winnow.review.reads", attributes: .concurrent)
    let lastDifference = LastDifference()
    let foundIssues = FoundIssues()
    let views = DispatchQueue(label: "winnow.review.views")
    // One picture after the other: a large one takes much memory while it is decoded.
    private let decoding = DispatchQueue(label: "winnow.review.decoding")

    /// Opens the desk of a data set.
    public init(dataset: Dataset) {
        self.dataset = dataset
        stage = ReviewStage(dataset: dataset)
        grid = GridStage(dataset: dataset)
    }

    /// The data set: its name, its classes, its counts.
    ///
    /// - Throws: `CurationError.storage`.
    public func overview() async throws -> DatasetOverview {
        try await taking(views) { [self] in
            let (name, schema) = try dataset.schema()
            let counts = try grid.counts()
            // Of things in pictures there may be more: one is done when somebody said so.
            let decided =
                schema.task == .classification
                ? counts.decided
                : try rephrasing { () throws in try dataset.store.finishedSamples().count }
            let head = try VersionStage(dataset: dataset).log().first
            return DatasetOverview(
                name: name,
                task: schema.task,
                version: head.map { String($0.id.hex.prefix(12)) },
                classes: DatasetOverview.ClassCount.list(schema.categories, counts: counts.classes),
                images: counts.images,
                pending: counts.images - decided,
                leased: counts.leased,
                decided: decided
            )
        }
    }

    /// Splits a group into two.
    ///
    /// - Throws: as `ReviewStage.split`.
    public func split(
        item: String,
        lease: String,
        reviewer: String
    ) async throws -> [ReviewItem] {
        try await taking(turns) { [self] in
            try stage.split(item, lease: lease, reviewer: reviewer)
        }
    }

    /// How far the review has come.
    ///
    /// - Throws: as `ReviewStage.status`.
    public func status() async throws -> ReviewStatus {
        try await taking(reads) { [self] in try stage.status() }
    }

    /// Lengthens leases; answers with the new end of each that still holds, RFC 3339.
    ///
    /// - Throws: as `ReviewStage.renew`.
    public func renew(leases: [String]) async throws -> [String: String] {
        try await taking(writing) { [self] in try stage.renew(leases).mapValues(\.description) }
    }

    /// Gives leases back.
    ///
    /// - Throws: as `ReviewStage.release`.
    public func release(leases: [String]) async throws {
        try await taking(writing) { [self] in try stage.release(leases) }
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
