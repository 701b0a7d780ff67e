import CurationCore
import GRDB

/// A place in the log: the state of the data set is that of all acts up to it.
struct LogPoint {
    /// The last act.
    let change: Int64
    /// The last revision of a label.
    let lastAnnotation: Int64

    /// The end of the log.
    static func now(in database: Database) throws -> LogPoint {
        try LogPoint(change: LabelBatch.lastChange(in: database), in: database)
    }

    /// The place that a version stands for.
    init(of version: ContentDigest, in database: Database) throws {
        let change = try Int64.fetchOne(
            database,
            sql: "SELECT change FROM version WHERE id = ?",
            arguments: [version.hex]
        )
        try self.init(change: change ?? 0, in: database)
    }

    /// The place that a version stands for; the beginning where there is none.
    init(since version: ContentDigest?, in database: Database) throws {
        try self =
            version.map { try LogPoint(of: $0, in: database) }
            ?? LogPoint(change: 0, in: database)
    }

    init(change: Int64, in database: Database) throws {
        self.change = change
        lastAnnotation =
            try Int64.fetchOne(
                database,
                sql: "SELECT lastAnnotation FROM change WHERE id = ?",
                arguments: [change]
            ) ?? 0
    }

    /// The classes at the place, by number, with those that were not present.
    func categories(in database: Database) throws -> [Int64: CategoryRow] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM categoryRevision WHERE change <= ? ORDER BY id",
            arguments: [change]
        ).map { CategoryRow($0) }
        return Dictionary(rows.map { ($0.category, $0) }, uniquingKeysWith: { $1 })
    }

    /// The names of the classes in the order of the list.
    static func names(of categories: [Int64: CategoryRow]) -> [String] {
        categories.values.filter(\.isPresent)
            .sorted { ($0.position, $0.category) < ($1.position, $1.category) }.map(\.name)
    }

    /// Whether an image belonged to the data set.
    func has(_ sample: Int64, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT addedBy <= :change AND coalesce((
                    SELECT present FROM membership
                    WHERE membership.sample = sample.id AND membership.change <= :change
                    ORDER BY membership.id DESC LIMIT 1), 1)
                FROM sample WHERE id = :sample
                """
        )
        return try Bool.fetchOne(statement, arguments: ["change": change, "sample": sample])
            ?? false
    }

    /// SQL that selects the accepted labels at the place, for the parameter `:last`.
    static let acceptedLabels = """
        SELECT annotation.* FROM annotation
        WHERE annotation.id <= :last AND annotation.state = 'accepted' AND NOT EXISTS (
            SELECT 1 FROM annotation AS newer
            WHERE newer.prior = annotation.id AND newer.id <= :last)
        """

    /// SQL that selects the images at the place, for the parameter `:change`.
    static let samples = """
        SELECT sample.* FROM sample
        WHERE addedBy <= :change AND coalesce((
            SELECT present FROM membership
            WHERE membership.sample = sample.id AND membership.change <= :change
            ORDER BY membership.id DESC LIMIT 1), 1) = 1
        """

    /// The accepted labels of an image; nil where it did not belong to the data set.
    func rows(of sample: Int64, in database: Database) throws -> [AnnotationRow]? {
        try has(sample, in: database) ? accepted(of: sample, in: database) : nil
    }

    /// The accepted labels of one image at the place, by age.
    func accepted(of sample: Int64, in database: Database) throws -> [AnnotationRow] {
        try AnnotationTable.current(of: sample, in: database).compactMap {
            try AnnotationTable.revision(of: $0, upTo: lastAnnotation, in: database)
        }.filter { $0.state == .accepted }
    }
}
