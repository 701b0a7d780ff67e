/// Which embedder made a vector, so that vectors of different origin are never compared.
public struct EmbedderID: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The short name, for example `efficientnet-lite0`.
    public let name: String
    /// The digest of the model and of how pixels are prepared for it.
    public let digest: ContentDigest

    /// Names an embedder.
    public init(name: String, digest: ContentDigest) {
        self.name = name
        self.digest = digest
    }

    /// The name and the first digits of the digest: `efficientnet-lite0@7eb99a5c`.
    public var description: String { "\(name)@\(digest.hex.prefix(8))" }
}

/// Vectors of many samples, one row each.
public struct EmbeddingMatrix: Sendable, Equatable {
    /// The samples, in the order of the rows.
    public let samples: [Sample.ID]
    /// Numbers a row.
    public let dimension: Int
    /// All rows, one after the other: `samples.count * dimension` numbers.
    public let values: [Float]

    /// Takes rows; the count of values must be `samples.count * dimension`.
    public init(samples: [Sample.ID], dimension: Int, values: [Float]) {
        precondition(values.count == samples.count * dimension, "a row has `dimension` numbers")
        self.samples = samples
        self.dimension = dimension
        self.values = values
    }

    /// Rows.
    public var count: Int { samples.count }

    /// Only the named rows, in that order.
    public func rows(_ rows: [Int]) -> EmbeddingMatrix {
        EmbeddingMatrix(
            samples: rows.map { samples[$0] },
            dimension: dimension,
            values: rows.flatMap { row($0) }
        )
    }

    /// The vector in `row`.
    public func row(_ row: Int) -> ArraySlice<Float> {
        values[row * dimension..<(row + 1) * dimension]
    }
}
