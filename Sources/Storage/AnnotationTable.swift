import GRDB

/// The revisions of labels, and what is current of them.
enum AnnotationTable {
    static func last(in database: Database) throws -> Int64 {
        // What was forgotten keeps its number: none is given out twice.
        try Int64.fetchOne(
            database,
            sql: """
                SELECT max(coalesce((SELECT max(id) FROM annotation), 0),
                    coalesce((SELECT lastAnnotation FROM change ORDER BY id DESC LIMIT 1), 0))
                """
        ) ?? 0
    }

    /// Writes revisions and makes them those of now.
    static func insert(_ rows: [AnnotationRow], change: Int64, in database: Database) throws {
        guard !rows.isEmpty else { return }
        let annotation = try RawStatement(
            """
            INSERT INTO annotation (id, object, sample, kind, category, geometry, state, source,
                prior, origin, change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            in: database
        )
        annotation.bind(change, at: 11)
        let current = try RawStatement(
            """
            INSERT OR REPLACE INTO currentLabel (sample, object, revision, category, state)
            VALUES (?, ?, ?, ?, ?)
            """,
            in: database
        )
        for row in rows {
            annotation.bind(row.id, at: 1)
            annotation.bind(row.object, at: 2)
            annotation.bind(row.sample, at: 3)
            annotation.bind(row.content.kind.rawValue, at: 4)
            annotation.bind(row.content.category, at: 5)
            annotation.bind(row.content.geometry, at: 6)
            annotation.bind(row.state.rawValue, at: 7)
            annotation.bind(row.source, at: 8)
            annotation.bind(row.prior, at: 9)
            annotation.bind(row.origin, at: 10)
            try annotation.run()
            current.bind(row.sample, at: 1)
            current.bind(row.object, at: 2)
            current.bind(row.id, at: 3)
            current.bind(row.content.category, at: 4)
            current.bind(row.state.rawValue, at: 5)
            try current.run()
        }
        try noteDecided(rows, in: database)
    }

    /// Keeps whether the images have an accepted label.
    private static func noteDecided(_ rows: [AnnotationRow], in database: Database) throws {
        let decided = try RawStatement(
            """
            UPDATE sample SET decided = EXISTS (
                SELECT 1 FROM currentLabel WHERE sample = ?1 AND state = 'accepted') WHERE id = ?1
            """,
            in: database
        )
        var last: Int64?
        for row in rows where row.sample != last {
            decided.bind(row.sample, at: 1)
            try decided.run()
            last = row.sample
        }
    }

    /// The last revision of each label of an image, also of those removed, by age.
    static func current(of sample: Int64, in database: Database) throws -> [AnnotationRow] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT annotation.* FROM currentLabel
                JOIN annotation ON annotation.id = currentLabel.revision
                WHERE currentLabel.sample = ? ORDER BY currentLabel.object
                """
        )
        return try Row.fetchAll(statement, arguments: [sample]).map { try AnnotationRow($0) }
    }

    static func row(_ id: Int64, in database: Database) throws -> AnnotationRow? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM annotation WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map { try AnnotationRow($0) }
    }

    /// The last revision of the label that a revision belongs to.
    static func newest(of row: AnnotationRow, in database: Database) throws -> AnnotationRow {
        let statement = try database.cachedStatement(
            sql: "SELECT revision FROM currentLabel WHERE sample = ? AND object = ?"
        )
        let id = try Int64.fetchOne(statement, arguments: [row.sample, row.object])
        return try id.flatMap { try self.row($0, in: database) } ?? row
    }

    /// What a label was at a point of the log: its last revision up to it; nil before its first.
    static func revision(
        of row: AnnotationRow,
        upTo last: Int64,
        in database: Database
    ) throws -> AnnotationRow? {
        var found: AnnotationRow? = row
        while let revision = found, revision.id > last {
            found = try revision.prior.flatMap { try self.row($0, in: database) }
        }
        return found
    }
}

/// The predictions, by runs.
enum PredictionTable {
    static func insert(
        _ rows: [PredictionRow],
        run: Int64,
        source: String,
        in database: Database
    ) throws {
        guard !rows.isEmpty else { return }
        try database.execute(
            sql: "INSERT INTO predictionRun (run, source) VALUES (?, ?)",
            arguments: [run, source]
        )
        let statement = try RawStatement(
            """
            INSERT INTO prediction (run, sample, position, category, score, kind, geometry)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            in: database
        )
        statement.bind(run, at: 1)
        var kind: LabelKind?
        for row in rows {
            statement.bind(row.sample, at: 2)
            statement.bind(row.position, at: 3)
            statement.bind(row.content.category, at: 4)
            statement.bind(row.score, at: 5)
            // What was set stays, and most runs have labels of one kind.
            if row.content.kind != kind { statement.bind(row.content.kind.rawValue, at: 6) }
            if row.content.kind != .classification || row.content.kind != kind {
                statement.bind(row.content.geometry, at: 7)
            }
            kind = row.content.kind
            try statement.run()
        }
    }
}
