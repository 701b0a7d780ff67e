import GRDB

/// Which runs of proposals count: a prediction that stands replaces all predictions and imports before
/// it; a run whose act was undone does not count.
enum PredictionRuns {
    /// Lets a prediction replace what it replaces.
    static func retire(by change: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE predictionRun SET retiredBy = :change
                WHERE retiredBy IS NULL AND run < :change AND run IN (
                    SELECT id FROM change WHERE kind = 'predict' OR kind = 'import')
                """,
            arguments: ["change": change]
        )
    }

    /// Brings the runs into line with the log, after an undo.
    static func refresh(in database: Database) throws {
        for (run, retiredBy) in try derived(in: database) {
            try database.execute(
                sql:
                    "UPDATE predictionRun SET retiredBy = ?1 WHERE run = ?2 AND retiredBy IS NOT ?1",
                arguments: [retiredBy, run]
            )
        }
    }

    /// What retires each run by the log: its undo, or the first prediction after it that stands.
    static func derived(in database: Database) throws -> [Int64: Int64?] {
        let predictions = try Int64.fetchAll(
            database,
            sql: "SELECT id FROM change WHERE kind = 'predict' ORDER BY id"
        ).filter { try DatasetStore.standingUndo(of: $0, in: database) == nil }
        var runs: [Int64: Int64?] = [:]
        for run in try runsWithRows(in: database) {
            let kind = try String.fetchOne(
                database,
                sql: "SELECT kind FROM change WHERE id = ?",
                arguments: [run]
            )
            let isReplaced =
                kind == ChangeKind.predict.rawValue || kind == ChangeKind.import.rawValue
            let next = isReplaced ? predictions.first { $0 > run } : nil
            runs[run] = .some(try DatasetStore.standingUndo(of: run, in: database) ?? next)
        }
        return runs
    }

    /// Whether the table says what the log says; runs whose predictions were all forgotten may be gone.
    static func areAsDerived(in database: Database) throws -> Bool {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT run, retiredBy, source IS coalesce(json_extract(payload, '$.source'), author)
                    AS isSource
                FROM predictionRun JOIN change ON change.id = run
                """
        )
        let stored = Dictionary(uniqueKeysWithValues: rows.map { ($0["run"] as Int64, $0) })
        return try derived(in: database).allSatisfy { run, retiredBy in
            guard let row = stored[run] else { return false }
            return row["isSource"] && row["retiredBy"] as Int64? == retiredBy
        }
    }

    /// Makes the table again from the log.
    static func rebuild(in database: Database) throws {
        for (run, retiredBy) in try derived(in: database) {
            try database.execute(
                sql: """
                    INSERT INTO predictionRun (run, source, retiredBy)
                    SELECT id, coalesce(json_extract(payload, '$.source'), author), ?2
                    FROM change WHERE id = ?1
                    ON CONFLICT (run) DO UPDATE SET retiredBy = excluded.retiredBy,
                        source = excluded.source
                    """,
                arguments: [run, retiredBy]
            )
        }
    }

    /// The runs that have predictions, without reading these.
    private static func runsWithRows(in database: Database) throws -> [Int64] {
        let statement = try database.cachedStatement(
            sql: "SELECT min(run) FROM prediction WHERE run > ?"
        )
        var runs: [Int64] = []
        while let next = try Int64.fetchOne(statement, arguments: [runs.last ?? 0]) {
            runs.append(next)
        }
        return runs
    }
}
