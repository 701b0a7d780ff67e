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
    /// Appends vectors: first the rows on the disk, then what the database knows of them.
    ///
    /// - Throws: `StorageError.dimension` when the embedder was used with another dimension.
    package func add(
        _ matrix: EmbeddingMatrix,
        from embedder: EmbedderID
    ) throws(StorageError) {
        guard matrix.count > 0 else { return }
        try write { database in
            let row = try Self.embedderRow(embedder, matrix.dimension, in: database)
            guard row.dimension == matrix.dimension else {
                throw StorageError.dimension(expected: row.dimension, found: matrix.dimension)
            }
            let first =
                try Int.fetchOne(
                    database,
                    sql: "SELECT coalesce(max(row) + 1, 0) FROM embedding WHERE embedder = ?",
                    arguments: [row.id]
                ) ?? 0
            let file = FeatureFile(
                url: featureFolder.appending(path: row.file),
                dimension: matrix.dimension
            )
            let digest = try file.write(matrix.values, at: first)
            try database.execute(
                sql:
                    "INSERT INTO embeddingBatch (embedder, firstRow, rows, sha256) VALUES (?, ?, ?, ?)",
                arguments: [row.id, first, matrix.count, digest.hex]
            )
            let insert = try database.cachedStatement(
                sql: "INSERT INTO embedding (embedder, sample, row) VALUES (?, ?, ?)"
            )
            for (offset, sample) in matrix.samples.enumerated() {
                try insert.execute(arguments: [row.id, sample, first + offset])
            }
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

    /// The samples that have no vector of `embedder`, by id.
    package func samplesWithoutEmbedding(
        from embedder: EmbedderID
    ) throws(StorageError) -> [Sample] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT sample.* FROM sample
                    WHERE NOT EXISTS (
                        SELECT 1 FROM embedding JOIN embedder ON embedder.id = embedding.embedder
                        WHERE embedding.sample = sample.id
                            AND embedder.name = ? AND embedder.digest = ?)
                    ORDER BY sample.id
                    """,
                arguments: [embedder.name, embedder.digest.hex]
            ).map(Sample.init)
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
                sql: "SELECT sample, row FROM embedding WHERE embedder = ? ORDER BY sample",
                arguments: [row?.id]
            ).map { (sample: $0["sample"] as Int64, row: $0["row"] as Int) }
            return (row, places)
        }
        guard let row, let last = places.map(\.row).max() else {
            return EmbeddingMatrix(samples: [], dimension: 1, values: [])
        }
        let file = FeatureFile(
            url: featureFolder.appending(path: row.file),
            dimension: row.dimension
        )
        let all = try file.read(last + 1, at: 0)
        guard !places.enumerated().allSatisfy({ $0.offset == $0.element.row }) else {
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
                    id: EmbedderID(name: $0["name"], digest: ContentDigest($0, "digest")),
                    dimension: $0["dimension"],
                    count: $0["vectors"]
                )
            }
        }
    }

    /// Reads every batch of every feature file again.
    ///
    /// - Returns: A sentence for each batch that is missing or changed.
    package func verifyFeatureFiles() throws(StorageError) -> [String] {
        let batches = try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT embedder.file, embedder.dimension, firstRow, rows, sha256
                    FROM embeddingBatch JOIN embedder ON embedder.id = embeddingBatch.embedder
                    ORDER BY embedder.id, firstRow
                    """
            )
        }
        var problems: [String] = []
        for batch in batches {
            let url = featureFolder.appending(path: batch["file"] as String)
            let file = FeatureFile(url: url, dimension: batch["dimension"])
            let first: Int = batch["firstRow"]
            let rows: Int = batch["rows"]
            do {
                let values = try file.read(rows, at: first)
                if FeatureFile.digest(values[...]) != ContentDigest(batch, "sha256") {
                    problems.append(
                        "features/\(url.lastPathComponent): rows \(first) to \(first + rows - 1) "
                            + "are not what was written; delete the file's vectors and embed again"
                    )
                }
            } catch {
                problems.append("\(error)")
            }
        }
        return problems
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
