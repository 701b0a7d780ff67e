package import CurationCore
import Foundation
import GRDB

/// Reads the vectors of one embedder one by one, so that memory stays flat as the set grows.
package final class VectorReader {
    private let rows: [Sample.ID: Int]
    private let dimension: Int
    private let path: String
    private let handle: FileHandle?

    init(rows: [Sample.ID: Int], file: FeatureFile) throws(StorageError) {
        self.rows = rows
        dimension = file.dimension
        path = file.url.path
        handle = try? FileHandle(forReadingFrom: file.url)
        guard rows.isEmpty || handle != nil else {
            throw .featureFile(path: path, reason: "it cannot be opened")
        }
    }

    /// The samples that have a vector, by id.
    package var samples: [Sample.ID] { rows.keys.sorted() }

    deinit { try? handle?.close() }

    /// The vector of a sample; nil when it has none.
    ///
    /// - Throws: `StorageError.featureFile` when the file ends too early.
    package func vector(of sample: Sample.ID) throws(StorageError) -> [Float]? {
        guard let row = rows[sample], let handle else { return nil }
        let size = dimension * MemoryLayout<Float>.size
        let data: Data?
        do {
            try handle.seek(toOffset: UInt64(FeatureFile.headerSize + row * size))
            data = try handle.read(upToCount: size)
        } catch {
            throw .featureFile(path: path, reason: "\(error)")
        }
        guard let data, data.count == size else {
            throw .featureFile(path: path, reason: "it ends before row \(row)")
        }
        return LittleEndian.floats(Array(data)[...])
    }
}

extension DatasetStore {
    /// Opens the vectors of `embedder` for reading one by one.
    ///
    /// - Parameters:
    ///   - embedder: Whose vectors.
    ///   - limit: Only the first rows of the file, as they were when there were so many.
    /// - Returns: The reader.
    /// - Throws: `StorageError.featureFile` when the file is gone.
    package func vectors(
        from embedder: EmbedderID,
        rows limit: Int = .max
    ) throws(StorageError) -> VectorReader {
        let (file, rows) = try read { database in
            let row = try Row.fetchOne(
                database,
                sql: "SELECT id, dimension, file FROM embedder WHERE name = ? AND digest = ?",
                arguments: [embedder.name, embedder.digest.hex]
            )
            let places = try Row.fetchAll(
                database,
                sql: "SELECT sample, row FROM embedding WHERE embedder = ? AND row < ?",
                arguments: [row?["id"] as Int64?, limit]
            ).map { ($0["sample"] as Int64, $0["row"] as Int) }
            let file = FeatureFile(
                url: featureFolder.appending(path: row?["file"] as String? ?? "none"),
                dimension: row?["dimension"] ?? 1
            )
            return (file, Dictionary(uniqueKeysWithValues: places))
        }
        return try VectorReader(rows: rows, file: file)
    }
}
