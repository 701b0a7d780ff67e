import CurationCore
import FoundationEssentials
import GRDB

/// The act of a merge while it is put together.
struct MergeBatch {
    private var batch: LabelBatch
    private var open: [(sample: Int64, conflict: MergeOutcome.Conflict)] = []
    private var touched = Set<Int64>()
    /// The last revision that both sides began with.
    private var lastCommon: Int64 = 0
    /// Who said the labels of the image at hand.
    private var sources: [Int64: String] = [:]

    /// `theirs`: The version, which people call `name`, that is joined into the branch `ours` at `head`.
    init(
        of theirs: Version,
        called name: String,
        into ours: String,
        at head: ContentDigest,
        _ note: BatchNote
    ) {
        batch = LabelBatch(kind: .merge, author: note.author, message: note.message, at: note.at)
        batch.payload["ours"] = ours
        batch.payload["theirs"] = name
        batch.payload["version"] = theirs.id.hex
        batch.payload["oursAt"] = head.hex
    }

    var conflicts: Int { open.count }
    var images: Int { touched.count }

    /// Takes the state of a place as it is.
    mutating func take(_ point: LogPoint, in database: Database) throws {
        try DatasetStore.add(point, to: &batch, in: database)
        touched = Set(batch.revisions.map(\.sample)).union(batch.memberships.map(\.sample))
    }

    /// Joins what a place has made since `base` with what is now.
    mutating func join(
        from base: LogPoint,
        theirs point: LogPoint,
        in database: Database,
        _ join: (MergeInput) -> MergeOutcome
    ) throws {
        let now = try LogPoint.now(in: database)
        lastCommon = base.lastAnnotation
        try joinCategories(base, now, point, in: database)
        var classes = try now.categories(in: database)
        for row in batch.categories { classes[row.category] = row }
        func state(_ rows: [AnnotationRow]?) throws -> MergeInput.State {
            try rows?.map { row in
                // By the names of now, so that a rename is no change of its labels.
                let category = classes[row.content.category]
                return ObjectLabel(
                    object: row.object,
                    label: try row.content.label(category: category?.name ?? "")
                )
            }
        }
        for sample in try changedImages(base, point, in: database) {
            let (before, mine, other) = (
                try base.rows(of: sample, in: database), try now.rows(of: sample, in: database),
                try point.rows(of: sample, in: database)
            )
            let input = MergeInput(
                sample: sample,
                base: try state(before),
                ours: try state(mine),
                theirs: try state(other)
            )
            sources = Dictionary(
                (other ?? []).map { ($0.object, $0.source) },
                uniquingKeysWith: { $1 }
            )
            try add(join(input), input, in: database)
            if other != nil { try addRefusals(of: sample, at: point, in: database) }
        }
    }

    /// The images that differ from one place to the other.
    private func changedImages(
        _ base: LogPoint,
        _ point: LogPoint,
        in database: Database
    ) throws -> [Int64] {
        let labels = try RevisedLabel.all(after: base, upTo: point, in: database)
        let images = try DatasetStore.changedImages(from: base, to: point, in: database)
        return Set(labels.map(\.sample)).union(images.left).union(images.came).sorted()
    }

    private mutating func add(
        _ outcome: MergeOutcome,
        _ input: MergeInput,
        in database: Database
    ) throws {
        let sample = input.sample
        let isPresent = outcome.labels != nil || !outcome.conflicts.isEmpty
        if isPresent != (input.ours != nil) {
            batch.memberships.append(MembershipRow(sample: sample, isPresent: isPresent))
            touched.insert(sample)
        }
        guard isPresent else { return }
        let newest = try AnnotationTable.current(of: sample, in: database)
        let objects = Dictionary(uniqueKeysWithValues: newest.map { ($0.object, $0) })
        let before = Set(input.ours ?? [])
        for label in outcome.labels ?? [] where !before.contains(label) {
            let prior = label.object.flatMap { objects[$0] }
            batch.revisions.append(
                RevisionDraft(
                    sample: sample,
                    content: .label(label.label),
                    state: .accepted,
                    source: label.object.flatMap { sources[$0] } ?? batch.author,
                    prior: prior
                )
            )
            touched.insert(sample)
        }
        let kept = Set((outcome.labels ?? []).compactMap(\.object))
        for label in input.ours ?? [] where label.object.map({ !kept.contains($0) }) ?? false {
            guard let row = label.object.flatMap({ objects[$0] }) else { continue }
            batch.revisions.append(.removal(of: row, source: batch.author))
            touched.insert(sample)
        }
        for conflict in outcome.conflicts {
            open.append((sample, conflict))
            touched.insert(sample)
        }
    }

