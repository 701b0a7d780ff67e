/// The loss that a linear head is fitted to, and its slope.
///
/// A row with a label costs -log p of it; a row with refuted labels costs -log of the probability
/// that is left to the others. A penalty on the squares of the weights keeps them small.
package struct HeadObjective {
    private static let biasPenalty: Float = 0.01

    private let examples: HeadExamples
    private let columns: Matrix
    private let weightPenalty: Float

    /// Prepares the loss over `examples`.
    package init(_ examples: HeadExamples, weightPenalty: Float = 0.1) {
        self.examples = examples
        self.weightPenalty = weightPenalty
        columns = examples.features.transposed()
    }

    /// The loss and its slope at `parameters`, laid out as in `LinearHead`.
    package func evaluate(_ parameters: [Float]) -> LimitedMemoryMinimizer.Evaluation {
        let (count, width) = (examples.classCount, examples.features.columns + 1)
        let scores = LinearHead.scores(
            examples.features,
            parameters: parameters,
            classCount: count
        )
        var slopes = Matrix(rows: count, columns: scores.rows)
        var loss = 0.0
        var line = [Float](repeating: 0, count: count)
        for (row, target) in examples.targets.enumerated() {
            for label in 0..<count { line[label] = scores[row, label] }
            let own = Self.slope(&line, target)
            var weight: Float = 1
            if let weights = examples.classWeights, case .label(let label) = target {
                weight = weights[label]
            }
            loss += Double(weight) * own
            for label in 0..<count { slopes[label, row] = weight * line[label] }
        }
        let products = slopes.timesTransposed(columns)
        var gradient = [Float](repeating: 0, count: parameters.count)
        for label in 0..<count {
            var bias: Float = 0
            for row in 0..<scores.rows { bias += slopes[label, row] }
            for column in 0..<width {
                let index = label * width + column
                let isBias = column == width - 1
                let penalty = isBias ? Self.biasPenalty : weightPenalty
                let weight = parameters[index]
                loss += 0.5 * Double(penalty * weight * weight)
                gradient[index] = (isBias ? bias : products[label, column]) + penalty * weight
            }
        }
        return LimitedMemoryMinimizer.Evaluation(value: loss, gradient: gradient)
    }

    /// Replaces the scores of a row by the slope of its loss, which is returned.
    private static func slope(_ line: inout [Float], _ target: HeadExamples.Target) -> Double {
        var highest = -Float.infinity
        for score in line { highest = max(highest, score) }
        var sum: Float = 0
        for index in line.indices {
            line[index] = Exponential.exp(line[index] - highest)
            sum += line[index]
        }
        for index in line.indices { line[index] /= sum }
        switch target {
        case .label(let label):
            let probability = line[label]
            line[label] -= 1
            return -Exponential.log(Double(max(probability, 1e-30)))
        case .refuted(let labels):
            // Added up from the classes that are left: 1 - p loses all digits where p is near 1.
            var left: Float = 0
            for index in line.indices where !labels.contains(index) { left += line[index] }
            left = max(left, 1e-30)
            let refuted = 1 - left
            for index in line.indices {
                line[index] = labels.contains(index) ? line[index] : -line[index] * refuted / left
            }
            return -Exponential.log(Double(left))
        }
    }
}
