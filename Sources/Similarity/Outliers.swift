package import CurationCore

/// Scores rows that lie far from all others (mean distance to k neighbours: Angiulli 2002).
package enum Outliers {
    /// The mean cosine distance of each row to its neighbours, 0 to 2; large is an outlier.
    package static func scores(of graph: NeighborGraph) -> [Double] {
        (0..<graph.count).map { row in
            graph[row].reduce(0) { $0 + 1 - Double($1.similarity) } / Double(graph.k)
        }
    }

    /// Above which score a row is far from all others: the upper fence of Tukey (1977), three quarters of
    /// the scores and one and a half times the middle half; nil for too few scores to tell.
    package static func fence(of scores: [Double]) -> Double? {
        guard scores.count >= 20 else { return nil }
        let sorted = scores.sorted()
        let (low, high) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
        return high + 1.5 * (high - low)
    }
}
