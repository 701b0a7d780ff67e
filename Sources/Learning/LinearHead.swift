package import CurationCore

/// A multinomial logistic regression: scores of classes that are linear in the features.
package struct LinearHead: Sendable, Equatable, Codable {
    /// Classes.
    package let classCount: Int
    /// Numbers a row of features.
    package let dimension: Int
    /// For each class `dimension` weights, then its bias.
    package let parameters: [Float]

    /// Takes weights; their count must be `classCount * (dimension + 1)`.
    package init(classCount: Int, dimension: Int, parameters: [Float]) {
        precondition(parameters.count == classCount * (dimension + 1))
        self.classCount = classCount
        self.dimension = dimension
        self.parameters = parameters
    }

    /// Learns from `examples`, from `start` on where it has the same classes and features.
    ///
    /// `weightPenalty`: What the square of a weight costs, beside the loss of a row.
    package init(
        fitting examples: HeadExamples,
        startingFrom start: LinearHead? = nil,
        iterations: Int = 60,
        weightPenalty: Float = 0.1
    ) {
        let objective = HeadObjective(examples, weightPenalty: weightPenalty)
        classCount = examples.classCount
        dimension = examples.features.columns
        var first = [Float](repeating: 0, count: classCount * (dimension + 1))
        if let start, start.dimension == dimension, start.classCount <= classCount {
            first.replaceSubrange(0..<start.parameters.count, with: start.parameters)
        }
        parameters = LimitedMemoryMinimizer.minimize(
            from: first,
            iterations: iterations,
            tolerance: Self.tolerance
        ) { objective.evaluate($0) }
    }

    /// Heads that each learn from examples of their own, from those of `starts` on where there are such.
    static func heads(
        fitting examples: [HeadExamples],
        startingFrom starts: [LinearHead]?,
        iterations: Int,
        weightPenalty: Float
    ) -> [LinearHead] {
        examples.enumerated().map { index, examples in
            LinearHead(
                fitting: examples,
                startingFrom: starts?[index],
                iterations: iterations,
                weightPenalty: weightPenalty
            )
        }
    }

    // Closer to the end of the slope no proposal changes any more.
    private static let tolerance = 1e-3

    /// The scores of all classes for each row of `features`: a row a row of features.
    package func scores(_ features: Matrix) -> Matrix {
        Self.scores(features, parameters: parameters, classCount: classCount)
    }

    /// What names these weights: equal exactly when all weights are equal.
    package var digest: ContentDigest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + parameters.count * 4)
        for word in [UInt32(classCount), UInt32(dimension)] + parameters.map(\.bitPattern) {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return ContentDigest(of: bytes)
    }

    static func scores(_ features: Matrix, parameters: [Float], classCount: Int) -> Matrix {
        let dimension = features.columns
        var weights = Matrix(rows: classCount, columns: dimension)
        for label in 0..<classCount {
            for column in 0..<dimension {
                weights[label, column] = parameters[label * (dimension + 1) + column]
            }
        }
        var scores = features.timesTransposed(weights)
        for row in 0..<scores.rows {
            for label in 0..<classCount {
                scores[row, label] += parameters[label * (dimension + 1) + dimension]
            }
        }
        return scores
    }
}

/// What a head learns from: rows with a label, and rows of which only wrong labels are known.
package struct HeadExamples: Sendable {
    /// What is known of a row.
    package enum Target: Sendable, Equatable {
        /// The row carries this class.
        case label(Int)
        /// The row carries none of these classes.
        case refuted(Set<Int>)
    }

    /// Classes.
    package let classCount: Int
    /// A row a target.
    package let features: Matrix
    /// What is known of each row.
    package let targets: [Target]
    /// The places of the rows among all samples.
    package let rows: [Int]
    /// How much a label of each class counts; 1 where none is given.
    package var classWeights: [Float]?

    /// Takes rows and what is known of them; `rows` are their places among all samples, or their own.
    package init(classCount: Int, features: Matrix, targets: [Target], rows: [Int]? = nil) {
        precondition(features.rows == targets.count)
        self.rows = rows ?? Array(targets.indices)
        self.classCount = classCount
        self.features = features
        self.targets = targets
    }

    // More rows turn a head of so few numbers hardly any more.
    private static let mostRows = 20_000
    private static let fewestOfClass = 100

    /// Picks the rows of which something is known that can teach.
    ///
    /// Of more than 20,000 every few teach, evenly spaced, and at least the first hundred of each class.
    package init(features: Matrix, labels: [Int?], refuted: [Set<Int>], classCount: Int) {
        var rows: [Int] = []
        var targets: [Target] = []
        for row in labels.indices {
            if let label = labels[row] {
                targets.append(.label(label))
                rows.append(row)
            } else if !refuted[row].isEmpty, refuted[row].count < classCount {
                targets.append(.refuted(refuted[row]))
                rows.append(row)
            }
        }
        let taught = Self.spaced(targets, classCount: classCount)
        self.init(
            classCount: classCount,
            features: features.selecting(taught.map { rows[$0] }),
            targets: taught.map { targets[$0] },
            rows: taught.map { rows[$0] }
        )
    }

    /// The places of the targets that teach.
    private static func spaced(_ targets: [Target], classCount: Int) -> [Int] {
        guard targets.count > mostRows else { return Array(targets.indices) }
        var seen = [Int](repeating: 0, count: classCount)
        return targets.indices.filter { place in
            var isRare = false
            if case .label(let label) = targets[place] {
                isRare = seen[label] < fewestOfClass
                seen[label] += 1
            }
            let isNext =
                place * mostRows / targets.count != (place + 1) * mostRows / targets.count
            return isNext || isRare
        }
    }

    /// The same, with all classes counting alike, whatever the number of their labels: each label counts
    /// n / (classes × labels of its class).
    package func balanced() -> HeadExamples {
        var counts = [Float](repeating: 0, count: classCount)
        for case .label(let label) in targets { counts[label] += 1 }
        let present = Float(counts.count { $0 > 0 })
        let all = counts.reduce(0, +)
        var examples = self
        examples.classWeights = counts.map { $0 > 0 ? all / (present * $0) : 1 }
        return examples
    }

    /// The examples in `rows`, in that order.
    func selecting(_ rows: [Int]) -> HeadExamples {
        var examples = HeadExamples(
            classCount: classCount,
            features: features.selecting(rows),
            targets: rows.map { targets[$0] }
        )
        examples.classWeights = classWeights
        return examples
    }
}
