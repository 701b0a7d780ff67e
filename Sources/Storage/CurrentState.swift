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
            "sample", "id, present",
            """
            SELECT id, coalesce((
                SELECT membership.present FROM membership WHERE membership.sample = sample.id
                ORDER BY membership.id DESC LIMIT 1), 1) FROM sample
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
        if try liveRuns(in: database) != storedRuns(in: database) {
            problems.append("predictionRun: it is not what the log says; it can be made again")
        }
        return problems
    }

    /// Makes the current state again from the log.
    static func rebuild(in database: Database) throws {
        let runs = try liveRuns(in: database)
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
                            ORDER BY membership.id DESC LIMIT 1), 1)
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
        try database.execute(sql: "DELETE FROM predictionRun")
        for (run, retiredBy) in runs {
            try database.execute(
                sql: "INSERT INTO predictionRun (run, retiredBy) VALUES (?, ?)",
                arguments: [run, retiredBy]
            )
        }
        for table in ["contentState", "contentLeaf", "contentBucket"] {
            try database.execute(sql: "DELETE FROM \(table)")
        }
    }

    private static func storedRuns(in database: Database) throws -> [Int64: Int64?] {
        let rows = try Row.fetchAll(database, sql: "SELECT run, retiredBy FROM predictionRun")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0["run"], $0["retiredBy"]) })
    }

    /// Plays the log: a prediction retires all runs before it, an undo takes that back.
    private static func liveRuns(in database: Database) throws -> [Int64: Int64?] {
        var runs: [Int64: Int64?] = [:]
        let kept = try Set(Int64.fetchAll(database, sql: "SELECT run FROM predictionRun"))
        let changes = try Row.fetchCursor(
            database,
            sql: "SELECT id, kind, undoes FROM change ORDER BY id"
        )
        var kinds: [Int64: String] = [:]
        var targets: [Int64: Int64] = [:]
        while let row = try changes.next() {
            let (id, kind, undoes): (Int64, String, Int64?) = (
                row["id"], row["kind"], row["undoes"]
            )
            if ["predict", "undo"].contains(kind) || kept.contains(id) { kinds[id] = kind }
            if kept.contains(id) { runs[id] = .some(nil) }
            if kind == "predict" { retire(&runs, by: id) { $0 != id } }
            guard kind == "undo", let undoes else { continue }
            targets[id] = undoes
            if kinds[undoes] == "undo" {
                let again = targets[undoes] ?? 0
                if kinds[again] == "predict" { retire(&runs, by: again) { $0 < again } }
                if runs[again] == .some(undoes) { runs[again] = .some(nil) }
            } else {
                for (run, by) in runs where by == undoes { runs[run] = .some(nil) }
                if runs[undoes] == .some(nil) { runs[undoes] = .some(id) }
            }
        }
        return runs
    }

    private static func retire(
        _ runs: inout [Int64: Int64?],
        by change: Int64,
        where isOlder: (Int64) -> Bool
    ) {
        for (run, by) in runs where by == nil && isOlder(run) { runs[run] = .some(change) }
    }
}
