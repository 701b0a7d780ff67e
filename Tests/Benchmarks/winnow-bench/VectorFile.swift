import CurationCore
import Export

/// Rows that were saved by other tools.
enum VectorFile {
    /// Reads float32 rows from a `.npy` file.
    static func read(_ path: String) throws -> EmbeddingMatrix {
        let array = try NpyArray(path: path)
        return EmbeddingMatrix(
            samples: (0..<array.rows).map { Sample.ID($0) },
            dimension: array.columns,
            values: array.values
        )
    }
}
