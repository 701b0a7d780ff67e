package import Curation
package import CurationCore

/// What the page asks of a data set.
///
/// `ReviewDesk` answers from the label store; the tests answer from memory.
package typealias ReviewBackend = QueueBackend & PictureBackend & EventBackend & HistoryBackend
    & IssuesBackend & GridBackend

/// The queue: what to decide next, what was decided, how far it has come.
package protocol QueueBackend: Sendable {
    /// The data set: its name, its classes, its counts.
    func overview() async throws -> DatasetOverview

    /// Leases at most `limit` further items to a reviewer, in the order in which to decide them.
    func next(limit: Int, reviewer: String) async throws -> [ReviewItem]

    /// Splits a group into two, which the reviewer holds from then on.
    func split(item: String, lease: String, reviewer: String) async throws -> [ReviewItem]

    /// Takes decisions; one that was taken before changes nothing.
    func decide(_ submissions: [ReviewSubmission]) async throws -> [SubmissionResult]

    /// Takes back the last acts of a reviewer: in the queue, in views and on pictures.
    func undoActs(of reviewer: String, steps: Int) async throws -> ReversedActs

    /// Does again what a reviewer took back last.
    func redoActs(of reviewer: String, steps: Int) async throws -> ReversedActs

    /// How far the review has come.
    func status() async throws -> ReviewStatus

    /// Prolongs leases: each one that still holds with its new end, RFC 3339; lost ones are missing.
    func renew(leases: [String]) async throws -> [String: String]

    /// Gives leases back, so that others are offered the items at once.
    func release(leases: [String]) async throws
}

/// The pictures: what is known of each, and its pixels.
package protocol PictureBackend: Sendable {
    /// One image with its labels and its nearest images, as a reviewer may see it; nil when there is none of
    /// this number.
    func image(_ id: Sample.ID, for reviewer: String) async throws -> ImageDetail?

    /// Flags images, or takes the flags away; answers how many changed.
    func flag(_ ids: [Sample.ID], isOn: Bool, by reviewer: String) async throws -> Int

    /// Keeps what a person says about an image.
    func comment(
        _ text: String,
        on id: Sample.ID,
        by reviewer: String
    ) async throws -> RemarkReport.Comment

    /// A JPEG of an image, long side 160 or 320, or that the browser has it, which `tag` names; nil when
    /// there is no such image.
    func thumbnail(of id: Sample.ID, side: Int, unless tag: String?) async throws -> SentPicture?

    /// An upright JPEG without metadata, at most `width` across; nil when there is no such image.
    func picture(of id: Sample.ID, width: Int) async throws -> [UInt8]?
}

/// The events: what changes while the page is open.
package protocol EventBackend: Sendable {
    /// How things stand, with what came back since an earlier look.
    func pulse(since earlier: ReviewPulse?) async throws -> ReviewPulse
}

/// The views: frozen lists of pictures, and what is in them.
package protocol GridBackend: Sendable {
    /// Freezes the pictures for which something holds, in an order, as a reviewer may see them.
    func makeView(_ query: ViewQuery, for reviewer: String) async throws -> GridStage.MadeView

    /// The pictures of a view from a position on, as octets, as a reviewer may see them.
    func rows(
        of view: String,
        from: Int,
        count: Int,
        for reviewer: String
    ) async throws -> [UInt8]

    /// The pictures of a view from a position on in full, as a reviewer may see them, and how many it has.
    func items(
        of view: String,
        from: Int,
        count: Int,
        for reviewer: String
    ) async throws -> (items: [ViewItem], count: Int)

    /// How the pictures of a view spread over the values of fields, as a reviewer may see them.
    func facets(
        of view: String,
        fields: [String],
        for reviewer: String
    ) async throws -> [ViewFacet]

    /// What can be filtered and sorted by.
    func fields() async throws -> [FieldOverview]

    /// Decides about pictures of a view; sent twice it counts once.
    func decide(
        _ decision: ViewDecision,
        about view: String,
        by reviewer: String
    ) async throws -> ViewDecisionResult

    /// Gives a picture exactly the labels that a person drew; sent twice it counts once.
    func edit(
        _ edit: ImageEdit,
        of sample: Sample.ID,
        by reviewer: String
    ) async throws -> ImageEditResult
}

extension ReviewDesk: QueueBackend, PictureBackend, EventBackend, GridBackend {}
