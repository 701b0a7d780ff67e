import CurationCore
import Similarity
import Testing

@Suite struct OutliersTests {
    @Test func `the score is the mean distance to the neighbours`() {
        let similarities: [Float] = [1, 0.5, 0.25, -0.25]
        let neighbors = similarities.map { Neighbor(row: 0, similarity: $0) }
        #expect(Outliers.scores(of: NeighborGraph(k: 2, neighbors: neighbors)) == [0.25, 1])
    }

    @Test func `a row that was planted far off has the largest score`() throws {
        var planted = SyntheticRows.mixture(
            200,
            dimension: 16,
            clusters: 4,
            deviation: 0.3,
            seed: 2
        ).rows.values
        planted += SyntheticRows.matrix(1, dimension: 16, seed: 77).values
        let rows = SyntheticRows.matrix(201, dimension: 16, planted)
        let scores = Outliers.scores(of: try ExactSearch().graph(of: rows, k: 5))
        #expect(scores.indices.max { scores[$0] < scores[$1] } == 200)
    }

    @Test func `the fence lies above the middle half, and far scores beyond it`() {
        let scores = (0..<40).map { 0.3 + 0.001 * Double($0) }
        let fence = Outliers.fence(of: scores + [0.9])
        #expect(fence.map { $0 > 0.339 && $0 < 0.4 } == true)
        #expect(Outliers.fence(of: [0.1, 0.2, 0.9]) == nil)
    }
}
