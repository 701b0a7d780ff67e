package import CurationCore
import FoundationEssentials
import GRDB

/// What one person said of the class of one image.
package struct StoredOpinion: Sendable, Hashable {
    /// The image.
    package let sample: Sample.ID
    /// Who said it.
    package let reviewer: String
    /// The class; nil where none of those proposed was right and no other one was said.
    package let label: String?
    /// What the decision was for.
    package let purpose: ReviewPurpose
    /// The class that is the image's label now; nil where it has none.
    package let current: String?

    /// Describes what one person said of the class of one image.
    package init(
        sample: Sample.ID,
        reviewer: String,
        label: String?,
        purpose: ReviewPurpose,
        current: String?
    ) {
        self.current = current
        self.sample = sample
        self.reviewer = reviewer
        self.label = label
        self.purpose = purpose
    }
}

extension DatasetStore {
    /// How several people review.
    package func reviewPolicy() throws(StorageError) -> ReviewPolicy {
        try read { database in
            guard
                let text = try String.fetchOne(database, sql: "SELECT content FROM reviewPolicy")
            else { return ReviewPolicy() }
            return try JSONDecoder().decode(ReviewPolicy.self, from: Data(text.utf8))
        }
    }

    /// Whether what is next differs from reviewer to reviewer, beyond what each skipped or took back.
    package func plansDependOnReviewer() throws(StorageError) -> Bool {
        let policy = try reviewPolicy()
        guard policy.overlap == 1, policy.honeypots == 0 else { return true }
        return try !assignments().isEmpty
    }

    /// Sets how several people review.
    package func set(_ policy: ReviewPolicy) throws(StorageError) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO reviewPolicy (id, content) VALUES (1, ?)
                    ON CONFLICT (id) DO UPDATE SET content = excluded.content
                    """,
                arguments: [try CanonicalText.json(policy)]
            )
        }
    }

    /// What people said of the classes of images, of each person and image the last that stands.
    ///
    /// - Parameter sample: The image; nil for all.
    /// - Returns: The opinions, in the order of the images.
    /// - Throws: `StorageError.database`, `.busy`.
    package func opinions(of sample: Sample.ID? = nil) throws(StorageError) -> [StoredOpinion] {
        try read { database in
            let names = try Self.renamedCategories(in: database)
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT shown.sample, review.reviewer, review.label, reviewTask.purpose,
                        max(review.id), (
                            SELECT category.name FROM currentLabel
                            JOIN category ON category.id = currentLabel.category
                            WHERE currentLabel.sample = shown.sample
                                AND currentLabel.state = 'accepted') AS current
                    FROM review JOIN reviewTask ON reviewTask.id = review.task
                    JOIN reviewTaskSample AS shown ON shown.task = review.task
                    JOIN sample ON sample.id = shown.sample AND sample.present = 1
                    WHERE review.undoneBy IS NULL AND reviewTask.conflict IS NULL
                        \(sample == nil ? "" : "AND shown.sample = ?")
                        AND (review.decision IN ('accept', 'correct') AND review.label IS NOT NULL
                            OR review.decision = 'reject' AND reviewTask.purpose <> 'decide')
                        AND NOT EXISTS (
                            SELECT 1 FROM json_each(review.content, '$.except')
                            WHERE value = shown.sample)
                    GROUP BY shown.sample, review.reviewer ORDER BY shown.sample, max(review.id)
                    """,
                arguments: StatementArguments(sample.map { [$0] } ?? [])
            )
            return try rows.map { row in
                let label: String? = row["label"]
                return StoredOpinion(
                    sample: row["sample"],
                    reviewer: row["reviewer"],
                    label: label.flatMap { names[$0] } ?? label,
                    purpose: try row.value("purpose"),
                    current: row["current"]
                )
            }
        }
    }

    /// Whether somebody edited the labels of an image since it was first decided, beside the queue.
    package func wasEdited(sinceDecided sample: Sample.ID) throws(StorageError) -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM currentLabel
                        JOIN annotation ON annotation.id = currentLabel.revision
                        JOIN change ON change.id = annotation.change
                        WHERE currentLabel.sample = :sample AND change.kind IN ('label', 'import')
                            AND change.id > (
                                SELECT min(review.change) FROM review
                                JOIN reviewTaskSample AS shown ON shown.task = review.task
                                WHERE shown.sample = :sample AND review.undoneBy IS NULL
                                    AND review.decision <> 'skip'))
                    """,
                arguments: ["sample": sample]
            ) ?? false
        }
    }

    /// The names that classes had and none has now, with what they are called instead.
    static func renamedCategories(in database: Database) throws -> [String: String] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT revision.name AS old, category.name AS new
                FROM categoryRevision AS revision
                JOIN category ON category.id = revision.category AND category.present = 1
                WHERE revision.name NOT IN (SELECT name FROM category WHERE present = 1)
                ORDER BY revision.id
                """
        )
        return Dictionary(rows.map { ($0["old"], $0["new"]) }, uniquingKeysWith: { $1 })
    }

    /// The images that a reviewer skipped where others were asked before.
    package func skippedSecondLooks(of reviewer: String) throws(StorageError) -> Set<Sample.ID> {
        try read { database in
            try Set(
                Int64.fetchAll(
                    database,
                    sql: """
                        SELECT shown.sample FROM review
                        JOIN reviewTask ON reviewTask.id = review.task
                        JOIN reviewTaskSample AS shown ON shown.task = review.task
                        WHERE review.undoneBy IS NULL AND review.decision = 'skip'
                            AND review.reviewer = ? AND reviewTask.purpose <> 'decide'
                        """,
                    arguments: [reviewer]
                )
            )
        }
    }

    /// What the last decisions of a reviewer that stand were for, newest first; skips, too.
    package func lastPurposes(
        of reviewer: String,
        limit: Int
    ) throws(StorageError) -> [ReviewPurpose] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT reviewTask.purpose FROM review
                    JOIN reviewTask ON reviewTask.id = review.task
                    WHERE review.reviewer = ? AND review.undoneBy IS NULL
                    ORDER BY review.id DESC LIMIT ?
                    """,
                arguments: [reviewer, limit]
            ).map { try $0.value("purpose") }
        }
    }

    /// The images that a reviewer is asked about now without what others said of them.
    package func imagesAskedBlindly(
        _ reviewer: String,
        now: Double
    ) throws(StorageError) -> Set<Sample.ID> {
        try read { database in
            try Set(
                Int64.fetchAll(
                    database,
                    sql: """
                        SELECT shown.sample FROM reviewTask
                        JOIN reviewTaskSample AS shown ON shown.task = reviewTask.id
                        WHERE reviewer = ? AND state = 'leased' AND expiresAt > ?
                            AND purpose IN ('opinion', 'honeypot')
                        """,
                    arguments: [reviewer, now]
                )
            )
        }
    }

    /// What was proposed when an image was first decided, alone or in a group; empty where nothing was, or
    /// it was labelled otherwise.
    package func firstProposals(
        of sample: Sample.ID
    ) throws(StorageError) -> [ReviewItem.Proposal] {
        try read { database in
            let text = try String.fetchOne(
                database,
                sql: """
                    SELECT proposals FROM reviewTask
                    JOIN reviewTaskSample AS shown ON shown.task = reviewTask.id
                    WHERE shown.sample = ? AND purpose = 'decide' AND state = 'decided'
                        AND conflict IS NULL
                    ORDER BY reviewTask.id LIMIT 1
                    """,
                arguments: [sample]
            )
            guard let text else { return [] }
            return try JSONDecoder().decode([ReviewItem.Proposal].self, from: Data(text.utf8))
        }
    }
}
