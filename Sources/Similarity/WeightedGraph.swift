import CurationCore

/// An undirected graph with weights on its edges, each edge held at both ends.
struct WeightedGraph {
    /// Where the edges of each node start in `targets` and `weights`; one more than nodes.
    let starts: [Int]
    let targets: [Int]
    let weights: [Double]
    /// Twice the weight that lies inside each node, after nodes were joined.
    let loops: [Double]
    /// The weight at each node, its own included.
    let strengths: [Double]
    /// The sum of the strengths: twice the weight of all edges.
    let total: Double

    var count: Int { loops.count }

    /// Builds the graph from edges that are each given at both ends, grouped by node.
    private init(starts: [Int], targets: [Int], weights: [Double], loops: [Double]) {
        self.starts = starts
        self.targets = targets
        self.weights = weights
        self.loops = loops
        strengths = loops.indices.map { node in
            weights[starts[node]..<starts[node + 1]].reduce(loops[node], +)
        }
        total = strengths.reduce(0, +)
    }

    func edges(_ node: Int) -> Range<Int> { starts[node]..<starts[node + 1] }
}

// MARK: - Making graphs

extension WeightedGraph {
    /// Joins rows of which one is a neighbour of the other, as strongly as they share neighbours:
    /// by the Jaccard index of the two neighbourhoods, each with its own row in it.
    ///
    /// Pairs that share less than `pruning` are not joined.
    init(sharedNeighborsOf graph: NeighborGraph, pruning: Double) {
        let lists = (0..<graph.count).map { row in
            (graph[row].map(\.row) + [row]).sorted()
        }
        var incident = [[(node: Int, weight: Double)]](repeating: [], count: graph.count)
        for row in 0..<graph.count {
            for neighbor in graph[row] {
                let other = neighbor.row
                // A pair that are neighbours of each other is met twice; the lower row adds it.
                if row > other, Self.contains(lists[other], row) { continue }
                let shared = Self.sharedCount(lists[row], lists[other])
                let weight = Double(shared) / Double(2 * (graph.k + 1) - shared)
                guard weight >= pruning else { continue }
                incident[row].append((other, weight))
                incident[other].append((row, weight))
            }
        }
        var starts = [0]
        var targets: [Int] = []
        var weights: [Double] = []
        for edges in incident {
            for edge in edges.sorted(by: { $0.node < $1.node }) {
                targets.append(edge.node)
                weights.append(edge.weight)
            }
            starts.append(targets.count)
        }
        let loops = [Double](repeating: 0, count: graph.count)
        self.init(starts: starts, targets: targets, weights: weights, loops: loops)
    }

    /// The graph whose nodes are the groups of this one: `groups` gives each node a group below
    /// `groupCount`.
    func joined(_ groups: [Int], groupCount: Int) -> WeightedGraph {
        var members = [[Int]](repeating: [], count: groupCount)
        for node in 0..<count { members[groups[node]].append(node) }
        var starts = [0]
        var targets: [Int] = []
        var weights: [Double] = []
        var loops = [Double](repeating: 0, count: groupCount)
        var sums = [Double](repeating: 0, count: groupCount)
        for group in 0..<groupCount {
            var met: [Int] = []
            for node in members[group] {
                loops[group] += self.loops[node]
                for edge in edges(node) {
                    let other = groups[self.targets[edge]]
                    if sums[other] == 0 { met.append(other) }
                    sums[other] += self.weights[edge]
                }
            }
            for other in met.sorted() {
                if other == group {
                    loops[group] += sums[other]
                } else {
                    targets.append(other)
                    weights.append(sums[other])
                }
                sums[other] = 0
            }
            starts.append(targets.count)
        }
        return WeightedGraph(starts: starts, targets: targets, weights: weights, loops: loops)
    }

    private static func contains(_ sorted: [Int], _ value: Int) -> Bool {
        for candidate in sorted where candidate >= value { return candidate == value }
        return false
    }

    private static func sharedCount(_ left: [Int], _ right: [Int]) -> Int {
        var shared = 0
        var index = 0
        for value in left {
            while index < right.count, right[index] < value { index += 1 }
            if index < right.count, right[index] == value { shared += 1 }
        }
        return shared
    }
}
