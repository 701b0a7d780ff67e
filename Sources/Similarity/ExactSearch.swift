package import CurationCore

/// Finds nearest rows by comparing all with all; nothing is missed.
///
/// Every pair is multiplied once and offered to both of its rows. Among rows of one similarity the
/// lower one is nearer, so the result is the same however many cores the loop runner uses.
package struct ExactSearch: Sendable {
    private let kernels: VectorKernels
    private let loop: LoopRunner

    // Rows that meet in one piece: whole panels, and so many that two such blocks fit a cache.
    private static let blockRows = 384

    /// Searches with the kernels of `kernels`, on the cores of `loop`.
    package init(kernels: VectorKernels = VectorKernels(), loop: LoopRunner = .serial) {
        self.kernels = kernels
        self.loop = loop
    }

    /// The `k` nearest other rows of every row; all others, in a set that has not so many.
    ///
    /// Rows need not be scaled. A row of zeros, or with a number that is not finite, has the
    /// similarity 0 to all.
    ///
    /// - Throws: `CancellationError` when the loop runner does.
    package func graph(
        of matrix: EmbeddingMatrix,
        k: Int
    ) throws(CancellationError) -> NeighborGraph {
        let k = min(k, matrix.count - 1)
        guard k > 0 else { return NeighborGraph(k: 0, neighbors: []) }
        let lists = NeighborLists(of: PackedRows(matrix), k: k, kernels: kernels)
        let blocks = Self.blocks(matrix.count)
        try loop(blocks.count) { lists.matchWithin(blocks[$0]) }
        for round in Self.rounds(blocks.count) {
            try loop(round.count) { index in
                lists.matchBetween(blocks[round[index].left], blocks[round[index].right])
            }
        }
        return lists.graph()
    }

    /// The `k` rows of `matrix` that are nearest to each row of `queries`.
    ///
    /// - Throws: `CancellationError` when the loop runner does.
    package func search(
        queries: EmbeddingMatrix,
        in matrix: EmbeddingMatrix,
        k: Int
    ) throws(CancellationError) -> NeighborGraph {
        let k = min(k, matrix.count)
        guard k > 0, queries.count > 0 else { return NeighborGraph(k: 0, neighbors: []) }
        precondition(queries.dimension == matrix.dimension, "rows of one embedder")
        let others = PackedRows(matrix)
        let lists = NeighborLists(of: PackedRows(queries), k: k, kernels: kernels)
        let blocks = Self.blocks(queries.count)
        try loop(blocks.count) { lists.match(blocks[$0], in: others) }
        return lists.graph()
    }

    private static func blocks(_ count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: blockRows).map { $0..<min($0 + blockRows, count) }
    }

    // All pairs of blocks, such that no block is in a round twice: the rounds of a tournament by
    // the circle method, where the last place stands still and is empty when `count` is odd.
    private static func rounds(_ count: Int) -> [[(left: Int, right: Int)]] {
        let circle = count.isMultiple(of: 2) ? count - 1 : count
        guard count > 1 else { return [] }
        return (0..<circle).map { round in
            var pairs: [(left: Int, right: Int)] = []
            if circle < count { pairs.append((round, circle)) }
            for step in 1..<max(1, (circle + 1) / 2) {
                let one = (round + step) % circle
                let other = (round + circle - step) % circle
                pairs.append((min(one, other), max(one, other)))
            }
            return pairs
        }
    }
}
