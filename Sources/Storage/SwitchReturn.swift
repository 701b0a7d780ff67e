import CurationCore
import GRDB

/// The way back from a switch: to the branch that was left, as its newest version has it, with what the
/// switch had left behind where nothing newer has changed it.
struct SwitchReturn {
    /// The branch that was left.
    let branch: String
    /// How many labels, images and classes that were left behind something newer has changed.
    private(set) var skipped = 0
    private let current: String
    /// What the branch had as its newest version when it was left.
    private let left: LogPoint
    /// Everything as it was when the branch was left.
    private let before: LogPoint
    /// What the branch has as its newest version by now; everything of now where it is in use.
    private let base: LogPoint

    /// Reads what a switch says of itself in the log.
    ///
    /// - Throws: `StorageError.batch` where it cannot be gone back, `.uncommitted`, `.merging`, `.branch`.
    init(from id: Int64, _ payload: [String: String], in database: Database) throws {
        guard let branch = payload["from"],
            let head = payload["head"].flatMap(ContentDigest.init(hex:))
        else {
            throw StorageError.batch(id, reason: "switch back with `winnow switch` instead")
        }
        self.branch = branch
        try DatasetStore.checkIsBranch(branch, in: database)
        current = try DatasetStore.branch(in: database)
        left = try LogPoint(of: head, in: database)
        before = try LogPoint(change: id - 1, in: database)
        let now = try LogPoint.now(in: database)
        guard branch != current else {
            base = now
            return
        }
        // What the switch itself brought can be brought again, so it may be left.
        try DatasetStore.checkIsFinished(leavingBehind: now.change == id, in: database)
        let reference = try DatasetStore.reference(branch, in: database)
        guard let digest = reference.flatMap(ContentDigest.init(hex:)) else {
            throw StorageError.branch(branch, reason: "it has no version")
        }
        base = try LogPoint(of: digest, in: database)
    }

    /// What a batch that leaves a branch says of itself.
    static func payload(
        leaving branch: String,
        for other: String,
        in database: Database
    ) throws -> [String: String] {
        var payload = ["branch": other, "from": branch]
        payload["head"] = try DatasetStore.reference(branch, in: database)
        return payload
    }

    /// Puts into a batch what it takes, and makes the branch the one in use.
    ///
    /// - Returns: How many labels, images and classes come back.
    mutating func fill(_ batch: inout LabelBatch, in database: Database) throws -> Int {
        if branch != current {
            batch.payload.merge(
                try Self.payload(leaving: current, for: branch, in: database)
            ) { $1 }
            try DatasetStore.add(base, to: &batch, in: database)
        }
        try addLabels(to: &batch, in: database)
        try addCategories(to: &batch, in: database)
        try addImages(to: &batch, in: database)
        try database.execute(sql: "UPDATE dataset SET branch = ?", arguments: [branch])
        return batch.revisions.count + batch.categories.count + batch.memberships.count
    }

    private mutating func addLabels(to batch: inout LabelBatch, in database: Database) throws {
        var wanted: [Int64: RevisionDraft] = [:]
        var same = Set<Int64>()
        for label in try RevisedLabel.all(after: left, upTo: before, in: database)
        where !AnnotationRow.agree(label.later, label.earlier) {
            let newest = try AnnotationTable.newest(of: label.later, in: database)
            let now = try AnnotationTable.revision(
                of: newest,
                upTo: base.lastAnnotation,
                in: database
            )
            guard AnnotationRow.agree(now, label.earlier) else {
                if !AnnotationRow.agree(now, label.later) { skipped += 1 }
                continue
            }
            if AnnotationRow.agree(newest, label.later) {
                same.insert(label.object)
            } else {
                wanted[label.object] = .repeating(label.later, after: newest)
            }
        }
        batch.revisions.removeAll { draft in
            draft.prior.map { wanted[$0.object] != nil || same.contains($0.object) } ?? false
        }
        batch.revisions += wanted.sorted { $0.key < $1.key }.map(\.value)
    }

    private mutating func addCategories(
        to batch: inout LabelBatch,
        in database: Database
    ) throws {
        let (then, mine, now) = (
            try left.categories(in: database), try before.categories(in: database),
            try base.categories(in: database)
        )
        var wanted = Dictionary(uniqueKeysWithValues: batch.categories.map { ($0.category, $0) })
        let current = try LogPoint.now(in: database).categories(in: database)
        for (category, row) in mine where row != then[category] {
            // A class that the branch did not have then is one that it does not have now.
            let isUntouched = now[category] == then[category] || now[category]?.isPresent == false
            guard isUntouched else {
                if now[category] != row { skipped += 1 }
                continue
            }
            wanted[category] = row == current[category] ? nil : row
        }
        batch.categories = wanted.values.sorted { $0.category < $1.category }
        try CategoryRow.checkNames(batch.categories, in: database)
    }

    private mutating func addImages(to batch: inout LabelBatch, in database: Database) throws {
        var wanted = Dictionary(
            uniqueKeysWithValues: batch.memberships.map { ($0.sample, $0.isPresent) }
        )
        let now = try LogPoint.now(in: database)
        let images = try DatasetStore.changedImages(from: left, to: before, in: database)
        for sample in images.left.union(images.came) {
            let isPresent = images.came.contains(sample)
            guard try base.has(sample, in: database) != isPresent else { continue }
            wanted[sample] = try now.has(sample, in: database) == isPresent ? nil : isPresent
        }
        batch.memberships = wanted.sorted { $0.key < $1.key }.map {
            MembershipRow(sample: $0.key, isPresent: $0.value)
        }
    }
}

extension AnnotationRow {
    /// Whether two revisions say the same and count as much; a removed label is as none.
    fileprivate static func agree(_ one: AnnotationRow?, _ other: AnnotationRow?) -> Bool {
        let (one, other) = (
            one?.state == .removed ? nil : one, other?.state == .removed ? nil : other
        )
        return one?.state == other?.state && one?.content == other?.content
    }
}
