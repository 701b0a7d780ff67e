/// Finds the least value of a smooth function: L-BFGS with a backtracking line search.
///
/// Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 7.4 and 3.1.
package struct LimitedMemoryMinimizer {
    /// What the function is at a point.
    package struct Evaluation {
        /// Its value.
        package let value: Double
        /// Its slope in every direction.
        package let gradient: [Float]

        /// Takes a value and a slope.
        package init(value: Double, gradient: [Float]) {
            self.value = value
            self.gradient = gradient
        }
    }

    private struct Step {
        let move: [Float]
        let change: [Float]
        let curvature: Double
    }

    private static let memory = 8
    private var steps: [Step] = []

    /// Goes from `start` towards the least value, for at most `iterations` steps.
    ///
    /// - Parameters:
    ///   - start: Where to begin.
    ///   - iterations: Steps at most.
    ///   - tolerance: The length of the slope, per unit of value, at which the search ends.
    ///   - evaluate: The function.
    /// - Returns: The best point found.
    package static func minimize(
        from start: [Float],
        iterations: Int,
        tolerance: Double = 1e-4,
        _ evaluate: ([Float]) -> Evaluation
    ) -> [Float] {
        var minimizer = Self()
        var point = start
        var here = evaluate(point)
        for _ in 0..<iterations {
            let slope = dot(here.gradient, here.gradient).squareRoot()
            guard slope > tolerance * max(1, abs(here.value)) else { break }
            var direction = minimizer.direction(for: here.gradient)
            if dot(direction, here.gradient) >= 0 {
                minimizer.steps = []
                direction = here.gradient.map { -$0 }
            }
            let first = minimizer.steps.isEmpty ? min(1, 1 / slope) : 1
            guard let next = search(point, here, direction, first, evaluate) else { break }
            minimizer.remember(from: point, here, to: next.point, next.found)
            (point, here) = (next.point, next.found)
        }
        return point
    }

    /// Halves the step until the value falls by a part of what the slope promises.
    private static func search(
        _ point: [Float],
        _ here: Evaluation,
        _ direction: [Float],
        _ first: Double,
        _ evaluate: ([Float]) -> Evaluation
    ) -> (point: [Float], found: Evaluation)? {
        let promised = dot(direction, here.gradient)
        var length = first
        for _ in 0..<20 {
            var next = point
            let factor = Float(length)
            for index in next.indices { next[index] += factor * direction[index] }
            let found = evaluate(next)
            if found.value <= here.value + 1e-4 * length * promised { return (next, found) }
            length /= 2
        }
        return nil
    }

    /// The slope turned and scaled by what the last steps told about the curvature.
    private func direction(for gradient: [Float]) -> [Float] {
        var result = gradient.map { -$0 }
        var factors: [Double] = []
        for step in steps.reversed() {
            let factor = Self.dot(step.move, result) / step.curvature
            factors.append(factor)
            Self.add(-factor, step.change, to: &result)
        }
        if let last = steps.last {
            let scale = Float(last.curvature / Self.dot(last.change, last.change))
            for index in result.indices { result[index] *= scale }
        }
        for (step, factor) in zip(steps, factors.reversed()) {
            let back = Self.dot(step.change, result) / step.curvature
            Self.add(factor - back, step.move, to: &result)
        }
        return result
    }

    private mutating func remember(
        from point: [Float],
        _ here: Evaluation,
        to next: [Float],
        _ found: Evaluation
    ) {
        var move = next
        var change = found.gradient
        Self.add(-1, point, to: &move)
        Self.add(-1, here.gradient, to: &change)
        let curvature = Self.dot(move, change)
        guard curvature > 1e-12 else { return }
        if steps.count == Self.memory { steps.removeFirst() }
        steps.append(Step(move: move, change: change, curvature: curvature))
    }

    private static func dot(_ left: [Float], _ right: [Float]) -> Double {
        var sum = 0.0
        for index in left.indices { sum += Double(left[index]) * Double(right[index]) }
        return sum
    }

    private static func add(_ factor: Double, _ other: [Float], to sum: inout [Float]) {
        let factor = Float(factor)
        for index in sum.indices { sum[index] += factor * other[index] }
    }
}
