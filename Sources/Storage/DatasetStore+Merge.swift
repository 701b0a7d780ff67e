package import CurationCore
import GRDB

/// How a merge ended.
package struct MergeResult: Sendable {
    /// What came of it.
    package enum Kind: Sendable, Equatable {
        /// The branch had it all already.
        case upToDate
        /// The branch had nothing of its own, and is now where the other one is.
        case fastForward
        /// Both sides are joined in a new version.
        case merged
        /// Both sides are joined but for conflicts, which wait for review; no version was made.
        case conflicts(Int)
    }

    /// What came of it.
    package let kind: Kind
    /// The version that the branch is at now.
    package let version: Version?
    /// How many images differ from before.
    package let images: Int
}

extension DatasetStore {
    /// Joins the labels of another version into those of the branch.
    ///
    /// `name`: What people call the version.
    /// `join`: Merges one image.
    /// `describe`: Describes the version that comes of it.
    /// - Throws: `StorageError.uncommitted`, `.merging`, `.category` where both sides renamed a class.
    package func merge(
        _ theirs: Version,
        called name: String,
        message: String = "",
        author: String,
        at moment: Timestamp,
        join: (MergeInput) -> MergeOutcome,
        describe: (CommitContent) throws -> Version
    ) throws(StorageError) -> MergeResult {
        try write { database in
            try Self.checkIsFinished(leavingBehind: false, in: database)
            let branch = try Self.branch(in: database)
            let head = try Self.head(of: branch, in: database)
            let base = try Self.commonAncestor(head, theirs.id, in: database)
            guard base != theirs.id else {
                return MergeResult(
                    kind: .upToDate,
                    version: try Self.version(head.hex, in: database),
                    images: 0
                )
            }
            let note = BatchNote(author: author, message: message, at: moment)
            var merge = MergeBatch(of: theirs, called: name, into: branch, at: head, note)
            if base == head {
                return try Self.fastForward(&merge, branch, to: theirs, in: database)
            }
            try merge.join(
                from: LogPoint(since: base, in: database),
                theirs: LogPoint(of: theirs.id, in: database),
                in: database,
                join
            )
            return try Self.finish(merge, of: theirs, in: database, describe: describe)
        }
    }

    /// The version at which `branch` is.
    private static func head(
        of branch: String,
        in database: Database
    ) throws -> ContentDigest {
        guard let head = try reference(branch, in: database).flatMap(ContentDigest.init(hex:))
        else {
            throw StorageError.branch(branch, reason: "it has no version yet: commit first")
        }
        return head
    }

    /// A branch that has nothing of its own goes to where the other one is.
    private static func fastForward(
        _ merge: inout MergeBatch,
        _ branch: String,
        to theirs: Version,
        in database: Database
    ) throws -> MergeResult {
        try merge.take(LogPoint(of: theirs.id, in: database), in: database)
        try merge.append(to: database)
        try move(branch: branch, to: theirs.id.hex, in: database)
        return MergeResult(kind: .fastForward, version: theirs, images: merge.images)
    }

    /// Writes a merge, and makes a version of it unless there are conflicts.
    private static func finish(
        _ merge: MergeBatch,
        of theirs: Version,
        in database: Database,
        describe: (CommitContent) throws -> Version
    ) throws -> MergeResult {
        try merge.append(to: database)
        try database.execute(sql: "UPDATE dataset SET merging = ?", arguments: [theirs.id.hex])
        guard merge.conflicts == 0 else {
            return MergeResult(
                kind: .conflicts(merge.conflicts),
                version: nil,
                images: merge.images
            )
        }
        let version = try commit(tag: nil, in: database, describe: describe)
        return MergeResult(kind: .merged, version: version, images: merge.images)
    }

    /// Takes a merge that is not finished back: everything is as in the newest version of the branch.
    ///
    /// - Throws: `StorageError.batch` when no merge is going on.
    package func abortMerge(author: String, at moment: Timestamp) throws(StorageError) {
        try write { database in
            let merging = try String.fetchOne(database, sql: "SELECT merging FROM dataset")
            let branch = try Self.branch(in: database)
            guard merging != nil,
                let head = try Self.reference(branch, in: database).flatMap(
                    ContentDigest.init(hex:)
                )
            else { throw StorageError.batch(nil, reason: "no merge is going on") }
            var batch = LabelBatch(kind: .restore, author: author, at: moment)
            batch.payload = ["message": "merge taken back", "version": head.hex]
            let open = try OpenMerge(in: database)
            open?.note(.ends, in: &batch)
            try Self.add(LogPoint(of: head, in: database), to: &batch, in: database)
            let change = try batch.append(to: database)
            try open?.end(by: change, in: database)
        }
    }

    /// The newest version that both grew from; nil when there is none.
    private static func commonAncestor(
        _ first: ContentDigest,
        _ second: ContentDigest,
        in database: Database
    ) throws -> ContentDigest? {
        try Row.fetchOne(
            database,
            sql: """
                WITH RECURSIVE
                first (id) AS (SELECT ? UNION
                    SELECT parent FROM versionParent JOIN first ON versionParent.version = first.id),
                second (id) AS (SELECT ? UNION
                    SELECT parent FROM versionParent JOIN second ON versionParent.version = second.id)
                SELECT version.id FROM version
                JOIN first ON first.id = version.id JOIN second ON second.id = version.id
                ORDER BY version.number DESC LIMIT 1
                """,
            arguments: [first.hex, second.hex]
        ).map { try ContentDigest($0, "id") }
    }

    /// The open conflicts of images that nobody was given, by image.
    package func openConflicts(
        limit: Int,
        now: Double
    ) throws(StorageError) -> [OpenConflict] {
        try read { database in
            try OpenConflict.all(
                where: """
                    NOT EXISTS (
                        SELECT 1 FROM reviewTaskSample
                        JOIN reviewTask ON reviewTask.id = reviewTaskSample.task
                        WHERE reviewTaskSample.sample = conflict.sample
                            AND reviewTask.state = 'leased' AND reviewTask.expiresAt > ?)
                    ORDER BY conflict.sample, conflict.id LIMIT ?
                    """,
                [now, limit],
                in: database
            )
        }
    }
}
