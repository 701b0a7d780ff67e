package import CurationCore
import FoundationEssentials
import GRDB

/// What the store knows of a file, to tell whether it has changed.
package struct KnownFile: Sendable, Hashable {
    /// Where the file is.
    package let path: String
    /// The size of the file in bytes.
    package let bytes: Int
    /// When the file was changed last, in seconds since 1970.
    package let modifiedAt: Double
    /// The image that it is; nil when it could not be imported.
    package let sample: Sample.ID?
    /// The archive that the image is a member of.
    package let archive: String?
    /// Where its bytes begin in the archive, when they are not compressed.
    package let offset: Int?
    /// Why it is listed as failed; nil when it is not.
    ///
    /// An image that was imported can be listed too, once its file is gone or holds another picture.
    package let failure: ImportFailure.Code?
}

/// The file of an image whose bytes are as they were.
package struct TouchedFile: Sendable {
    /// Where it is.
    package let path: String
    /// When it was changed last, in seconds since 1970.
    package let modifiedAt: Double
    /// Where its bytes begin in its archive, when they are not compressed.
    package let offset: Int?

    /// Describes a file.
    package init(path: String, modifiedAt: Double, offset: Int? = nil) {
        self.path = path
        self.modifiedAt = modifiedAt
        self.offset = offset
    }
}

/// What became of the images of a batch.
package struct ImportOutcome: Sendable {
    /// The number of each image in the order in which they were given; nil unless it is new.
    package var ids: [Sample.ID?] = []
    /// Images that are new in the data set.
    package var added = 0
    /// New images with the same bytes as another.
    package var exactDuplicates = 0
    /// Images that were there already, under a path where they are no more.
    package var moved = 0
}

extension DatasetStore {
    /// Adds images and failures in one transaction.
    ///
    /// A path that is there already is left as it is. An image with the bytes of one whose file is gone
    /// is that one, moved. A failure of a path replaces an earlier one, and an image that was read
    /// removes it.
    ///
    /// - Parameters:
    ///   - samples: The images.
    ///   - failures: The files that could not be imported.
    ///   - author: Who imports.
    ///   - moment: When.
    ///   - run: What names the import as a whole, so that it is undone as a whole.
    ///   - gone: Tells whether the file of an image that is there already is gone.
    /// - Returns: What became of the images.
    /// - Throws: `StorageError.busy`, `.full`, `.database`; then nothing of the batch is kept.
    @discardableResult
    package func add(
        _ samples: [NewSample],
        failures: [FailedFile],
        author: String,
        at moment: Timestamp,
        run: String? = nil,
        gone: GoneImages = GoneImages { _ in false }
    ) throws(StorageError) -> ImportOutcome {
        try write { database in
            var plan = try SampleBatch(samples, gone: gone, in: database)
            var batch = LabelBatch(kind: .import, author: author, at: moment)
            batch.newSamples = plan.new
            batch.moves = plan.moved.map { sample, new in
                MoveRow(sample: sample.id, from: sample.path, to: new.path)
            }
            if !plan.new.isEmpty { batch.payload["images"] = "\(plan.new.count)" }
            if !plan.moved.isEmpty { batch.payload["moved"] = "\(plan.moved.count)" }
            batch.memberships = plan.returning.map { MembershipRow(sample: $0, isPresent: true) }
            if !plan.returning.isEmpty { batch.payload["returned"] = "\(plan.returning.count)" }
            if !batch.payload.isEmpty {
                batch.payload["run"] = run
                try batch.append(to: database)
            }
            for (sample, new) in plan.moved { try Self.move(sample, to: new, in: database) }
            for sample in samples { try Self.removeFailure(of: sample.path, in: database) }
            for failed in failures { try Self.insert(failed, in: database) }
            plan.outcome.added = plan.new.count + plan.returning.count
            plan.outcome.moved = plan.moved.count
            return plan.outcome
        }
    }

    /// Notes that images with the same bytes as before have files of another date, or lie elsewhere in
    /// their archive.
    package func touch(_ files: [TouchedFile]) throws(StorageError) {
        try write { database in
            for file in files {
                try database.execute(
                    sql: "UPDATE sample SET modifiedAt = ?, memberOffset = ? WHERE path = ?",
                    arguments: [file.modifiedAt, file.offset, file.path]
                )
                try Self.removeFailure(of: file.path, in: database)
            }
        }
    }

    /// SQL that tells whether an image that is not present left by an undo or a switch, and not because
    /// somebody took it out: then it comes back when its file is imported again.
    static let leftByItself = """
        EXISTS (
            SELECT 1 FROM membership JOIN change ON change.id = membership.change
            WHERE membership.sample = sample.id AND change.kind <> 'membership'
                AND membership.id = (
                    SELECT max(latest.id) FROM membership AS latest
                    WHERE latest.sample = sample.id))
        """

