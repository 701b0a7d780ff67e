package import CurationCore
import FoundationEssentials
import GRDB

extension DatasetStore {
    /// Checks the database file, its foreign keys, and the chain of the log.
    ///
    /// - Returns: A sentence for each problem; none when all is well.
    package func verifyDatabase() throws(StorageError) -> [String] {
        // What is still in the journal alone is written into the file, so that all pages are there.
        try? translating { () throws in
            try pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
            }
        }
        let (pages, unstamped) = PageChecksums.check(Self.databaseFile(in: folder))
        if unstamped > 0, pages.isEmpty {
            // Written anew, they get theirs; where that cannot be done now, the next check does it.
            try? translating { () throws in
                try pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
            }
        }
        do {
            return pages + (try verifyRows())
        } catch let error where !pages.isEmpty {
            return pages + ["\(error)"]
        }
    }

    private func verifyRows() throws(StorageError) -> [String] {
        try read { database in
            var problems = try String.fetchAll(database, sql: "PRAGMA integrity_check")
                .filter { $0 != "ok" }
                .map { "winnow.sqlite: \($0)" }
            problems += try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map {
                "winnow.sqlite: a row of \($0["table"] as String) points nowhere"
            }
            problems += try LogCheck.problems(in: database)
            problems += try CurrentState.problems(in: database)
            problems += try Int64.fetchAll(
                database,
                sql: """
                    SELECT sample.id FROM sample JOIN move ON move.sample = sample.id
                    GROUP BY sample.id HAVING move.id = max(move.id) AND move.toPath IS NOT sample.path
                    """
            ).map { "image \($0): its path is not where its last move led" }
            problems += try Int64.fetchAll(
                database,
                sql: """
                    SELECT review.id FROM review JOIN change ON change.id = review.change
                    WHERE change.payload IS NOT NULL
                        AND json_extract(change.payload, '$.decision') IS NOT review.content
                    ORDER BY review.id
                    """
            ).map { "review \($0): the decision is not the one in the log" }
            return problems
        }
    }

    /// Makes what is current again from the log.
    ///
    /// - Returns: A sentence for each table that was not what the log says.
    package func rebuildCurrentState() throws(StorageError) -> [String] {
        try write { database in
            let problems = try CurrentState.problems(in: database)
            if !problems.isEmpty { try CurrentState.rebuild(in: database) }
            return problems
        }
    }

    /// Computes the content of each version again from the rows of the log.
    ///
    /// - Returns: For each version whose content is another by now, its id.
    package func alteredVersions() throws(StorageError) -> [ContentDigest] {
        try read { database in
            try String.fetchAll(database, sql: "SELECT id FROM version ORDER BY number")
                .compactMap { try Self.version($0, in: database) }
                .filter { version in
                    let tombstones = try Row.fetchAll(
                        database,
                        sql: "SELECT digest, labels FROM tombstoneLeaf WHERE version = ?",
                        arguments: [version.id.hex]
                    ).map { (leaf: Array($0["digest"] as Data), labels: $0["labels"] as Int) }
                    let found = try ContentLeaves.content(
                        at: LogPoint(of: version.id, in: database),
                        tombstones: tombstones,
                        in: database
                    )
                    return found.content != version.content || found.images != version.images
                        || found.categories != version.categories
                        || found.annotations != version.annotations
                }
                .map(\.id)
        }
    }
}

/// Computes every digest of the log again from the rows that each act wrote.
enum LogCheck {
    static func problems(in database: Database) throws -> [String] {
        var problems: [String] = []
        var previous: String?
        var lastAnnotation: Int64 = 0
        let changes = try Row.fetchCursor(database, sql: "SELECT * FROM change ORDER BY id")
        while let row = try changes.next() {
            let change = ChangeRow(row)
            let digest: String = row["digest"]
            if change.digest(after: previous).hex != digest {
                problems.append("change \(change.id): the log was altered here")
            }
            if let payload: String = row["payload"],
                ContentDigest(of: payload).hex != change.payloadDigest
            {
                problems.append("change \(change.id): what it says of itself was altered")
            }
            let rows = try digestOfRows(change, after: lastAnnotation, in: database)
            if rows.hex != change.rows {
                problems.append("change \(change.id): its labels or images were altered")
            }
            previous = digest
            lastAnnotation = change.lastAnnotation
        }
        return problems
    }

    private static func digestOfRows(
        _ change: ChangeRow,
        after lastAnnotation: Int64,
        in database: Database
    ) throws -> ContentDigest {
        var digest = RowsDigest()
        for section in LogSection.allCases {
            let (sql, arguments) = rows(of: section, change, after: lastAnnotation)
            let erased = try Row.fetchAll(
                try database.cachedStatement(
                    sql: """
                        SELECT sample, digest FROM tombstoneRows
                        WHERE change = ? AND section = ? ORDER BY sample
                        """
                ),
                arguments: [change.id, section.rawValue]
            ).map { (sample: $0["sample"] as Int64, leaf: Array($0["digest"] as Data)) }
            var sectionDigest = SectionDigest(section)
            var tombstones = erased[...]
            let cursor = try Row.fetchCursor(
                database.cachedStatement(sql: sql),
                arguments: arguments
            )
            while let row = try cursor.next() {
                let logged = try row.logged(section)
                while let next = tombstones.first, next.sample < logged.sample {
                    sectionDigest.put(next.leaf, for: next.sample)
                    tombstones = tombstones.dropFirst()
                }
                sectionDigest.add(logged)
            }
            for next in tombstones { sectionDigest.put(next.leaf, for: next.sample) }
            digest.add(sectionDigest)
        }
        return digest.finish()
    }

    /// SQL that selects the rows of a kind that an act wrote, in the order of their digest.
    static func rows(
        of section: LogSection,
        _ change: ChangeRow,
        after lastAnnotation: Int64
    ) -> (sql: String, arguments: StatementArguments) {
        let id: StatementArguments = [change.id]
        switch section {
        case .category:
            return ("SELECT * FROM categoryRevision WHERE change = ? ORDER BY id", id)
        case .sample:
            return (
                """
                SELECT sample.*, coalesce(
                    (SELECT fromPath FROM move WHERE move.sample = sample.id ORDER BY id LIMIT 1),
                    path) AS firstPath
                FROM sample WHERE addedBy = ? ORDER BY id
                """, id
            )
        case .membership:
            return ("SELECT * FROM membership WHERE change = ? ORDER BY sample, id", id)
        case .move: return ("SELECT * FROM move WHERE change = ? ORDER BY sample, id", id)
        case .field:
            return ("SELECT * FROM fieldRevision WHERE change = ? ORDER BY sample, field", id)
        case .annotation:
            return (
                "SELECT * FROM annotation WHERE id > ? AND id <= ? ORDER BY id",
                [lastAnnotation, change.lastAnnotation]
            )
        case .prediction:
            return ("SELECT * FROM prediction WHERE run = ? ORDER BY sample, position", id)
        }
    }
}

extension Row {
    /// The row as the log's digest takes it.
    fileprivate func logged(_ section: LogSection) throws -> any LoggedRow {
        switch section {
        case .category: CategoryRow(self)
        case .sample: LoggedSample(self)
        case .membership: MembershipRow(sample: self["sample"], isPresent: self["present"])
        case .move: MoveRow(self)
        case .field: FieldRow(sample: self["sample"], field: self["field"], value: self["value"])
        case .annotation: try AnnotationRow(self)
        case .prediction: try PredictionRow(self)
        }
    }
}
