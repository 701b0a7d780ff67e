import CurationCore

/// A division of a graph into communities, while Leiden improves it.
struct CommunityPartition {
    /// The community of each node; numbers below the count of nodes.
    private(set) var communities: [Int]

    private let graph: WeightedGraph
    // What a pair of nodes must weigh more than, divided by the product of their strengths.
    private let expectation: Double
    private var strengths: [Double]
    // The weight from the node at hand to each community; all zero between two nodes.
    private var weightTo: [Double]

    // A gain below is rounding, not a reason to move.
    private static let smallestGain = 1e-10

    /// Starts with the communities of `start`.
    init(of graph: WeightedGraph, start: [Int], resolution: Double) {
        self.graph = graph
        communities = start
        expectation = graph.total > 0 ? resolution / graph.total : 0
        strengths = [Double](repeating: 0, count: graph.count)
        weightTo = [Double](repeating: 0, count: graph.count)
        for node in 0..<graph.count { strengths[start[node]] += graph.strengths[node] }
    }

    /// Moves each node to the community it gains most in, until no move gains anything.
    mutating func moveNodes(_ generator: inout SeededGenerator) {
        var queue = Array(0..<graph.count).shuffled(using: &generator)
        var isQueued = [Bool](repeating: true, count: graph.count)
        var head = 0
        while head < queue.count {
            let node = queue[head]
            head += 1
            isQueued[node] = false
            guard let target = betterCommunity(for: node) else { continue }
            strengths[communities[node]] -= graph.strengths[node]
            strengths[target] += graph.strengths[node]
            communities[node] = target
            for edge in graph.edges(node) {
                let neighbor = graph.targets[edge]
                guard !isQueued[neighbor], communities[neighbor] != target else { continue }
                isQueued[neighbor] = true
                queue.append(neighbor)
            }
        }
    }

    private mutating func betterCommunity(for node: Int) -> Int? {
        let current = communities[node]
        for edge in graph.edges(node) {
            weightTo[communities[graph.targets[edge]]] += graph.weights[edge]
        }
        let strength = graph.strengths[node]
        let stay = weightTo[current] - expectation * strength * (strengths[current] - strength)
        var best = current
        var bestGain = stay + Self.smallestGain
        for edge in graph.edges(node) {
            let candidate = communities[graph.targets[edge]]
            guard candidate != current else { continue }
            let gain = weightTo[candidate] - expectation * strength * strengths[candidate]
            if gain > bestGain {
                best = candidate
                bestGain = gain
            }
        }
        for edge in graph.edges(node) { weightTo[communities[graph.targets[edge]]] = 0 }
        return best == current ? nil : best
    }
}

// MARK: - Refinement

extension CommunityPartition {
    // The parts that communities are built anew from: a node starts as a part of its own.
    private struct Parts {
        var part: [Int]
        var isAlone: [Bool]
        var strengths: [Double]
        // The weight from each part to the rest of its community.
        var outward: [Double]
    }

    /// Parts of the communities, each of them well connected in itself and to the rest.
    mutating func refined(_ generator: inout SeededGenerator) -> [Int] {
        var outward = [Double](repeating: 0, count: graph.count)
        for node in 0..<graph.count {
            for edge in graph.edges(node)
            where communities[graph.targets[edge]] == communities[node] {
                outward[node] += graph.weights[edge]
            }
        }
        var parts = Parts(
            part: Array(0..<graph.count),
            isAlone: [Bool](repeating: true, count: graph.count),
            strengths: graph.strengths,
            outward: outward
        )
        for node in Array(0..<graph.count).shuffled(using: &generator) where parts.isAlone[node] {
            guard isWellConnected(node, in: communities[node], parts) else { continue }
            join(node, &parts)
        }
        return parts.part
    }

    private func isWellConnected(_ part: Int, in community: Int, _ parts: Parts) -> Bool {
        let rest = strengths[community] - parts.strengths[part]
        return parts.outward[part] >= expectation * parts.strengths[part] * rest
    }

    // Joins a node that is alone to the part of its community that it gains most in.
    private mutating func join(_ node: Int, _ parts: inout Parts) {
        let community = communities[node]
        let inside = graph.edges(node).filter { communities[graph.targets[$0]] == community }
        for edge in inside { weightTo[parts.part[graph.targets[edge]]] += graph.weights[edge] }
        var best = node
        var bestGain = Self.smallestGain
        for edge in inside {
            let candidate = parts.part[graph.targets[edge]]
            let expected = expectation * graph.strengths[node] * parts.strengths[candidate]
            let gain = weightTo[candidate] - expected
            if gain > bestGain, isWellConnected(candidate, in: community, parts) {
                best = candidate
                bestGain = gain
            }
        }
        if best != node {
            parts.outward[best] += parts.outward[node] - 2 * weightTo[best]
            parts.strengths[best] += graph.strengths[node]
            parts.part[node] = best
            parts.isAlone[best] = false
            parts.isAlone[node] = false
        }
        for edge in inside { weightTo[parts.part[graph.targets[edge]]] = 0 }
    }
}
