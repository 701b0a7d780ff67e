package import Curation
package import CurationCore

/// What the page asks of a data set.
///
/// `ReviewDesk` answers from the label store; the tests answer from memory.
package typealias ReviewBackend = QueueBackend & PictureBackend

/// The queue: what to decide next, what was decided, how far it has come.
package protocol QueueBackend: Sendable {
    /// The data set: its name, its classes, its counts.
    func overview() async throws -> DatasetOverview

    /// Leases at most `limit` further items to a reviewer, in the order in which to decide them.
    func next(limit: Int, reviewer: String) async throws -> [ReviewItem]

    /// Takes decisions; one that was taken before changes nothing.
    func decide(_ submissions: [ReviewSubmission]) async throws -> [SubmissionResult]

    /// Takes back the last decisions of a reviewer.
    func undo(reviewer: String, steps: Int) async throws -> [UndoneReview]

    /// How far the review has come.
    func status() async throws -> ReviewStatus

    /// Prolongs leases: each one that still holds with its new end, RFC 3339; lost ones are missing.
    func renew(leases: [String]) async throws -> [String: String]

    /// Gives leases back, so that others are offered the items at once.
    func release(leases: [String]) async throws
}

/// The pictures: what is known of each, and its pixels.
package protocol PictureBackend: Sendable {
    /// One image with its labels and its nearest images; nil when there is none of this number.
    func image(_ id: Sample.ID) async throws -> ImageDetail?

    /// A JPEG of an image, long side 320; nil when there is no such image.
    func thumbnail(of id: Sample.ID) async throws -> [UInt8]?

    /// An upright JPEG without metadata, at most `width` across; nil when there is no such image.
    func picture(of id: Sample.ID, width: Int) async throws -> [UInt8]?
}

extension ReviewDesk: QueueBackend, PictureBackend {}
