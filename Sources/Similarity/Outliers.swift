package import CurationCore

/// Scores rows that lie far from all others (mean distance to k neighbours: Angiulli 2002).
package enum Outliers {
    /// The mean cosine distance of each row to its neighbours, 0 to 2; large is an outlier.
    package static func scores(of graph: NeighborGraph) -> [Double] {
        (0..<graph.count).map { row in
            graph[row].reduce(0) { $0 + 1 - Double($1.similarity) } / Double(graph.k)
        }
    }
}
