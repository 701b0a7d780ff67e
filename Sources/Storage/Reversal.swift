import GRDB

/// What it takes to undo a batch: for each label, image, class, field and rule that it changed and that nothing
/// newer has changed since, the state before.
struct Reversal {
    private let batch: Int64
    private let source: String
    /// Whether it ends with the first label that has a way back.
    private let isProbe: Bool
    private var revisions: [RevisionDraft] = []
    private var categories: [CategoryRow] = []
    private var memberships: [MembershipRow] = []
    private var fields: [FieldRow] = []
    private var governance: GovernanceRevision?
    private(set) var skipped = 0

    init(of batch: Int64, source: String, isProbe: Bool = false) {
        self.batch = batch
        self.source = source
        self.isProbe = isProbe
    }

    var restored: Int {
        revisions.count + categories.count + memberships.count + fields.count
            + (governance == nil ? 0 : 1)
    }

    /// Puts the way back into a batch.
    func fill(_ batch: inout LabelBatch) {
        batch.revisions = revisions
        batch.categories = categories
        batch.memberships = memberships
        batch.fields = fields
        batch.governance = governance
    }

    /// Reads what the batch did, and finds the way back.
    mutating func run(in database: Database) throws {
        try reverseLabels(in: database)
        try reverseCategories(in: database)
        try reverseMembership(in: database)
        try reverseFields(in: database)
        try reverseGovernance(in: database)
    }

    // MARK: - Labels

    private mutating func reverseLabels(in database: Database) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT * FROM annotation
                WHERE id > coalesce((SELECT lastAnnotation FROM change WHERE id = :batch - 1), 0)
                    AND id <= (SELECT lastAnnotation FROM change WHERE id = :batch)
                ORDER BY id
                """,
            arguments: ["batch": batch]
        )
        // Of a label that the batch revised more than once, the first revision counts.
        while let row = try rows.next(), !isProbe || revisions.isEmpty {
            let revision = try AnnotationRow(row)
            let newest = try AnnotationTable.newest(of: revision, in: database)
            guard newest.firstOfContent == revision.firstOfContent,
                newest.state == revision.state
            else {
                skipped += 1
                continue
            }
            if let earlier = try standing(before: revision, in: database) {
                guard earlier.state != newest.state || earlier.content != newest.content else {
                    continue
                }
                revisions.append(.repeating(earlier, after: newest))
            } else if newest.state != .removed {
                revisions.append(.removal(of: newest, source: source))
            }
        }
    }

    /// The revision before, passing over those of batches that were undone themselves; nil when there
    /// was no label.
    private func standing(
        before revision: AnnotationRow,
        in database: Database
    ) throws -> AnnotationRow? {
        var prior = revision.prior
        while let id = prior, let row = try AnnotationTable.row(id, in: database) {
            let said = try AnnotationTable.row(row.firstOfContent, in: database) ?? row
            let change = try Int64.fetchOne(
                database,
                sql: "SELECT change FROM annotation WHERE id = ?",
                arguments: [said.id]
            )
            // An undo from before the row was written anew, as by a switch, says nothing of it.
            let written = try Int64.fetchOne(
                database,
                sql: "SELECT change FROM annotation WHERE id = ?",
                arguments: [row.id]
            )
            let isUndone = try change.map {
                let undo = try DatasetStore.standingUndo(of: $0, passing: batch, in: database)
                return undo ?? 0 > written ?? 0
            }
            if isUndone != true { return row }
            prior = said.prior
        }
        return nil
    }

    // MARK: - Classes

    private mutating func reverseCategories(in database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM categoryRevision WHERE change = ? ORDER BY id",
            arguments: [batch]
        )
        for row in rows {
            let revision = CategoryRow(row)
            let now = try Row.fetchOne(
                database,
                sql: "SELECT * FROM category WHERE id = ?",
                arguments: [revision.category]
            ).map { CategoryRow($0, id: "id") }
            guard now == revision else {
                skipped += 1
                continue
            }
            let before = try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM categoryRevision WHERE category = ? AND id < ?
                    ORDER BY id DESC LIMIT 1
                    """,
                arguments: [revision.category, row["id"] as Int64]
            ).map { CategoryRow($0) }
            var target = before ?? revision
            if before == nil { target.isPresent = false }
            // A class that labels of now name stays in the list.
            if try !target.isPresent && isNamed(target.category, in: database) {
                skipped += 1
            } else {
                categories.append(target)
            }
        }
        try CategoryRow.checkNames(categories, in: database)
    }

    /// Whether a label of now, beside those that the batch brought, names the class.
    private func isNamed(_ category: Int64, in database: Database) throws -> Bool {
        let objects = Set(revisions.compactMap(\.prior?.object))
        return try Row.fetchAll(
            database,
            sql: """
                SELECT object FROM currentLabel WHERE category = ? AND state <> 'removed' LIMIT ?
                """,
            arguments: [category, objects.count + 1]
        ).contains { !objects.contains($0["object"]) }
    }

    // MARK: - Images

    private mutating func reverseMembership(in database: Database) throws {
        let left = try Row.fetchAll(
            database,
            sql: """
                SELECT membership.sample, membership.present, sample.present AS now
                FROM membership JOIN sample ON sample.id = membership.sample
                WHERE membership.change = ? ORDER BY membership.id
                """,
            arguments: [batch]
        )
        for row in left {
            let isPresent: Bool = row["present"]
            guard isPresent == row["now"] as Bool else {
                skipped += 1
                continue
            }
            memberships.append(MembershipRow(sample: row["sample"], isPresent: !isPresent))
        }
        let imported = try Int64.fetchAll(
            database,
            sql: "SELECT id FROM sample WHERE addedBy = ? AND present = 1 ORDER BY id",
            arguments: [batch]
        )
        memberships += imported.map { MembershipRow(sample: $0, isPresent: false) }
    }

    // MARK: - Fields

    private mutating func reverseFields(in database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT fieldRevision.*, currentField.value AS now FROM fieldRevision
                LEFT JOIN currentField ON currentField.sample = fieldRevision.sample
                    AND currentField.field = fieldRevision.field
                WHERE fieldRevision.change = ? ORDER BY fieldRevision.id
                """,
            arguments: [batch]
        )
        for row in rows {
            let value: String? = row["value"]
            guard value == row["now"] as String? else {
                skipped += 1
                continue
            }
            let (sample, field): (Int64, String) = (row["sample"], row["field"])
            let before = try Row.fetchOne(
                database,
                sql: """
                    SELECT value FROM fieldRevision WHERE sample = ? AND field = ? AND id < ?
                    ORDER BY id DESC LIMIT 1
                    """,
                arguments: [sample, field, row["id"] as Int64]
            ).flatMap { $0["value"] as String? }
            fields.append(FieldRow(sample: sample, field: field, value: before))
        }
    }

    private mutating func reverseGovernance(in database: Database) throws {
        guard let made = try GovernanceRevision.made(by: batch, in: database) else { return }
        guard try made.isCurrent(in: database) else {
            skipped += 1
            return
        }
        let before = try made.before(batch, in: database)
        try before.check(in: database)
        governance = before
    }
}
