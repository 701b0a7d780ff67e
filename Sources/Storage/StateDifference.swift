package import CurationCore
import GRDB

/// What differs between two places of the log, read from what was written between them.
package struct StateDifference: Sendable {
    /// A label that differs.
    package struct LabelChange: Sendable {
        /// The label: the number that it keeps while it changes.
        package let object: Int64
        /// The image that it is on.
        package let sample: Sample.ID
        /// What it said before; nil where there was none.
        package let before: Label?
        /// What it says after; nil where there is none.
        package let after: Label?
    }

    /// The labels that differ, in the order of their images, of images that were there both times.
    package internal(set) var labels: [LabelChange] = []
    /// Images that came, with the labels that they have.
    package internal(set) var added: [LabeledSample] = []
    /// Images that left, with the labels that they had.
    package internal(set) var removed: [LabeledSample] = []
    /// How many refusals differ: they belong to no version's content, but to the branch.
    package internal(set) var refusals = 0
    /// The class names before, in their order.
    package internal(set) var categoriesBefore: [Category] = []
    /// The class names after.
    package internal(set) var categoriesAfter: [Category] = []
    /// The images of `labels`.
    package internal(set) var samples: [Sample.ID: Sample] = [:]

    /// The same without what was said of some images.
    package func hiding(_ samples: Set<Sample.ID>) -> StateDifference {
        guard !samples.isEmpty else { return self }
        func bare(_ images: [LabeledSample]) -> [LabeledSample] {
            images.map {
                samples.contains($0.sample.id) ? LabeledSample(sample: $0.sample, labels: []) : $0
            }
        }
        var difference = self
        difference.labels.removeAll { samples.contains($0.sample) }
        difference.added = bare(added)
        difference.removed = bare(removed)
        return difference
    }

    /// Whether nothing differs.
    package var isEmpty: Bool {
        labels.isEmpty && added.isEmpty && removed.isEmpty && refusals == 0
            && categoriesBefore == categoriesAfter
    }

    /// How many images differ.
    package var imageCount: Int {
        Set(labels.map(\.sample)).count + added.count + removed.count + refusals
    }
}

extension StateDifference {
    /// Adds a label that was one thing before and another after, if these differ.
    fileprivate mutating func add(
        _ revised: RevisedLabel,
        _ old: AnnotationRow?,
        _ new: AnnotationRow?,
        _ classesBefore: [Int64: CategoryRow],
        _ classesAfter: [Int64: CategoryRow]
    ) throws {
        if (old?.state == .rejected) != (new?.state == .rejected) { refusals += 1 }
        let oldContent = old?.state == .accepted ? old?.content : nil
        let newContent = new?.state == .accepted ? new?.content : nil
        guard oldContent != newContent else { return }
        labels.append(
            LabelChange(
                object: revised.object,
                sample: revised.sample,
                before: try oldContent?.label(in: classesBefore),
                after: try newContent?.label(in: classesAfter)
            )
        )
    }
}

/// A label that was revised between two places of the log: what it was at each of them.
struct RevisedLabel {
    let sample: Int64
    let object: Int64
    /// At the earlier place; nil before its first revision.
    let earlier: AnnotationRow?
    /// At the later place.
    let later: AnnotationRow

    /// The labels that were revised, by their number.
    static func all(
        after earlier: LogPoint,
        upTo later: LogPoint,
        in database: Database
    ) throws -> [RevisedLabel] {
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT * FROM annotation WHERE id > ? AND id <= ? ORDER BY id",
            arguments: [earlier.lastAnnotation, later.lastAnnotation]
        )
        var found: [Int64: (first: AnnotationRow, last: AnnotationRow)] = [:]
        while let row = try rows.next() {
            let revision = try AnnotationRow(row)
            found[revision.object] = (found[revision.object]?.first ?? revision, revision)
        }
        return try found.values.map { first, last in
            RevisedLabel(
                sample: last.sample,
                object: last.object,
                earlier: try first.prior.flatMap { try AnnotationTable.row($0, in: database) },
                later: last
            )
        }.sorted { ($0.sample, $0.object) < ($1.sample, $1.object) }
    }
}

