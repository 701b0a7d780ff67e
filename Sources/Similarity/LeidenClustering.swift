package import CurationCore

/// Groups the rows of a neighbour graph into communities (Leiden: Traag, Waltman, van Eck 2019).
///
/// Rows are joined as strongly as they share neighbours; communities are sought whose modularity
/// (Reichardt and Bornholdt's, with a resolution) is largest. Nodes move one by one, then each
/// community is built anew from single nodes so that it cannot fall apart, and its parts become the
/// nodes of the next, smaller graph. The time grows with the edges, not with the pairs of rows.
package struct LeidenClustering: Sendable {
    /// The resolution: a larger one gives more and smaller clusters.
    package let granularity: Double
    /// Groups of fewer rows are noise.
    package let minimumSize: Int
    /// The order in which nodes are looked at follows from it.
    package let seed: UInt64

    // Rows that share less of their neighbourhoods are not joined.
    private static let pruning = 1.0 / 15

    /// Chooses how finely to group.
    package init(granularity: Double = 1.5, minimumSize: Int = 4, seed: UInt64 = 0) {
        precondition(granularity > 0, "a granularity is above 0")
        self.granularity = granularity
        self.minimumSize = minimumSize
        self.seed = seed
    }

    /// The clusters of the rows of `graph`, the largest first.
    package func cluster(_ graph: NeighborGraph) -> Clustering {
        let joined = WeightedGraph(sharedNeighborsOf: graph, pruning: Self.pruning)
        return clustering(communities(of: joined), in: joined)
    }

    private func communities(of whole: WeightedGraph) -> [Int] {
        var generator = SeededGenerator(seed: seed)
        var graph = whole
        // The node of `graph` that holds each row.
        var holders = Array(0..<whole.count)
        var start = Array(0..<whole.count)
        while true {
            var partition = CommunityPartition(of: graph, start: start, resolution: granularity)
            partition.moveNodes(&generator)
            let communities = partition.communities
            let refined = partition.refined(&generator)
            let (parts, partCount) = Self.renumbered(refined)
            guard partCount < graph.count else { return holders.map { communities[$0] } }
            var next = [Int](repeating: 0, count: partCount)
            for node in 0..<graph.count { next[parts[node]] = communities[node] }
            start = Self.renumbered(next).groups
            holders = holders.map { parts[$0] }
            graph = graph.joined(parts, groupCount: partCount)
        }
    }

    // Numbers from 0 in the order of first appearance.
    private static func renumbered(_ groups: [Int]) -> (groups: [Int], count: Int) {
        var numbers: [Int: Int] = [:]
        let renumbered = groups.map { group in
            let number = numbers[group] ?? numbers.count
            numbers[group] = number
            return number
        }
        return (renumbered, numbers.count)
    }

    private func clustering(_ communities: [Int], in graph: WeightedGraph) -> Clustering {
        let (groups, count) = Self.renumbered(communities)
        var sizes = [Int](repeating: 0, count: count)
        for group in groups { sizes[group] += 1 }
        let kept = (0..<count).filter { sizes[$0] >= minimumSize }
            .sorted { (sizes[$1], $0) < (sizes[$0], $1) }
        var clusters = [Int](repeating: -1, count: count)
        for (cluster, group) in kept.enumerated() { clusters[group] = cluster }
        let probabilities = groups.indices.map { row -> Float in
            guard clusters[groups[row]] >= 0, graph.strengths[row] > 0 else { return 0 }
            let inside = graph.edges(row).lazy
                .filter { groups[graph.targets[$0]] == groups[row] }
                .reduce(0) { $0 + graph.weights[$1] }
            return Float(min(1, inside / graph.strengths[row]))
        }
        return Clustering(
            assignments: groups.map { clusters[$0] },
            probabilities: probabilities,
            clusterCount: kept.count
        )
    }
}
