package import CurationCore
import GRDB

/// Which labels a page shows.
package struct LabelFilter: Sendable, Hashable {
    /// Only of this class.
    package var category: String?
    /// Only in this state; nil for accepted and rejected ones.
    package var state: LabelState?
    /// Only proposals with at least this score.
    package var minimumScore: Double?
    /// Only proposals with at most this score.
    package var maximumScore: Double?

    /// Describes which labels a page shows.
    package init(
        category: String? = nil,
        state: LabelState? = nil,
        minimumScore: Double? = nil,
        maximumScore: Double? = nil
    ) {
        self.category = category
        self.state = state
        self.minimumScore = minimumScore
        self.maximumScore = maximumScore
    }
}

/// A label on a page, and where the next page goes on.
package struct PagedLabel: Sendable {
    /// The label.
    package let annotation: Annotation
    /// Where the file of its image is.
    package let path: String
    /// The digest of the bytes of its image.
    package let sha256: ContentDigest
    /// What comes after it: given as `after`, the next page begins behind it.
    package let cursor: Cursor

    /// A place among all labels: by image, then by label.
    package struct Cursor: Sendable, Hashable, Comparable {
        /// The image.
        package let sample: Int64
        /// The label, or the run and the place in it of a proposal.
        package let label: Int64
        /// The place in the run of a proposal; 0 for a label.
        package let position: Int64

        /// Describes a place.
        package init(sample: Int64, label: Int64, position: Int64) {
            self.sample = sample
            self.label = label
            self.position = position
        }

        /// By image, then by label.
        package static func < (left: Self, right: Self) -> Bool {
            (left.sample, left.label, left.position) < (right.sample, right.label, right.position)
        }
    }
}

extension DatasetStore {
    /// The place of a label among all, by its name; nil when there is no such label.
    package func cursor(of annotation: String) throws(StorageError) -> PagedLabel.Cursor? {
        let parts = annotation.split(separator: "-")
        let numbers = parts.dropFirst().compactMap { Int64($0) }
        guard numbers.count + 1 == parts.count else { return nil }
        switch (parts.first, numbers.count) {
        case ("p", 3):
            return PagedLabel.Cursor(sample: numbers[1], label: numbers[0], position: numbers[2])
        case ("a", 1):
            let row = try read { try AnnotationTable.row(numbers[0], in: $0) }
            return row.map { PagedLabel.Cursor(sample: $0.sample, label: $0.object, position: 0) }
        default: return nil
        }
    }

    /// A page of the labels of now, by image, then by label.
    package func labelPage(
        _ filter: LabelFilter,
        after cursor: PagedLabel.Cursor? = nil,
        limit: Int
    ) throws(StorageError) -> [PagedLabel] {
        try read { database in
            let start = cursor ?? PagedLabel.Cursor(sample: 0, label: 0, position: 0)
            let names = try Self.categoryIDs(in: database)
            let categories: [Int64]
            if let name = filter.category {
                guard let id = names[name] else { return [] }
                categories = [id]
            } else {
                categories = names.values.sorted()
            }
            if filter.state == .proposed {
                return try Self.proposals(filter, categories, after: start, limit, in: database)
            }
            guard filter.state != nil || filter.category != nil else {
                return try Self.labels(after: start, limit, in: database)
            }
            // Each class is in the order of its index, so that none is read further than the page.
            let states = filter.state.map { [$0] } ?? [.accepted, .rejected]
            let found = try categories.flatMap { category in
                try states.flatMap {
                    try Self.labels(category, $0, after: start, limit, in: database)
                }
            }
            return Array(found.sorted { $0.cursor < $1.cursor }.prefix(limit))
        }
    }

    private static let labelColumns = """
        annotation.object, annotation.sample, annotation.kind, annotation.geometry,
        annotation.state, annotation.source, category.name AS categoryName, sample.path,
        sample.sha256
        """

    private static let labelTables = """
        currentLabel JOIN annotation ON annotation.id = currentLabel.revision
        JOIN category ON category.id = currentLabel.category
        JOIN sample ON sample.id = currentLabel.sample
        """

