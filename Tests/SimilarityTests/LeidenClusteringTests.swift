import CurationCore
import Similarity
import Testing

@Suite struct LeidenClusteringTests {
    @Test(arguments: [3, 10, 25]) func `planted clusters are found`(clusters: Int) throws {
        let planted = SyntheticRows.mixture(
            1000,
            dimension: 32,
            clusters: clusters,
            deviation: 0.7,
            seed: UInt64(clusters)
        )
        let graph = try ExactSearch().graph(of: planted.rows, k: 15)
        let found = LeidenClustering().cluster(graph)
        #expect(found.clusterCount == clusters)
        #expect(SyntheticRows.agreement(found.assignments, planted.labels) > 0.99)
        #expect(found.probabilities.allSatisfy { (0...1).contains($0) })
        #expect(found.probabilities.reduce(0, +) > 950)
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `a seed always gives the same clusters`(seed: UInt64) throws {
        let rows = SyntheticRows.matrix(400, dimension: 8, seed: seed)
        let graph = try ExactSearch().graph(of: rows, k: 10)
        let first = LeidenClustering(seed: seed).cluster(graph)
        #expect(LeidenClustering(seed: seed).cluster(graph) == first)
    }

    @Test func `a larger granularity gives more clusters`() throws {
        let rows = SyntheticRows.matrix(600, dimension: 8, seed: 4)
        let graph = try ExactSearch().graph(of: rows, k: 10)
        let counts = [0.2, 1, 5].map {
            LeidenClustering(granularity: $0).cluster(graph).clusterCount
        }
        #expect(counts[0] < counts[1] && counts[1] < counts[2])
    }

    // The order in which Leiden looks at nodes cannot split a clique or join two that lie apart.
    @Test(arguments: 0..<4 as Range<UInt64>)
    func `groups that lie apart are clusters, the largest first, and tiny ones noise`(
        seed: UInt64
    ) {
        let sizes = [5, 9, 3]
        let starts = [0, 5, 14]
        let neighbors = zip(starts, sizes).flatMap { start, size in
            (start..<start + size).flatMap { row in
                (1...2).map { step in
                    Neighbor(row: start + (row - start + step) % size, similarity: 0.9)
                }
            }
        }
        let graph = NeighborGraph(k: 2, neighbors: neighbors)
        let found = LeidenClustering(granularity: 0.1, seed: seed).cluster(graph)
        let expected = [1, 0, -1]
        let assignments = zip(expected, sizes).flatMap { [Int](repeating: $0, count: $1) }
        #expect(found.assignments == assignments)
        #expect(found.clusterCount == 2)
        #expect(found.probabilities.prefix(14).allSatisfy { $0 == 1 })
        #expect(found.probabilities.suffix(3).allSatisfy { $0 == 0 })
    }

    @Test func `a graph without rows has no clusters`() {
        let found = LeidenClustering().cluster(NeighborGraph(k: 0, neighbors: []))
        #expect(found == Clustering(assignments: [], probabilities: [], clusterCount: 0))
    }

    @Test func `rows that are all the same are one cluster`() throws {
        let rows = SyntheticRows.matrix(8, dimension: 2, [Float](repeating: 1, count: 16))
        let graph = try ExactSearch().graph(of: rows, k: 7)
        #expect(
            LeidenClustering(granularity: 1).cluster(graph).assignments == [0, 0, 0, 0, 0, 0, 0, 0]
        )
    }
}
