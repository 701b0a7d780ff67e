package import CurationCore
import Foundation
import GRDB

/// An embedder that the store has vectors of.
package struct StoredEmbedder: Sendable, Hashable {
    /// Its name and digest.
    package let id: EmbedderID
    /// Numbers a vector.
    package let dimension: Int
    /// How many samples have a vector.
    package let count: Int
}

extension DatasetStore {
    /// Appends vectors of one or more embedders in one transaction.
    ///
    /// First the rows are on the disk, then the database knows of them; samples that have a vector
    /// of the embedder already are passed over.
    ///
    /// - Throws: `StorageError.dimension` when an embedder was used with another dimension,
    ///   `.featureFile` when its file was lost or cut.
    package func add(
        _ matrices: [(vectors: EmbeddingMatrix, embedder: EmbedderID)]
    ) throws(StorageError) {
        try write { database in
            for (vectors, embedder) in matrices where vectors.count > 0 {
                let row = try Self.embedderRow(embedder, vectors.dimension, in: database)
                guard row.dimension == vectors.dimension else {
                    throw StorageError.dimension(expected: row.dimension, found: vectors.dimension)
                }
                let known = try Set(
                    vectors.samples.filter { try Self.has($0, row.id, in: database) }
                )
                try append(vectors.leavingOut(known), to: row, in: database)
            }
        }
    }

