import GRDB

/// What is current, which follows from the log: the last revision of each label, the classes, the fields,
/// which images belong to the data set, and which runs of proposals count.
enum CurrentState {
    /// What each table of the current state must hold, as the log has it.
    private static let tables: [(name: String, columns: String, derived: String)] = [
        (
            "currentLabel", "sample, object, revision, category, state",
            """
            SELECT sample, object, id, category, state FROM annotation
            WHERE NOT EXISTS (SELECT 1 FROM annotation AS newer WHERE newer.prior = annotation.id)
            """
        ),
        (
            "category",
            "id, name, position, present, supercategory, color, hotkey, description, guideline",
            """
            SELECT category, name, position, present, supercategory, color, hotkey, description,
                guideline
            FROM categoryRevision AS revision WHERE NOT EXISTS (
                SELECT 1 FROM categoryRevision AS newer
                WHERE newer.category = revision.category AND newer.id > revision.id)
            """
        ),
        (
            "currentField", "sample, field, value",
            """
            SELECT sample, field, value FROM fieldRevision AS revision
            WHERE value IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM fieldRevision AS newer
                WHERE newer.sample = revision.sample AND newer.field = revision.field
                    AND newer.id > revision.id)
            """
        ),
        (
            "sample", "id, present, decided",
            """
            SELECT id, coalesce((
                SELECT membership.present FROM membership WHERE membership.sample = sample.id
                ORDER BY membership.id DESC LIMIT 1), 1), EXISTS (
                SELECT 1 FROM currentLabel
                WHERE currentLabel.sample = sample.id AND currentLabel.state = 'accepted')
            FROM sample
            """
        ),
    ]

    /// A sentence for each table that is not what the log says.
    static func problems(in database: Database) throws -> [String] {
        var problems = try tables.compactMap { table -> String? in
            let count =
                try Int.fetchOne(
                    database,
                    sql: """
                        SELECT
                            (SELECT count(*) FROM (
                                SELECT \(table.columns) FROM \(table.name) EXCEPT \(table.derived)))
                            + (SELECT count(*) FROM (
                                \(table.derived) EXCEPT SELECT \(table.columns) FROM \(table.name)))
                        """
                ) ?? 0
            return count == 0
                ? nil
                : "\(table.name): \(count) rows are not what the log says; it can be made again"
        }
        if try !PredictionRuns.areAsDerived(in: database) {
            problems.append("predictionRun: it is not what the log says; it can be made again")
        }
        if try !GovernanceRevision.isAsDerived(in: database) {
            problems.append("field, exportRule: not what the log says; they can be made again")
        }
        return problems
    }

    /// Makes the current state again from the log.
    static func rebuild(in database: Database) throws {
        try database.execute(sql: "DELETE FROM currentLabel")
        try database.execute(sql: "DELETE FROM currentField")
        for table in tables {
            switch table.name {
            case "sample":
                try database.execute(
                    sql: """
                        UPDATE sample SET present = coalesce((
                            SELECT membership.present FROM membership
                            WHERE membership.sample = sample.id
                            ORDER BY membership.id DESC LIMIT 1), 1),
                        decided = EXISTS (
                            SELECT 1 FROM currentLabel WHERE currentLabel.sample = sample.id
                                AND currentLabel.state = 'accepted')
                        """
                )
            case "category":
                // Others name its rows, so they are put right in place; first no names are taken.
                try database.execute(sql: "UPDATE category SET present = 0")
                try database.execute(
                    sql: "INSERT OR REPLACE INTO category (\(table.columns)) \(table.derived)"
                )
            default:
                try database.execute(
                    sql: "INSERT INTO \(table.name) (\(table.columns)) \(table.derived)"
                )
            }
        }
        try PredictionRuns.rebuild(in: database)
        try GovernanceRevision.rebuild(in: database)
        for table in ["contentState", "contentLeaf", "contentBucket"] {
            try database.execute(sql: "DELETE FROM \(table)")
        }
    }
}
