public import CurationCore
import History
import Storage

/// What the data set is doing: its branch, and what no version holds yet.
public struct WorkingStatus: Sendable, Codable {
    /// The branch that commits go to.
    public let branch: String
    /// The newest version of the branch; nil before the first.
    public let head: ContentDigest?
    /// The version that is being merged; nil when none is.
    public let merging: ContentDigest?
    /// How many conflicts of the merge nobody has decided yet.
    public let conflicts: Int
    /// Images that came since the newest version.
    public let imagesAdded: Int
    /// Images that left.
    public let imagesRemoved: Int
    /// Labels that differ, of images that were there before.
    public let labelsChanged: Int
    /// Refusals of classes that differ: part of the branch, not of a version's content.
    public let refusalsChanged: Int
    /// Classes that differ.
    public let classesChanged: Int

    enum CodingKeys: String, CodingKey {
        case branch, head, merging, conflicts
        case imagesAdded = "images_added"
        case imagesRemoved = "images_removed"
        case labelsChanged = "labels_changed"
        case refusalsChanged = "refusals_changed"
        case classesChanged = "classes_changed"
    }

    /// Whether the newest version holds everything.
    public var isClean: Bool {
        merging == nil
            && imagesAdded + imagesRemoved + labelsChanged + refusalsChanged
                + classesChanged == 0
    }
}

/// A branch: a name that moves with each commit.
public struct Branch: Sendable, Codable {
    /// The name.
    public let branch: String
    /// The version that it is at.
    public let id: ContentDigest
    /// Whether commits go to it.
    public let current: Bool
}

/// How a merge ended.
public struct MergeReport: Sendable, Codable {
    /// `up-to-date`, `fast-forward`, `merged` or `conflicts`.
    public let result: String
    /// How many conflicts wait for review.
    public let conflicts: Int
    /// How many images differ from before.
    public let images: Int
    /// The version that the branch is at; nil while there are conflicts.
    public let id: ContentDigest?
}

extension VersionStage {
    /// The branch, and what its newest version does not hold.
    ///
    /// - Throws: `CurationError.storage`.
    public func status() throws -> WorkingStatus {
        try rephrasing { () throws in
            let state = try dataset.store.workingState()
            let classes = VersionChange.all(in: state.difference).count { $0.category != nil }
            return WorkingStatus(
                branch: state.branch,
                head: state.head?.id,
                merging: state.merging?.id,
                conflicts: state.conflicts,
                imagesAdded: state.difference.added.count,
                imagesRemoved: state.difference.removed.count,
                labelsChanged: state.difference.labels.count,
                refusalsChanged: state.difference.refusals,
                classesChanged: classes
            )
        }
    }

    /// The branches, by name.
    ///
    /// - Throws: `CurationError.storage`.
    public func branches() throws -> [Branch] {
        try rephrasing { () throws in
            let current = try dataset.store.branch()
            return try dataset.store.versionNames().filter(\.isBranch).map {
                Branch(branch: $0.name, id: $0.version, current: $0.name == current)
            }
        }
    }

    /// Makes a branch that begins at a version.
    ///
    /// - Throws: `CurationError.badData` when the name is taken or none.
    public func makeBranch(_ name: String, at version: Version) throws {
        try rephrasing { () throws in try dataset.store.makeBranch(name, at: version) }
    }

    /// Removes the name of a branch; its versions stay.
    ///
    /// - Throws: `CurationError.badData` when it is not there, or in use.
    public func removeBranch(_ name: String) throws {
        try rephrasing { () throws in try dataset.store.removeBranch(name) }
    }

    /// Makes the labels of now those of another branch.
    ///
    /// `leavingBehind`: Whether to go even though there is work that no version holds.
    /// - Throws: `CurationError.unfinished` when there is, `.badData` when there is no such branch.
    public func switchBranch(
        to name: String,
        leavingBehind: Bool = false,
        author: String,
        message: String = "",
        at moment: Timestamp = .now
    ) throws {
        try rephrasing { () throws in
            _ = try dataset.store.switchBranch(
                to: name,
                leavingBehind: leavingBehind,
                author: author,
                message: message,
                at: moment
            )
        }
    }

    /// Makes the labels of now those of a version, as a new version.
    ///
    /// - Returns: The new version; nil where nothing differs.
    /// - Throws: `CurationError.unfinished` when there is work that no version holds.
    public func restore(
        _ version: Version,
        message: String? = nil,
        leavingBehind: Bool = false,
        author: String,
        at moment: Timestamp = .now
    ) throws -> Version? {
        let message = message ?? "restore \(version.id.hex.prefix(12)): \(version.message)"
        return try rephrasing { () throws in
            let lineage = try self.lineage()
            return try dataset.store.restore(
                version,
                leavingBehind: leavingBehind,
                author: author,
                at: moment
            ) { Self.version(of: $0, message, author, lineage, moment) }
        }
    }

    /// Joins the labels of another version into those of the branch.
    ///
    /// Where both sides changed a label, each in its own way, the image waits for review, and no
    /// version is made until that is done.
    ///
    /// `name`: What people call the version: the name of its branch.
    /// - Throws: `CurationError.unfinished` when there is work that no version holds.
    public func merge(
        _ version: Version,
        called name: String,
        message: String? = nil,
        author: String,
        at moment: Timestamp = .now
    ) throws -> MergeReport {
        try rephrasing { () throws in
            let lineage = try self.lineage()
            let result = try dataset.store.merge(
                version,
                called: name,
                message: message ?? "",
                author: author,
                at: moment,
                join: ThreeWayMerge.merge
            ) { Self.version(of: $0, message ?? "merge \(name)", author, lineage, moment) }
            let (word, conflicts) =
                switch result.kind {
                case .upToDate: ("up-to-date", 0)
                case .fastForward: ("fast-forward", 0)
                case .merged: ("merged", 0)
                case .conflicts(let count): ("conflicts", count)
                }
            return MergeReport(
                result: word,
                conflicts: conflicts,
                images: result.images,
                id: result.version?.id
            )
        }
    }

    /// Takes a merge that is not finished back.
    ///
    /// - Throws: `CurationError.input` when none is going on.
    public func abortMerge(author: String, at moment: Timestamp = .now) throws {
        try rephrasing { () throws in try dataset.store.abortMerge(author: author, at: moment) }
    }
}
