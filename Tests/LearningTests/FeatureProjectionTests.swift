import CurationCore
import Learning
import Testing

@Suite struct FeatureProjectionTests {
    @Test func `planted directions carry the variance that was planted`() {
        var generator = SeededGenerator(seed: 8)
        let axes = randomMatrix(3, 40, &generator).orthonormalized()
        var rows = Matrix(rows: 500, columns: 40)
        for row in 0..<500 {
            let parts = [10, 5, 2].map { $0 * normal(&generator) }
            for column in 0..<40 {
                rows[row, column] = 0.05 * normal(&generator)
                for axis in 0..<3 { rows[row, column] += parts[axis] * axes[axis, column] }
            }
        }
        let found = PrincipalComponents(of: rows, count: 3, seed: 1)
        let total = (0..<500).reduce(0.0) { $0 + Double(rows.squaredNorm($1)) }
        #expect(found.variances.reduce(0, +) / total > 0.998)
        for axis in 0..<3 {
            let inside = (0..<3).reduce(Float(0)) { sum, row in
                let part = found.directions.dot(row, axes, axis)
                return sum + part * part
            }
            #expect(inside > 0.999)
        }
    }

    @Test func `projected rows have a mean of zero and a mean squared length of one`() {
        let blocks = twoBlocks(rows: 300, seed: 2)
        let projection = FeatureProjection(fitting: blocks, dimension: 32)
        let values = projection.project(blocks)
        #expect(projection.dimension == 32)
        #expect(projection.explainedVariance > 0.5 && projection.explainedVariance <= 1)
        let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) } / 300
        #expect(abs(squares - 1) < 0.01)
        for column in 0..<32 {
            let sum = (0..<300).reduce(Float(0)) { $0 + values[$1 * 32 + column] }
            #expect(abs(sum / 300) < 1e-4)
        }
    }

    @Test func `distances survive when all directions are kept`() {
        let blocks = twoBlocks(rows: 20, seed: 3)
        let projection = FeatureProjection(fitting: blocks, dimension: 192)
        let values = projection.project(blocks)
        #expect(projection.dimension == 19)
        #expect(projection.explainedVariance > 0.9999)
        let expected = (0..<20).map { row in blocks.flatMap { rooted($0, row) } }
        let scale = distance(values, 0, 1, 19) / length(expected[0], expected[1])
        for row in 2..<20 {
            let found = distance(values, 0, row, 19) / scale
            #expect(abs(found - length(expected[0], expected[row])) < 1e-3)
        }
    }

    @Test func `the weight of a block bounds how much it counts`() {
        let blocks = twoBlocks(rows: 60, seed: 5)
        let silent = [blocks[0], FeatureBlock(dimension: 30, weight: 0, values: blocks[1].values)]
        let alone = FeatureProjection(fitting: [blocks[0]], dimension: 64)
        let both = FeatureProjection(fitting: silent, dimension: 64)
        #expect(abs(alone.explainedVariance - both.explainedVariance) < 1e-3)
        let (a, b) = (alone.project([blocks[0]]), both.project(silent))
        for row in 1..<60 {
            let first = distance(a, 0, row, alone.dimension)
            #expect(abs(first - distance(b, 0, row, both.dimension)) < 1e-3)
        }
    }

    @Test func `empty, constant and negative features do no harm`() {
        let constant = FeatureBlock(dimension: 4, weight: 1, values: Array(repeating: 2, count: 40))
        let flat = FeatureProjection(fitting: [constant]).project([constant])
        #expect(flat.allSatisfy { $0.isFinite })
        let zeros = FeatureBlock(dimension: 2, weight: 1, values: Array(repeating: 0, count: 8))
        #expect(FeatureProjection(fitting: [zeros]).project([zeros]).allSatisfy { $0.isFinite })
        let none = FeatureBlock(dimension: 2, weight: 1, values: [])
        #expect(FeatureProjection(fitting: [none]).project([none]).isEmpty)
        let signed = FeatureBlock(dimension: 2, weight: 1, values: [1, -4, -1, 4, 4, 1])
        let spread = FeatureProjection(fitting: [signed], dimension: 2).project([signed])
        #expect(Set(spread).count > 3)
    }

    private func twoBlocks(rows: Int, seed: UInt64) -> [FeatureBlock] {
        var generator = SeededGenerator(seed: seed)
        return [(50, Float(1)), (30, Float(0.5))].map { dimension, weight in
            let values = (0..<rows * dimension).map { _ in Float(generator.unit()) }
            return FeatureBlock(dimension: dimension, weight: weight, values: values)
        }
    }

    /// The roots of a row of a block, scaled to the length `weight`.
    private func rooted(_ block: FeatureBlock, _ row: Int) -> [Float] {
        let line = block.values[row * block.dimension..<(row + 1) * block.dimension]
        let sum = line.reduce(0, +)
        return line.map { ($0 / sum).squareRoot() * block.weight }
    }

    private func length(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    private func distance(_ values: [Float], _ a: Int, _ b: Int, _ dimension: Int) -> Float {
        (0..<dimension).reduce(Float(0)) {
            let difference = values[a * dimension + $1] - values[b * dimension + $1]
            return $0 + difference * difference
        }.squareRoot()
    }
}
