/// A row close to another, and how close.
public struct Neighbor: Sendable, Hashable {
    /// The row of the neighbour in the matrix.
    public let row: Int
    /// The cosine similarity, -1 to 1; 1 is the same direction.
    public let similarity: Float

    /// Describes a neighbour.
    public init(row: Int, similarity: Float) {
        self.row = row
        self.similarity = similarity
    }
}

/// The `k` nearest rows of every row, itself excluded, nearest first.
public struct NeighborGraph: Sendable, Equatable {
    /// Neighbours a row; fewer than asked for in a set that is smaller.
    public let k: Int
    /// All neighbours, row after row: `rows * k`.
    public let neighbors: [Neighbor]

    /// Takes the neighbours; their count must be a multiple of `k`.
    public init(k: Int, neighbors: [Neighbor]) {
        precondition(k == 0 ? neighbors.isEmpty : neighbors.count.isMultiple(of: k))
        self.k = k
        self.neighbors = neighbors
    }

    /// Rows.
    public var count: Int { k == 0 ? 0 : neighbors.count / k }

    /// The neighbours of `row`, nearest first.
    public subscript(row: Int) -> ArraySlice<Neighbor> {
        neighbors[row * k..<(row + 1) * k]
    }
}
