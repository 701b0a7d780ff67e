import CurationCore

/// What embeddings say about whether samples are copies.
struct EmbeddingEvidence {
    private let neighborhood: Deduplication.Neighborhood
    private let kernels: VectorKernels
    // The row of each sample, and the sample of each row.
    private let rows: [Int?]
    private let indexes: [Int?]
    // Rows drawn from all; none in a small set, of which the copies may be a large part.
    private let drawn: [Int]

    private static let smallestSet = 100
    private static let drawnRows = 256

    init(_ neighborhood: Deduplication.Neighborhood, samples: [Sample], kernels: VectorKernels) {
        self.neighborhood = neighborhood
        self.kernels = kernels
        let matrix = neighborhood.matrix
        var rowOf: [Sample.ID: Int] = [:]
        for (row, id) in matrix.samples.enumerated() { rowOf[id] = row }
        var indexes = [Int?](repeating: nil, count: matrix.count)
        for (index, sample) in samples.enumerated() {
            if let row = rowOf[sample.id] { indexes[row] = index }
        }
        rows = samples.map { rowOf[$0.id] }
        self.indexes = indexes
        var generator = SeededGenerator(seed: 0)
        drawn = (0..<(matrix.count < Self.smallestSet ? 0 : Self.drawnRows)).map { _ in
            Int.random(in: 0..<matrix.count, using: &generator)
        }
    }

    /// The cosine of two samples; nil when one has no embedding.
    func similarity(_ left: Int, _ right: Int) -> Double? {
        guard let leftRow = rows[left], let rightRow = rows[right] else { return nil }
        return Self.cosine(neighborhood.matrix, leftRow, rightRow, kernels)
    }

    /// The cosine that one in ten of all samples reaches with `sample`, though they are no copies;
    /// 0 when it cannot be told.
    func commonSimilarity(_ sample: Int) -> Double {
        guard let row = rows[sample], !drawn.isEmpty else { return 0 }
        let similarities = drawn.map { other in
            other == row ? 0 : Self.cosine(neighborhood.matrix, row, other, kernels)
        }
        return max(0, similarities.sorted()[drawn.count * 9 / 10])
    }

    /// For each sample, those it is a neighbour of or that are neighbours of it, and that near.
    func partners(above similarity: Double) -> [Int: [Int]] {
        var partners: [Int: [Int]] = [:]
        for row in 0..<neighborhood.graph.count {
            guard let sample = indexes[row] else { continue }
            for near in neighborhood.graph[row] where Double(near.similarity) >= similarity {
                guard let other = indexes[near.row] else { continue }
                partners[min(sample, other), default: []].append(max(sample, other))
            }
        }
        return partners
    }

    private static func cosine(
        _ matrix: EmbeddingMatrix,
        _ left: Int,
        _ right: Int,
        _ kernels: VectorKernels
    ) -> Double {
        let (lefts, rights) = (matrix.row(left), matrix.row(right))
        let product = Double(kernels.dot(lefts, rights))
        let squares = Double(kernels.dot(lefts, lefts)) * Double(kernels.dot(rights, rights))
        guard product.isFinite, squares.isFinite, squares > 0 else { return 0 }
        return product / squares.squareRoot()
    }
}