    private static func labels(
        after start: PagedLabel.Cursor,
        _ limit: Int,
        in database: Database
    ) throws -> [PagedLabel] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(labelColumns) FROM \(labelTables)
                WHERE (currentLabel.sample, currentLabel.object) > (?, ?)
                    AND currentLabel.state <> 'removed' AND sample.present = 1
                ORDER BY currentLabel.sample, currentLabel.object LIMIT ?
                """
        )
        return try Row.fetchAll(statement, arguments: [start.sample, start.label, limit])
            .map { try PagedLabel(label: $0) }
    }

    private static func labels(
        _ category: Int64,
        _ state: LabelState,
        after start: PagedLabel.Cursor,
        _ limit: Int,
        in database: Database
    ) throws -> [PagedLabel] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(labelColumns) FROM \(labelTables)
                WHERE currentLabel.category = ? AND currentLabel.state = ?
                    AND (currentLabel.sample, currentLabel.object) > (?, ?) AND sample.present = 1
                ORDER BY currentLabel.sample, currentLabel.object LIMIT ?
                """
        )
        return try Row.fetchAll(
            statement,
            arguments: [category, state.rawValue, start.sample, start.label, limit]
        ).map { try PagedLabel(label: $0) }
    }

    private static let proposalPage = """
        SELECT prediction.*, predictionRun.source, category.name AS categoryName, sample.path,
            sample.sha256
        FROM sample INDEXED BY sample_undecided CROSS JOIN prediction
            ON prediction.run = :run AND prediction.sample = sample.id
        JOIN category ON category.id = prediction.category
        JOIN predictionRun ON predictionRun.run = prediction.run
        WHERE sample.decided = 0 AND sample.present = 1 AND sample.id >= :sample
            AND (prediction.sample, prediction.position) > (:sample, :position)
            AND prediction.score >= :low AND prediction.score <= :high
            AND (prediction.category = :category OR NOT :isByClass)
            AND category.present = 1 AND NOT EXISTS (
                SELECT 1 FROM currentLabel
                WHERE currentLabel.sample = prediction.sample
                    AND currentLabel.state = 'rejected'
                    AND currentLabel.category = prediction.category)
        ORDER BY sample.id, prediction.position LIMIT :limit
        """

    private static func proposals(
        _ filter: LabelFilter,
        _ categories: [Int64],
        after start: PagedLabel.Cursor,
        _ limit: Int,
        in database: Database
    ) throws -> [PagedLabel] {
        let runs = try Int64.fetchAll(
            database,
            sql: "SELECT run FROM predictionRun WHERE retiredBy IS NULL ORDER BY run"
        )
        let isByClass = filter.category != nil
        let statement = try database.cachedStatement(sql: proposalPage)
        let found = try runs.flatMap { run in
            try Row.fetchAll(
                statement,
                arguments: [
                    "run": run, "sample": start.sample,
                    // Of the image of the cursor, what this run has not shown.
                    "position": run < start.label
                        ? .max : run == start.label ? start.position : -1,
                    "low": filter.minimumScore ?? 0, "high": filter.maximumScore ?? 1,
                    "category": categories.first, "isByClass": isByClass, "limit": limit,
                ]
            ).map { try PagedLabel(proposal: $0) }
        }
        return Array(found.sorted { $0.cursor < $1.cursor }.prefix(limit))
    }

    /// The accepted labels of the first images of a version after one, as many as fit on a page.
    package func labelPage(
        at version: Version,
        after sample: Sample.ID = 0,
        limit: Int
    ) throws(StorageError) -> [LabeledSample] {
        try read { database in
            let point = try LogPoint(of: version.id, in: database)
            let categories = try point.categories(in: database)
            let images = try Row.fetchAll(
                database,
                sql: LogPoint.samples + " AND sample.id > :after ORDER BY sample.id LIMIT :limit",
                arguments: ["change": point.change, "after": sample, "limit": limit]
            )
            return try images.map { row in
                let image = try Sample(row)
                return LabeledSample(
                    sample: image,
                    labels: try point.accepted(of: image.id, in: database).map {
                        try $0.content.label(in: categories)
                    }
                )
            }
        }
    }
}

extension PagedLabel {
    fileprivate init(label row: Row) throws {
        let object: Int64 = row["object"]
        annotation = Annotation(
            id: "a-\(object)",
            sample: row["sample"],
            label: try Label(row),
            source: row["source"],
            state: try row.value("state"),
            score: nil
        )
        path = row["path"]
        sha256 = try ContentDigest(row, "sha256")
        cursor = Cursor(sample: row["sample"], label: object, position: 0)
    }

    fileprivate init(proposal row: Row) throws {
        let (run, sample, position): (Int64, Int64, Int64) = (
            row["run"], row["sample"], row["position"]
        )
        annotation = Annotation(
            id: "p-\(run)-\(sample)-\(position)",
            sample: sample,
            label: try Label(row),
            source: row["source"],
            state: .proposed,
            score: row["score"]
        )
        path = row["path"]
        sha256 = try ContentDigest(row, "sha256")
        cursor = Cursor(sample: sample, label: run, position: position)
    }
}
