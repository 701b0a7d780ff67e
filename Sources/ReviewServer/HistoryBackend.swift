package import Curation
package import CurationCore

/// The versions: what there is, what differs, what a merge could not decide, and the ways back.
package protocol HistoryBackend: Sendable {
    /// The versions, newest first, a page at a time after the one of this id, with the state of now.
    func versions(limit: Int, after: ContentDigest?) async throws -> VersionLog

    /// Makes a version of the labels of now; where a merge is going on, it ends.
    func commit(message: String, tag: String?, author: String) async throws -> VersionLog.Entry

    /// What differs between two states of the labels, as a reviewer may see it.
    func diff(_ request: DiffRequest, for reviewer: String) async throws -> DiffPage

    /// The open conflicts of the merge that is going on, by number, after this one.
    func conflicts(limit: Int, after: Int64) async throws -> ConflictPage

    /// Takes a side in open conflicts, all in one act.
    func settle(_ settlement: Settlement, author: String) async throws -> ActReport

    /// Makes the labels of one image those of a version.
    func restore(image: Sample.ID, to name: String, by reviewer: String) async throws -> ActReport

    /// Makes the labels of now those of a version, as a new version; nil where nothing differs.
    func restore(version name: String, by reviewer: String) async throws -> VersionLog.Entry?

    /// Every revision of every label of an image, as a reviewer may see them; nil when there is no such
    /// image.
    func history(of image: Sample.ID, for reviewer: String) async throws -> [BlameLine]?

    /// Where a label comes from, unless the reviewer may not see it.
    func why(_ annotation: String, for reviewer: String) async throws -> Lineage

    /// Takes a batch back, or does it again.
    func undo(batch: String, again: Bool, author: String) async throws -> ActReport
}

/// What is wrong with pictures, and how far the review has come.
package protocol IssuesBackend: Sendable {
    /// What is wrong, counted by kind.
    func issues() async throws -> IssueOverview

    /// The findings of a kind, worst first, after the one named, as a reviewer may see them; nil when there
    /// is no such kind.
    func issues(
        of kind: String,
        limit: Int,
        after: String?,
        for reviewer: String
    ) async throws -> IssuePage?

    /// Groups of copies, the largest first, after the one named, as a reviewer may see them.
    func duplicates(
        of kind: DuplicateGroup.Kind?,
        limit: Int,
        after: String?,
        for reviewer: String
    ) async throws -> DuplicatePage

    /// Takes pictures out of the data set, or puts them back in: one act; sent twice it counts once.
    func setMembership(
        _ choice: MembershipChoice,
        isPresent: Bool,
        id: String,
        author: String
    ) async throws -> ActReport

    /// How far the review has come; by class and person, too, where asked.
    func progress(detail: Bool) async throws -> ReviewProgress
}

extension ReviewDesk: HistoryBackend, IssuesBackend {}
