import CurationCore

/// Groups of rows around centres, for the first screens when no label is known.
///
/// Lloyd's iteration from a k-means++ start (Arthur and Vassilvitskii 2007).
package struct KMeans: Sendable {
    /// The rows of each group, nearest to its centre first; groups in the order of their start.
    package let clusters: [[Int]]

    private static let iterations = 15

    /// Groups the rows of `features` into at most `count` groups; of more rows than `most` only so many,
    /// evenly spaced.
    package init(_ features: Matrix, count: Int, seed: UInt64, most: Int = .max) {
        guard count > 0, features.rows > 0, most > 0 else {
            clusters = []
            return
        }
        if features.rows <= most {
            clusters = Self.clusters(features, count, seed)
        } else {
            let rows = (0..<most).map { $0 * features.rows / most }
            clusters = Self.clusters(features.selecting(rows), count, seed).map { group in
                group.map { rows[$0] }
            }
        }
    }

    private static func clusters(_ features: Matrix, _ count: Int, _ seed: UInt64) -> [[Int]] {
        let norms = (0..<features.rows).map { features.squaredNorm($0) }
        var centers = Self.start(features, norms, count, seed)
        var nearest = Self.nearest(features, norms, centers)
        for _ in 0..<Self.iterations {
            centers = Self.means(features, nearest.map(\.center), centers)
            let next = Self.nearest(features, norms, centers)
            let moved = zip(nearest, next).contains { $0.center != $1.center }
            nearest = next
            guard moved else { break }
        }
        var groups = [[Int]](repeating: [], count: centers.rows)
        for row in 0..<features.rows { groups[nearest[row].center].append(row) }
        return groups.filter { !$0.isEmpty }.map { group in
            group.sorted { (nearest[$0].distance, $0) < (nearest[$1].distance, $1) }
        }
    }

    /// Rows drawn by their squared distance from the rows that were drawn before.
    private static func start(
        _ features: Matrix,
        _ norms: [Float],
        _ count: Int,
        _ seed: UInt64
    ) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var chosen = [Int(generator.next() % UInt64(features.rows))]
        var distances = [Float](repeating: .infinity, count: features.rows)
        while chosen.count < count {
            let last = chosen[chosen.count - 1]
            var total = 0.0
            for row in 0..<features.rows {
                let product = features.dot(row, features, last)
                let distance = row == last ? 0 : max(0, norms[row] + norms[last] - 2 * product)
                distances[row] = min(distances[row], distance)
                total += Double(distances[row])
            }
            guard total > 0 else { break }
            var rest = generator.unit() * total
            let drawn = distances.firstIndex { distance in
                rest -= Double(distance)
                return rest < 0 && distance > 0
            }
            guard let drawn else { break }
            chosen.append(drawn)
        }
        return features.selecting(chosen)
    }

    private static func nearest(
        _ features: Matrix,
        _ norms: [Float],
        _ centers: Matrix
    ) -> [(center: Int, distance: Float)] {
        let products = features.timesTransposed(centers)
        let lengths = (0..<centers.rows).map { centers.squaredNorm($0) }
        return (0..<features.rows).map { row in
            var best = (center: 0, distance: Float.infinity)
            for center in 0..<centers.rows {
                let distance = norms[row] + lengths[center] - 2 * products[row, center]
                if distance < best.distance { best = (center, distance) }
            }
            return best
        }
    }

    /// The mean of each group; a group without rows keeps its centre.
    private static func means(_ features: Matrix, _ groups: [Int], _ old: Matrix) -> Matrix {
        var counts = [Float](repeating: 0, count: old.rows)
        var means = Matrix(rows: old.rows, columns: old.columns)
        for (row, group) in groups.enumerated() {
            counts[group] += 1
            means.add(1, features, row, to: group)
        }
        for group in 0..<old.rows {
            if counts[group] > 0 {
                means.scale(group, by: 1 / counts[group])
            } else {
                means.add(1, old, group, to: group)
            }
        }
        return means
    }
}