    /// Runs `body` over what the store knows of each file, in the order of the bytes of the paths.
    ///
    /// A path that is both an image and listed as failed comes once. `body` must not write.
    ///
    /// - Parameters:
    ///   - prefix: Only paths that start so; it ends with `/`.
    ///   - body: Takes what gives the next file, nil after the last.
    /// - Returns: What `body` returns.
    /// - Throws: `StorageError`, also for what `body` throws.
    package func withKnownFiles<Result>(
        below prefix: String = "",
        _ body: (_ next: () throws -> KnownFile?) throws -> Result
    ) throws(StorageError) -> Result {
        try read { database in
            let range: StatementArguments =
                prefix.isEmpty ? ["", "\u{10FFFF}"] : [prefix, prefix.dropLast() + "0"]
            // Both halves come by an index, so that nothing is sorted and little is held.
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT sample.path AS path, sample.bytes AS bytes,
                        sample.modifiedAt AS modifiedAt, sample.id AS sample,
                        sample.archive AS archive, sample.memberOffset AS offset,
                        importFailure.code AS code
                    FROM sample LEFT JOIN importFailure ON importFailure.path = sample.path
                    WHERE sample.path >= ? AND sample.path < ?
                        AND (sample.present = 1 OR NOT \(Self.leftByItself))
                    UNION ALL
                    SELECT path, bytes, modifiedAt, NULL, NULL, NULL, code FROM importFailure
                    WHERE path >= ? AND path < ?
                        AND NOT EXISTS (SELECT 1 FROM sample WHERE sample.path = importFailure.path)
                    ORDER BY path
                    """,
                arguments: range + range
            )
            return try body {
                try rows.next().map { try KnownFile($0) }
            }
        }
    }

    /// Moves images to paths of files that are those of one another, in one transaction.
    package func exchange(
        _ moves: [(sample: Sample.ID, path: String, modifiedAt: Double)],
        author: String,
        at moment: Timestamp
    ) throws(StorageError) {
        guard !moves.isEmpty else { return }
        try write { database in
            var batch = LabelBatch(kind: .import, author: author, at: moment)
            batch.payload["moved"] = "\(moves.count)"
            for move in moves {
                let path = try String.fetchOne(
                    database,
                    sql: "SELECT path FROM sample WHERE id = ?",
                    arguments: [move.sample]
                )
                batch.moves.append(MoveRow(sample: move.sample, from: path ?? "", to: move.path))
            }
            try batch.append(to: database)
            // No path is that of two images at any moment; one of a file starts with a slash.
            for move in moves {
                try database.execute(
                    sql: "UPDATE sample SET path = 'moving ' || id WHERE id = ?",
                    arguments: [move.sample]
                )
            }
            for move in moves {
                try database.execute(
                    sql: """
                        UPDATE sample SET path = ?, archive = NULL, member = NULL,
                            memberOffset = NULL, modifiedAt = ?
                        WHERE id = ?
                        """,
                    arguments: [move.path, move.modifiedAt, move.sample]
                )
                try Self.removeFailure(of: move.path, in: database)
            }
        }
    }

    /// The images that have the bytes, by id.
    package func samples(holding digest: ContentDigest) throws(StorageError) -> [Sample] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM sample WHERE sha256 = ? ORDER BY id",
                arguments: [digest.hex]
            ).map { try Sample($0) }
        }
    }

    /// Takes files from the list of those that failed.
    package func removeFailures(_ paths: [String]) throws(StorageError) {
        try write { database in
            for path in paths { try Self.removeFailure(of: path, in: database) }
        }
    }

    /// The image whose file is at a path.
    package func sample(at path: String) throws(StorageError) -> Sample? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT * FROM sample WHERE path = ?",
                arguments: [path]
            ).map { try Sample($0) }
        }
    }

    /// The files that could not be imported, by path.
    package func failures() throws(StorageError) -> [ImportFailure] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT path, code, message FROM importFailure ORDER BY path"
            ).map {
                ImportFailure(
                    path: $0["path"],
                    code: try $0.value("code"),
                    message: $0["message"]
                )
            }
        }
    }
}

// MARK: - Rows

extension KnownFile {
    fileprivate init(_ row: Row) throws {
        let code: String? = row["code"]
        self.init(
            path: row["path"],
            bytes: row["bytes"],
            modifiedAt: row["modifiedAt"],
            sample: row["sample"],
            archive: row["archive"],
            offset: row["offset"],
            failure: try code == nil ? nil : row.value("code")
        )
    }
}

extension DatasetStore {
    private static func move(_ sample: Sample, to new: NewSample, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE sample SET path = ?, archive = ?, member = ?, memberOffset = ?, modifiedAt = ?
                WHERE id = ?
                """,
            arguments: [
                new.path, new.archive?.file, new.archive?.member, new.archive?.offset,
                new.modifiedAt, sample.id,
            ]
        )
        try removeFailure(of: sample.path, in: database)
    }

    private static func removeFailure(of path: String, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "DELETE FROM importFailure WHERE path = ?"
        )
        try statement.execute(arguments: [path])
    }

    private static func insert(_ failed: FailedFile, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO importFailure (path, code, message, bytes, modifiedAt)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                failed.failure.path, failed.failure.code.rawValue, failed.failure.message,
                failed.bytes, failed.modifiedAt,
            ]
        )
    }
}
