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
    /// Why it is listed as failed; nil when it is not.
    ///
    /// An image that was imported can be listed too, once its file is gone or holds another picture.
    package let failure: ImportFailure.Code?
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
    ///   - isGone: Whether the file of an image that is there already is gone.
    /// - Returns: What became of the images.
    /// - Throws: `StorageError.busy`, `.full`, `.database`; then nothing of the batch is kept.
    @discardableResult
    package func add(
        _ samples: [NewSample],
        failures: [FailedFile],
        author: String,
        at moment: Timestamp,
        isGone: (Sample) -> Bool = { _ in false }
    ) throws(StorageError) -> ImportOutcome {
        try write { database in
            var plan = try SampleBatch(samples, isGone: isGone, in: database)
            var batch = LabelBatch(kind: .import, author: author, at: moment)
            batch.newSamples = plan.new
            batch.moves = plan.moved.map { sample, new in
                MoveRow(sample: sample.id, from: sample.path, to: new.path)
            }
            if !plan.new.isEmpty { batch.payload["images"] = "\(plan.new.count)" }
            if !plan.moved.isEmpty { batch.payload["moved"] = "\(plan.moved.count)" }
            if !batch.payload.isEmpty { try batch.append(to: database) }
            for (sample, new) in plan.moved { try Self.move(sample, to: new, in: database) }
            for sample in samples { try Self.removeFailure(of: sample.path, in: database) }
            for failed in failures { try Self.insert(failed, in: database) }
            plan.outcome.added = plan.new.count
            plan.outcome.moved = plan.moved.count
            return plan.outcome
        }
    }

    /// Notes that files of images have other dates but the same bytes.
    package func touch(
        _ files: [(path: String, bytes: Int, modifiedAt: Double)]
    ) throws(StorageError) {
        try write { database in
            for file in files {
                try database.execute(
                    sql: "UPDATE sample SET bytes = ?, modifiedAt = ? WHERE path = ?",
                    arguments: [file.bytes, file.modifiedAt, file.path]
                )
                try Self.removeFailure(of: file.path, in: database)
            }
        }
    }

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
                        sample.archive AS archive, importFailure.code AS code
                    FROM sample LEFT JOIN importFailure ON importFailure.path = sample.path
                    WHERE sample.path >= ? AND sample.path < ?
                    UNION ALL
                    SELECT path, bytes, modifiedAt, NULL, NULL, code FROM importFailure
                    WHERE path >= ? AND path < ?
                        AND NOT EXISTS (SELECT 1 FROM sample WHERE sample.path = importFailure.path)
                    ORDER BY path
                    """,
                arguments: range + range
            )
            return try body {
                try rows.next().map { row in
                    let code: String? = row["code"]
                    return KnownFile(
                        path: row["path"],
                        bytes: row["bytes"],
                        modifiedAt: row["modifiedAt"],
                        sample: row["sample"],
                        archive: row["archive"],
                        failure: try code == nil ? nil : row.value("code")
                    )
                }
            }
        }
    }

    /// Moves images to paths that are those of one another, in one transaction.
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
                    sql: "UPDATE sample SET path = ?, modifiedAt = ? WHERE id = ?",
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

/// The images of a batch, told apart by what the store has already.
private struct SampleBatch {
    var outcome = ImportOutcome()
    var new: [NewSample] = []
    var moved: [(sample: Sample, new: NewSample)] = []

    init(
        _ samples: [NewSample],
        isGone: (Sample) -> Bool,
        in database: Database
    ) throws {
        var digests = Set<ContentDigest>()
        var taken = Set<Sample.ID>()
        var next = try SampleRow.firstFreeID(in: database)
        for sample in samples {
            let copies = try Self.samples(with: sample.sha256, in: database)
            if try Self.isKnown(sample.path, in: database) {
                outcome.ids.append(nil)
            } else if let gone = copies.first(where: { !taken.contains($0.id) && isGone($0) }) {
                taken.insert(gone.id)
                moved.append((gone, sample))
                outcome.ids.append(nil)
            } else {
                let isCopy = !copies.isEmpty || !digests.insert(sample.sha256).inserted
                if isCopy { outcome.exactDuplicates += 1 }
                new.append(sample)
                outcome.ids.append(next)
                next += 1
            }
        }
    }

    private static func isKnown(_ path: String, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM sample WHERE path = ?)"
        )
        return try Bool.fetchOne(statement, arguments: [path]) ?? false
    }

    private static func samples(
        with digest: ContentDigest,
        in database: Database
    ) throws -> [Sample] {
        let statement = try database.cachedStatement(
            sql: "SELECT * FROM sample WHERE sha256 = ? ORDER BY id"
        )
        return try Row.fetchAll(statement, arguments: [digest.hex]).map { try Sample($0) }
    }
}