    private static func has(
        _ sample: Sample.ID,
        _ embedder: Int64,
        in database: Database
    ) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM embedding WHERE embedder = ? AND sample = ?)"
        )
        return try Bool.fetchOne(statement, arguments: [embedder, sample]) ?? false
    }

    private func append(
        _ vectors: EmbeddingMatrix,
        to row: EmbedderRow,
        in database: Database
    ) throws {
        guard vectors.count > 0 else { return }
        let first =
            try Int.fetchOne(
                database,
                sql: """
                    SELECT firstRow + rows FROM embeddingBatch WHERE embedder = ?
                    ORDER BY firstRow DESC LIMIT 1
                    """,
                arguments: [row.id]
            ) ?? 0
        try file(of: row).write(vectors.values, at: first)
        try database.execute(
            sql:
                "INSERT INTO embeddingBatch (embedder, firstRow, rows, sha256) VALUES (?, ?, ?, ?)",
            arguments: [
                row.id, first, vectors.count,
                FeatureFile.digest(vectors.samples, vectors.values).hex,
            ]
        )
        let insert = try database.cachedStatement(
            sql: "INSERT INTO embedding (embedder, sample, row) VALUES (?, ?, ?)"
        )
        for (offset, sample) in vectors.samples.enumerated() {
            try insert.execute(arguments: [row.id, sample, first + offset])
        }
    }

    private func file(of row: EmbedderRow) -> FeatureFile {
        FeatureFile(url: featureFolder.appending(path: row.file), dimension: row.dimension)
    }

    /// Whether the file of an embedder is there and as long as the database says.
    package func hasWholeFile(_ embedder: EmbedderID) throws(StorageError) -> Bool {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: "SELECT id, dimension, file FROM embedder WHERE name = ? AND digest = ?",
                arguments: [embedder.name, embedder.digest.hex]
            ).map(EmbedderRow.init)
            guard let row else { return true }
            let rows =
                try Int.fetchOne(
                    database,
                    sql: "SELECT coalesce(sum(rows), 0) FROM embeddingBatch WHERE embedder = ?",
                    arguments: [row.id]
                ) ?? 0
            return file(of: row).isWhole(upTo: rows)
        }
    }

    /// How many rows the file of an embedder has.
    package func rowCount(of embedder: EmbedderID) throws(StorageError) -> Int {
        try read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT coalesce(sum(rows), 0) FROM embeddingBatch
                    JOIN embedder ON embedder.id = embeddingBatch.embedder
                    WHERE name = ? AND digest = ?
                    """,
                arguments: [embedder.name, embedder.digest.hex]
            ) ?? 0
        }
    }

    /// Forgets the vectors of all embedders called `name`, and their files.
    package func removeEmbeddings(named name: String) throws(StorageError) {
        let files = try write { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT id, file FROM embedder WHERE name = ?",
                arguments: [name]
            )
            for row in rows {
                let id: Int64 = row["id"]
                for table in ["embedding", "embeddingBatch"] {
                    try database.execute(
                        sql: "DELETE FROM \(table) WHERE embedder = ?",
                        arguments: [id]
                    )
                }
                try database.execute(sql: "DELETE FROM embedder WHERE id = ?", arguments: [id])
            }
            return rows.map { $0["file"] as String }
        }
        for file in files {
            try? FileManager.default.removeItem(at: featureFolder.appending(path: file))
        }
    }

    /// Overwrites the vectors of an image by zeros, in every feature file.
    func zeroVectors(of sample: Sample.ID, in database: Database) throws {
        let places = try Row.fetchAll(
            database,
            sql: """
                SELECT embedder.id, embedder.dimension, embedder.file, embedding.row,
                    embeddingBatch.firstRow, embeddingBatch.rows
                FROM embedding JOIN embedder ON embedder.id = embedding.embedder
                JOIN embeddingBatch ON embeddingBatch.embedder = embedder.id
                    AND embedding.row >= embeddingBatch.firstRow
                    AND embedding.row < embeddingBatch.firstRow + embeddingBatch.rows
                WHERE embedding.sample = ?
                """,
            arguments: [sample]
        )
        try database.execute(sql: "DELETE FROM embedding WHERE sample = ?", arguments: [sample])
        for place in places {
            let embedder = EmbedderRow(place)
            let (first, count): (Int, Int) = (place["firstRow"], place["rows"])
            let file = file(of: embedder)
            // What is gone already needs no zeros.
            guard file.isWhole(upTo: first + count) else { continue }
            let zeros = [Float](repeating: 0, count: embedder.dimension)
            try file.write(zeros, at: place["row"])
            let owners = try Self.places(embedder.id, in: database)
            let digest = FeatureFile.digest(
                (first..<first + count).map { owners[$0] ?? 0 },
                try file.read(count, at: first)
            )
            try database.execute(
                sql: "UPDATE embeddingBatch SET sha256 = ? WHERE embedder = ? AND firstRow = ?",
                arguments: [digest.hex, embedder.id, first]
            )
        }
    }

    /// The digest over the batches of an embedder, which pins its first `rows` rows; nil before the
    /// first batch.
    package func rowsDigest(
        of embedder: EmbedderID,
        rows: Int = .max
    ) throws(StorageError) -> ContentDigest? {
        try read { database in
            let batches = try String.fetchAll(
                database,
                sql: """
                    SELECT sha256 FROM embeddingBatch
                    JOIN embedder ON embedder.id = embeddingBatch.embedder
                    WHERE name = ? AND digest = ? AND firstRow < ? ORDER BY firstRow
                    """,
                arguments: [embedder.name, embedder.digest.hex, rows]
            )
            return batches.isEmpty ? nil : ContentDigest(of: batches.joined(separator: "\n"))
        }
    }

    /// The samples that have no vector of `embedder`, by id.
    package func samplesWithoutEmbedding(
        from embedder: EmbedderID
    ) throws(StorageError) -> [Sample] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT sample.* FROM sample
                    WHERE sample.present = 1 AND NOT EXISTS (
                        SELECT 1 FROM embedding JOIN embedder ON embedder.id = embedding.embedder
                        WHERE embedding.sample = sample.id
                            AND embedder.name = ? AND embedder.digest = ?)
                    ORDER BY sample.id
                    """,
                arguments: [embedder.name, embedder.digest.hex]
            ).map { try Sample($0) }
        }
    }

    /// All vectors of `embedder`, by sample id.
    package func embeddings(from embedder: EmbedderID) throws(StorageError) -> EmbeddingMatrix {
        let (row, places) = try read { database in
            let row = try Row.fetchOne(
                database,
                sql: "SELECT id, dimension, file FROM embedder WHERE name = ? AND digest = ?",
                arguments: [embedder.name, embedder.digest.hex]
            ).map(EmbedderRow.init)
            let places = try Row.fetchAll(
                database,
                sql: """
                    SELECT sample, row FROM embedding JOIN sample ON sample.id = embedding.sample
                    WHERE embedder = ? AND sample.present = 1 ORDER BY sample
                    """,
                arguments: [row?.id]
            ).map { (sample: $0["sample"] as Int64, row: $0["row"] as Int) }
            return (row, places)
        }
        guard let row, let last = places.map(\.row).max() else {
            return EmbeddingMatrix(samples: [], dimension: 1, values: [])
        }
        let all = try file(of: row).read(last + 1, at: 0)
        let isInOrder = places.enumerated().allSatisfy { $0.offset == $0.element.row }
        guard !isInOrder else {
            return EmbeddingMatrix(
                samples: places.map(\.sample),
                dimension: row.dimension,
                values: all
            )
        }
        var values: [Float] = []
        values.reserveCapacity(places.count * row.dimension)
        for place in places {
            values += all[place.row * row.dimension..<(place.row + 1) * row.dimension]
        }
        return EmbeddingMatrix(
            samples: places.map(\.sample),
            dimension: row.dimension,
            values: values
        )
    }

    /// The embedders that the store has vectors of, in the order in which they came.
    package func embedders() throws(StorageError) -> [StoredEmbedder] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT name, digest, dimension,
                        (SELECT count(*) FROM embedding WHERE embedder = embedder.id) AS vectors
                    FROM embedder ORDER BY id
                    """
            ).map {
                StoredEmbedder(
                    id: EmbedderID(name: $0["name"], digest: try ContentDigest($0, "digest")),
                    dimension: $0["dimension"],
                    count: $0["vectors"]
                )
            }
        }
    }

    /// Reads every batch of every feature file again, with the samples that its rows belong to.
    ///
    /// - Returns: A sentence for each batch that is missing or changed.
    package func verifyFeatureFiles() throws(StorageError) -> [String] {
        try read { database in
            let batches = try Row.fetchAll(
                database,
                sql: """
                    SELECT embedder.id, embedder.file, embedder.dimension, firstRow, rows, sha256
                    FROM embeddingBatch JOIN embedder ON embedder.id = embeddingBatch.embedder
                    ORDER BY embedder.id, firstRow
                    """
            )
            var problems: [String] = []
            var places: [Int64: [Int: Sample.ID]] = [:]
            for batch in batches {
                let row = EmbedderRow(batch)
                if places[row.id] == nil {
                    places = [row.id: try Self.places(row.id, in: database)]
                }
                if let problem = try problem(batch, row, places[row.id] ?? [:]) {
                    problems.append(problem)
                }
            }
            return problems
        }
    }

    private static func places(_ embedder: Int64, in database: Database) throws -> [Int: Sample.ID]
    {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT sample, row FROM embedding WHERE embedder = ?",
            arguments: [embedder]
        )
        return Dictionary(rows.map { ($0["row"], $0["sample"]) }, uniquingKeysWith: { $1 })
    }

    private func problem(
        _ batch: Row,
        _ embedder: EmbedderRow,
        _ places: [Int: Sample.ID]
    ) throws -> String? {
        let first: Int = batch["firstRow"]
        let rows: Int = batch["rows"]
        do {
            let values = try file(of: embedder).read(rows, at: first)
            let samples = (first..<first + rows).map { places[$0] ?? 0 }
            let digest = try ContentDigest(batch, "sha256")
            guard FeatureFile.digest(samples, values) != digest else { return nil }
            return
                "features/\(embedder.file): rows \(first) to \(first + rows - 1) are not what was "
                + "written; delete the file; `winnow embed` and `winnow predict` make it again"
        } catch let error as StorageError {
            return "\(error)"
        }
    }

    private static func embedderRow(
        _ embedder: EmbedderID,
        _ dimension: Int,
        in database: Database
    ) throws -> EmbedderRow {
        try database.execute(
            sql:
                "INSERT OR IGNORE INTO embedder (name, digest, dimension, file) VALUES (?, ?, ?, ?)",
            arguments: [
                embedder.name, embedder.digest.hex, dimension,
                "\(embedder.name)-\(embedder.digest.hex.prefix(12)).f32",
            ]
        )
        guard
            let row = try Row.fetchOne(
                database,
                sql: "SELECT id, dimension, file FROM embedder WHERE name = ? AND digest = ?",
                arguments: [embedder.name, embedder.digest.hex]
            )
        else { throw StorageError.database(message: "embedder \(embedder) was not kept") }
        return EmbedderRow(row)
    }
}

/// A row of `embedder`.
private struct EmbedderRow {
    let id: Int64
    let dimension: Int
    let file: String

    init(_ row: Row) {
        id = row["id"]
        dimension = row["dimension"]
        file = row["file"]
    }
}

extension EmbeddingMatrix {
    /// The rows of all samples but those.
    fileprivate func leavingOut(_ known: Set<Sample.ID>) -> EmbeddingMatrix {
        guard !known.isEmpty else { return self }
        let kept = samples.indices.filter { !known.contains(samples[$0]) }
        return EmbeddingMatrix(
            samples: kept.map { samples[$0] },
            dimension: dimension,
            values: kept.flatMap { row($0) }
        )
    }
}