extension DatasetStore {
    /// What differs from one version to another, which may be earlier; nil stands for now.
    package func difference(
        from before: Version?,
        to after: Version?
    ) throws(StorageError) -> StateDifference {
        try read { database in
            func point(_ version: Version?) throws -> LogPoint {
                try version.map { try LogPoint(of: $0.id, in: database) }
                    ?? LogPoint.now(in: database)
            }
            return try Self.difference(from: point(before), to: point(after), in: database)
        }
    }

    static func difference(
        from before: LogPoint,
        to after: LogPoint,
        in database: Database
    ) throws -> StateDifference {
        let isForward = before.change <= after.change
        let (earlier, later) = isForward ? (before, after) : (after, before)
        let classesBefore = try before.categories(in: database)
        let classesAfter = try after.categories(in: database)
        var difference = StateDifference()
        difference.categoriesBefore = LogPoint.list(classesBefore)
        difference.categoriesAfter = LogPoint.list(classesAfter)
        let images = try changedImages(from: before, to: after, in: database)
        difference.removed = try images.left.compactMap {
            try labeled($0, at: before, classesBefore, in: database)
        }
        difference.added = try images.came.compactMap {
            try labeled($0, at: after, classesAfter, in: database)
        }
        for label in try RevisedLabel.all(after: earlier, upTo: later, in: database)
        where !images.left.contains(label.sample) && !images.came.contains(label.sample) {
            guard try after.has(label.sample, in: database) else { continue }
            let (old, new) =
                isForward
                ? (label.earlier, Optional(label.later)) : (Optional(label.later), label.earlier)
            try difference.add(label, old, new, classesBefore, classesAfter)
        }
        difference.samples = try samples(of: difference.labels.map(\.sample), in: database)
        return difference
    }

    /// The images that belonged to the data set at one of two places only.
    static func changedImages(
        from before: LogPoint,
        to after: LogPoint,
        in database: Database
    ) throws -> (left: Set<Int64>, came: Set<Int64>) {
        let range: StatementArguments = [
            "low": min(before.change, after.change), "high": max(before.change, after.change),
        ]
        let candidates = try Int64.fetchAll(
            database,
            sql: """
                SELECT id FROM sample WHERE addedBy > :low AND addedBy <= :high
                UNION SELECT sample FROM membership WHERE change > :low AND change <= :high
                """,
            arguments: range
        )
        var images: (left: Set<Int64>, came: Set<Int64>) = ([], [])
        for sample in candidates {
            switch (try before.has(sample, in: database), try after.has(sample, in: database)) {
            case (true, false): images.left.insert(sample)
            case (false, true): images.came.insert(sample)
            default: break
            }
        }
        return images
    }

    private static func labeled(
        _ sample: Int64,
        at point: LogPoint,
        _ categories: [Int64: CategoryRow],
        in database: Database
    ) throws -> LabeledSample? {
        try samples(of: [sample], in: database)[sample].map {
            LabeledSample(
                sample: $0,
                labels: try point.accepted(of: sample, in: database).map {
                    try $0.content.label(in: categories)
                }
            )
        }
    }

    static func samples(
        of ids: [Int64],
        in database: Database
    ) throws -> [Int64: Sample] {
        let statement = try database.cachedStatement(sql: "SELECT * FROM sample WHERE id = ?")
        var samples: [Int64: Sample] = [:]
        for id in Set(ids) {
            samples[id] = try Row.fetchOne(statement, arguments: [id]).map { try Sample($0) }
        }
        return samples
    }
}

extension LabelContent {
    /// The label in the words of the library, with the name that its class has among those given.
    func label(in categories: [Int64: CategoryRow]) throws -> Label {
        try label(category: categories[category]?.name ?? "")
    }
}

extension LogPoint {
    /// The classes in the order of the list.
    static func list(_ categories: [Int64: CategoryRow]) -> [Category] {
        categories.values.filter(\.isPresent)
            .sorted { ($0.position, $0.category) < ($1.position, $1.category) }
            .map { Category($0) }
    }
}