    /// What the other side refused, and this side has not spoken of.
    private mutating func addRefusals(
        of sample: Int64,
        at point: LogPoint,
        in database: Database
    ) throws {
        for newest in try AnnotationTable.current(of: sample, in: database) {
            guard newest.state == .removed,
                let row = try AnnotationTable.revision(
                    of: newest,
                    upTo: point.lastAnnotation,
                    in: database
                ),
                row.state == .rejected,
                !batch.revisions.contains(where: { $0.prior?.object == newest.object })
            else { continue }
            batch.revisions.append(.repeating(row, after: newest))
        }
    }

    // MARK: - Classes

    private mutating func joinCategories(
        _ base: LogPoint,
        _ now: LogPoint,
        _ point: LogPoint,
        in database: Database
    ) throws {
        let before = try base.categories(in: database)
        let mine = try now.categories(in: database)
        let holders = Dictionary(
            mine.values.filter(\.isPresent).map { ($0.name, $0.category) },
            uniquingKeysWith: { $1 }
        )
        for (category, other) in try point.categories(in: database).sorted(by: { $0.key < $1.key })
        where other != before[category] {
            guard let own = mine[category], own != other else { continue }
            // The other side never had a class that this side made.
            if before[category] == nil, !other.isPresent { continue }
            if let holder = holders[other.name], holder != category, other.isPresent {
                // A class that both sides made is one class: the one of this side.
                if before[category] == nil, before[holder] == nil { continue }
                throw Self.sharedName(other.name)
            }
            try checkLabels(of: own, goneIn: other, in: database)
            // What did not exist on our side is taken from theirs as it is.
            let isOurs = own != before[category] && before[category] != nil
            guard !isOurs else {
                throw StorageError.category(
                    own.name,
                    reason:
                        "both sides changed it, here to '\(own.name)', there to '\(other.name)': "
                        + "make it the same on both sides first (`winnow classes`)"
                )
            }
            batch.categories.append(other)
        }
    }

    private static func sharedName(_ name: String) -> StorageError {
        .category(
            name,
            reason:
                "both sides gave the name to a class, and not to the same one: rename one of them "
                + "first (`winnow classes rename`)"
        )
    }

    /// A class that the other side deleted is not deleted under labels of this side.
    private func checkLabels(
        of own: CategoryRow,
        goneIn other: CategoryRow,
        in database: Database
    ) throws {
        guard own.isPresent, !other.isPresent else { return }
        let labels = try Int.fetchOne(
            database,
            sql: """
                SELECT count(*) FROM currentLabel WHERE category = ? AND state = 'accepted'
                    AND revision > ?
                """,
            arguments: [own.category, lastCommon]
        )
        guard labels == 0 else {
            throw StorageError.category(
                own.name,
                reason:
                    "the other side deleted it, and here \(labels ?? 0) labels got it meanwhile: "
                    + "give them another class first"
            )
        }
    }

    // MARK: - Writing

    func append(to database: Database) throws {
        var batch = batch
        batch.payload["conflicts"] = "\(open.count)"
        let change = try batch.append(to: database)
        for (sample, conflict) in open {
            func json(_ label: ObjectLabel?) throws -> String? {
                try label.map { try CanonicalText.json($0.label) }
            }
            try database.execute(
                sql: """
                    INSERT INTO conflict (sample, base, ours, theirs, change) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    sample, try json(conflict.base), try json(conflict.ours),
                    try json(conflict.theirs), change,
                ]
            )
        }
    }
}
