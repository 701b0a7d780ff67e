package import CurationCore

/// Proposes for each row the labels that reach it through its neighbours, and their neighbours.
///
/// Zhou and others, "Learning with local and global consistency", 2004: F ← α S F + (1 - α) Y, where S
/// is the graph of neighbours, made symmetric and normalised by the degrees of both ends.
package enum LabelPropagation {
    /// The share of a row that comes from its neighbours.
    private static let alpha: Float = 0.9
    private static let iterations = 30
    /// How much faster than the likeness an edge falls, as for a vote of neighbours.
    private static let sharpness: Float = 14

    /// The probability of each class for every row, `classCount` numbers a row.
    ///
    /// A row that no label reaches, or only refuted ones, gets zeros.
    package static func probabilities(
        graph: NeighborGraph,
        labels: [Int?],
        refuted: [Set<Int>],
        classCount: Int
    ) -> [Float] {
        precondition(labels.count == refuted.count && (graph.k == 0 || graph.count == labels.count))
        guard graph.k > 0, classCount > 0 else {
            return [Float](repeating: 0, count: labels.count * classCount)
        }
        let edges = edges(of: graph)
        var given = [Float](repeating: 0, count: labels.count * classCount)
        for (row, label) in labels.enumerated() {
            if let label { given[row * classCount + label] = 1 }
        }
        var spread = given
        for _ in 0..<iterations {
            var next = given
            for index in next.indices { next[index] *= 1 - alpha }
            for edge in edges {
                let factor = alpha * edge.weight
                let (from, to) = (edge.from * classCount, edge.to * classCount)
                for label in 0..<classCount {
                    next[to + label] += factor * spread[from + label]
                    next[from + label] += factor * spread[to + label]
                }
            }
            spread = next
        }
        for row in labels.indices {
            let start = row * classCount
            for label in refuted[row] { spread[start + label] = 0 }
            let sum = spread[start..<start + classCount].reduce(0, +)
            for label in 0..<classCount where sum > 0 { spread[start + label] /= sum }
        }
        return spread
    }

    /// Each pair of neighbours once, with its entry of S.
    private static func edges(
        of graph: NeighborGraph
    ) -> [(from: Int, to: Int, weight: Float)] {
        var found: [(from: Int, to: Int, weight: Float)] = []
        for row in 0..<graph.count {
            for neighbor in graph[row] {
                // Half from each side: an edge that both see counts twice what one alone sees.
                let weight = Exponential.exp((neighbor.similarity - 1) * sharpness) / 2
                found.append((min(row, neighbor.row), max(row, neighbor.row), weight))
            }
        }
        found.sort { ($0.from, $0.to) < ($1.from, $1.to) }
        var edges: [(from: Int, to: Int, weight: Float)] = []
        var degrees = [Float](repeating: 0, count: graph.count)
        for edge in found {
            degrees[edge.from] += edge.weight
            degrees[edge.to] += edge.weight
            if let last = edges.last, last.from == edge.from, last.to == edge.to {
                edges[edges.count - 1].weight += edge.weight
            } else {
                edges.append(edge)
            }
        }
        return edges.map { edge in
            let both = (degrees[edge.from] * degrees[edge.to]).squareRoot()
            return (edge.from, edge.to, both > 0 ? edge.weight / both : 0)
        }
    }
}
