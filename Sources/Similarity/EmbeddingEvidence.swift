import CurationCore

/// What embeddings say about whether samples are copies.
struct EmbeddingEvidence {
    private let matrix: EmbeddingMatrix
    private let kernels: VectorKernels
    // The row of each sample.
    private let rows: [Int?]
    // Rows drawn from all; none in a small set, of which the copies may be a large part.
    private let drawn: [Int]

    private static let smallestSet = 100
    private static let drawnRows = 256

    init(_ matrix: EmbeddingMatrix, samples: [Sample], kernels: VectorKernels) {
        self.matrix = matrix
        self.kernels = kernels
        var rowOf: [Sample.ID: Int] = [:]
        for (row, id) in matrix.samples.enumerated() { rowOf[id] = row }
        rows = samples.map { rowOf[$0.id] }
        var generator = SeededGenerator(seed: 0)
        drawn = (0..<(matrix.count < Self.smallestSet ? 0 : Self.drawnRows)).map { _ in
            Int.random(in: 0..<matrix.count, using: &generator)
        }
    }

    /// The cosine of two samples; nil when one has no embedding.
    func similarity(_ left: Int, _ right: Int) -> Double? {
        guard let leftRow = rows[left], let rightRow = rows[right] else { return nil }
        return cosine(leftRow, rightRow)
    }

    /// The cosine that one in ten of all samples reaches with `sample`, though they are no copies;
    /// 0 when it cannot be told.
    func commonSimilarity(_ sample: Int) -> Double {
        guard let row = rows[sample], !drawn.isEmpty else { return 0 }
        let similarities = drawn.map { other in other == row ? 0 : cosine(row, other) }
        return max(0, similarities.sorted()[drawn.count * 9 / 10])
    }

    private func cosine(_ left: Int, _ right: Int) -> Double {
        let (lefts, rights) = (matrix.row(left), matrix.row(right))
        let product = Double(kernels.dot(lefts, rights))
        let squares = Double(kernels.dot(lefts, lefts)) * Double(kernels.dot(rights, rights))
        guard product.isFinite, squares.isFinite, squares > 0 else { return 0 }
        return product / squares.squareRoot()
    }
}
