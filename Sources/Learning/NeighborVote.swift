package import CurationCore

/// Proposes for each row the labels of its nearest neighbours that have one.
package enum NeighborVote {
    /// How much faster than the likeness a vote falls; 1 / 0.07 as in Wu and others, 2018.
    private static let sharpness: Float = 14
    /// The vote that is spread over all classes, so that a single neighbour does not mean 100 %.
    private static let doubt: Float = 0.5

    /// The probability of each class for every row, `classCount` numbers a row.
    ///
    /// A row none of whose neighbours has a label that is still open gets zeros.
    package static func probabilities(
        graph: NeighborGraph,
        labels: [Int?],
        refuted: [Set<Int>],
        classCount: Int
    ) -> [Float] {
        precondition(labels.count == refuted.count && (graph.k == 0 || graph.count == labels.count))
        var result = [Float](repeating: 0, count: labels.count * classCount)
        guard graph.k > 0, classCount > 0 else { return result }
        for row in labels.indices {
            let neighbors = graph[row]
            guard let nearest = neighbors.first?.similarity else { continue }
            var votes = [Float](repeating: 0, count: classCount)
            for neighbor in neighbors {
                guard let label = labels[neighbor.row], !refuted[row].contains(label) else {
                    continue
                }
                votes[label] += Exponential.exp((neighbor.similarity - nearest) * sharpness)
            }
            let sum = votes.reduce(0, +)
            guard sum > 0 else { continue }
            let open = Float(classCount - refuted[row].count)
            for label in 0..<classCount where !refuted[row].contains(label) {
                result[row * classCount + label] = (votes[label] + doubt / open) / (sum + doubt)
            }
        }
        return result
    }
}
