package import CurationCore
import Foundation
import GRDB

extension DatasetStore {
    // Rows that are read at once: some megabytes.
    private static let likenessBytes = 8 << 20

    /// Compares the vector of one picture with those of all others, block by block.
    ///
    /// - Parameters:
    ///   - sample: The picture.
    ///   - embedder: Whose vectors.
    ///   - dot: The inner product of two vectors.
    ///   - body: Is given each picture with its cosine similarity.
    /// - Returns: False when the picture has no vector.
    /// - Throws: `StorageError.featureFile` when the file is gone.
    package func compare(
        _ sample: Sample.ID,
        in embedder: EmbedderID,
        dot: (ArraySlice<Float>, ArraySlice<Float>) -> Float,
        _ body: (Sample.ID, Float) -> Void
    ) throws(StorageError) -> Bool {
        guard let own = try vectors(from: embedder).vector(of: sample) else { return false }
        let (file, owners) = try owners(of: embedder)
        let length = dot(own[...], own[...]).squareRoot()
        let block = max(1, Self.likenessBytes / (file.dimension * MemoryLayout<Float>.size))
        for first in stride(from: 0, to: owners.count, by: block) {
            let count = min(block, owners.count - first)
            let values = try file.read(count, at: first)
            for place in 0..<count where owners[first + place] != 0 {
                let row = values[place * file.dimension..<(place + 1) * file.dimension]
                let scale = length * dot(row, row).squareRoot()
                body(owners[first + place], scale > 0 ? dot(own[...], row) / scale : 0)
            }
        }
        return true
    }

    /// The pictures of the rows of a file; 0 where the picture is gone.
    private func owners(of embedder: EmbedderID) throws(StorageError) -> (FeatureFile, [Sample.ID])
    {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: "SELECT id, dimension, file FROM embedder WHERE name = ? AND digest = ?",
                arguments: [embedder.name, embedder.digest.hex]
            )
            guard let row else { throw StorageError.database(message: "no embedder \(embedder)") }
            let statement = try RawStatement(
                "SELECT sample, row FROM embedding WHERE embedder = ?",
                in: database
            )
            statement.bind(row["id"] as Int64, at: 1)
            var owners: [Sample.ID] = []
            while try statement.next() {
                let place = Int(statement.integer(1))
                if place >= owners.count {
                    owners += repeatElement(0, count: place + 1 - owners.count)
                }
                owners[place] = statement.integer(0)
            }
            let file = FeatureFile(
                url: featureFolder.appending(path: row["file"] as String),
                dimension: row["dimension"]
            )
            return (file, owners)
        }
    }
}
