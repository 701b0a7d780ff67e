package import CurationCore
import GRDB

/// What the data set is doing: its branch, and what no version holds yet.
package struct WorkingState: Sendable {
    /// The branch that commits go to.
    package let branch: String
    /// The newest version of the branch; nil before the first.
    package let head: Version?
    /// What differs from it.
    package let difference: StateDifference
    /// The version that is being merged; nil when none is.
    package let merging: Version?
    /// How many conflicts of the merge nobody has decided yet.
    package let conflicts: Int
}

extension DatasetStore {
    /// The branch, its newest version, and what differs from that.
    package func workingState() throws(StorageError) -> WorkingState {
        try read { database in
            let branch = try Self.branch(in: database)
            let head = try Self.reference(branch, in: database)
            let merging = try String.fetchOne(database, sql: "SELECT merging FROM dataset")
            return WorkingState(
                branch: branch,
                head: try head.flatMap { try Self.version($0, in: database) },
                difference: try Self.uncommitted(in: database),
                merging: try merging.flatMap { try Self.version($0, in: database) },
                conflicts: try Self.openConflictCount(in: database)
            )
        }
    }

    /// What no version of the branch holds; before the first version, all that there is.
    private static func uncommitted(in database: Database) throws -> StateDifference {
        let head = try reference(branch(in: database), in: database)
        let point = try LogPoint(since: head.map(requireDigest), in: database)
        return try difference(from: point, to: LogPoint.now(in: database), in: database)
    }

    private static func requireDigest(_ hex: String) throws -> ContentDigest {
        guard let digest = ContentDigest(hex: hex) else {
            throw StorageError.database(message: "'\(hex)' as the id of a version")
        }
        return digest
    }

    /// Refuses to go on while there is work that would be left behind.
    static func checkIsFinished(leavingBehind: Bool, in database: Database) throws {
        let merging = try String.fetchOne(database, sql: "SELECT merging FROM dataset")
        guard merging == nil else {
            throw StorageError.merging(conflicts: try openConflictCount(in: database))
        }
        guard !leavingBehind else { return }
        let difference = try uncommitted(in: database)
        guard difference.isEmpty else {
            throw StorageError.uncommitted(labels: difference.imageCount)
        }
    }

    /// Makes a branch that begins at a version, and stays on the branch of now.
    ///
    /// - Throws: `StorageError.branch` when the name is taken, `.badName` when it is none.
    package func makeBranch(_ name: String, at version: Version) throws(StorageError) {
        try write { database in
            try Self.checkName(name)
            guard try Self.reference(name, in: database) == nil else {
                throw StorageError.branch(name, reason: "the name is taken: choose another one")
            }
            try Self.move(branch: name, to: version.id.hex, in: database)
        }
    }

    /// Removes the name of a branch; its versions stay, by their ids.
    ///
    /// - Throws: `StorageError.branch` when it is not there, or the one in use.
    package func removeBranch(_ name: String) throws(StorageError) {
        try write { database in
            try Self.checkIsBranch(name, in: database)
            guard try name != Self.branch(in: database) else {
                throw StorageError.branch(name, reason: "it is in use: switch to another one first")
            }
            try database.execute(sql: "DELETE FROM reference WHERE name = ?", arguments: [name])
        }
    }

    static func checkIsBranch(_ name: String, in database: Database) throws {
        let kind = try String.fetchOne(
            database,
            sql: "SELECT kind FROM reference WHERE name = ?",
            arguments: [name]
        )
        switch kind {
        case "branch"?: return
        case nil:
            throw StorageError.branch(
                name,
                reason:
                    "there is none: `winnow branch` lists them, `winnow switch -c NAME` makes one"
            )
        default:
            throw StorageError.branch(
                name,
                reason: "it is a tag: `winnow restore \(name)` brings its labels back, "
                    + "`winnow switch -c NAME --at \(name)` makes a branch of it"
            )
        }
    }

    /// Makes the labels, images and classes of now those of another branch's newest version.
    ///
    /// `leavingBehind`: Whether to go even though there is work that no version holds.
    /// - Returns: The number of the change; nil where the branch is in use and nothing differs.
    /// - Throws: `StorageError.uncommitted`, `.merging`, `.branch`.
    @discardableResult
    package func switchBranch(
        to name: String,
        leavingBehind: Bool,
        author: String,
        message: String = "",
        at moment: Timestamp
    ) throws(StorageError) -> Int64? {
        try write { database in
            try Self.checkIsBranch(name, in: database)
            try Self.checkIsFinished(leavingBehind: leavingBehind, in: database)
            let id = try Self.reference(name, in: database) ?? ""
            let point = try LogPoint(of: Self.requireDigest(id), in: database)
            var batch = LabelBatch(kind: .switch, author: author, message: message, at: moment)
            let current = try Self.branch(in: database)
            batch.payload.merge(
                try SwitchReturn.payload(leaving: current, for: name, in: database)
            ) { $1 }
            try Self.add(point, to: &batch, in: database)
            guard name != current || !batch.isEmpty else { return nil }
            try database.execute(sql: "UPDATE dataset SET branch = ?", arguments: [name])
            return try batch.append(to: database)
        }
    }

    /// Makes the labels, images and classes of now those of a version, and that a version of its own.
    ///
    /// - Returns: The new version; nil where nothing differs.
    /// - Throws: `StorageError.uncommitted`, `.merging`.
    package func restore(
        _ version: Version,
        leavingBehind: Bool,
        author: String,
        at moment: Timestamp,
        describe: (CommitContent) throws -> Version
    ) throws(StorageError) -> Version? {
        try write { database in
            try Self.checkIsFinished(leavingBehind: leavingBehind, in: database)
            var batch = LabelBatch(kind: .restore, author: author, at: moment)
            batch.payload = ["version": version.id.hex]
            try Self.add(LogPoint(of: version.id, in: database), to: &batch, in: database)
            guard !batch.isEmpty else { return nil }
            try batch.append(to: database)
            return try Self.commit(tag: nil, in: database, describe: describe)
        }
    }

    /// What it takes to bring the state of a place of the log back.
    static func add(
        _ point: LogPoint,
        to batch: inout LabelBatch,
        in database: Database
    ) throws {
        let now = try LogPoint.now(in: database)
        let classes = try point.categories(in: database)
        for (category, row) in try now.categories(in: database) {
            var target = classes[category] ?? row
            if classes[category] == nil { target.isPresent = false }
            if target != row { batch.categories.append(target) }
        }
        batch.categories.sort { $0.category < $1.category }
        for label in try RevisedLabel.all(after: point, upTo: now, in: database) {
            if let wanted = label.earlier {
                guard wanted.content != label.later.content || wanted.state != label.later.state
                else { continue }
                batch.revisions.append(.repeating(wanted, after: label.later))
            } else if label.later.state != .removed {
                batch.revisions.append(.removal(of: label.later, source: batch.author))
            }
        }
        let images = try changedImages(from: now, to: point, in: database)
        batch.memberships =
            images.left.sorted().map { MembershipRow(sample: $0, isPresent: false) }
            + images.came.sorted().map { MembershipRow(sample: $0, isPresent: true) }
    }
}
