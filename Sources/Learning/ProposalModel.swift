/// A head with its calibration: what proposes labels for the samples nobody has decided.
package struct ProposalModel: Sendable, Equatable, Codable {
    /// The head.
    package let head: LinearHead
    /// How sure its probabilities may be.
    package let calibration: Calibration

    /// Parts into which the labelled rows are cut to learn the temperature.
    private static let folds = 3
    /// Steps away from the head that saw all rows; few suffice to forget a part of them.
    private static let blindIterations = 12
    /// Labelled rows below which no temperature is learned.
    private static let fewest = 30

    /// Learns from what people decided.
    ///
    /// - Parameters:
    ///   - features: A row a sample, as `FeatureProjection` makes them.
    ///   - labels: The class that each sample carries; nil where none is decided.
    ///   - refuted: The classes that each sample does not carry.
    ///   - classCount: Classes known.
    ///   - start: An earlier model of the same features, which saves time.
    package init(
        fitting features: Matrix,
        labels: [Int?],
        refuted: [Set<Int>],
        classCount: Int,
        startingFrom start: ProposalModel? = nil
    ) {
        let examples = HeadExamples(
            features: features,
            labels: labels,
            refuted: refuted,
            classCount: classCount
        )
        head = LinearHead(fitting: examples, startingFrom: start?.head)
        calibration = Self.calibrate(examples, from: head)
    }

    /// The probability of each class for every row, `head.classCount` numbers a row.
    ///
    /// Refuted classes have 0 and the others share the rest; a row all of whose classes are
    /// refuted has zeros.
    package func probabilities(_ features: Matrix, refuted: [Set<Int>]) -> [Float] {
        let scores = head.scores(features)
        var result: [Float] = []
        result.reserveCapacity(scores.rows * head.classCount)
        for row in 0..<scores.rows {
            result += Softmax.probabilities(
                (0..<head.classCount).map { scores[row, $0] },
                temperature: calibration.temperature,
                excluding: refuted[row]
            )
        }
        return result
    }

    /// Learns the temperature from heads that each have not seen a part of the rows.
    private static func calibrate(_ examples: HeadExamples, from head: LinearHead) -> Calibration {
        let rows = examples.targets.indices
        var labels: [Int] = []
        var known: [Int] = []
        for row in rows {
            guard case .label(let label) = examples.targets[row] else { continue }
            known.append(row)
            labels.append(label)
        }
        guard known.count >= fewest else { return Calibration() }
        var scores = Matrix(rows: known.count, columns: examples.classCount)
        for fold in 0..<folds {
            let seen = examples.selecting(rows.filter { $0 % folds != fold })
            let blind = LinearHead(fitting: seen, startingFrom: head, iterations: blindIterations)
            let places = known.indices.filter { known[$0] % folds == fold }
            let found = blind.scores(examples.features.selecting(places.map { known[$0] }))
            for (row, place) in places.enumerated() {
                for label in 0..<examples.classCount { scores[place, label] = found[row, label] }
            }
        }
        return Calibration(scores: scores, labels: labels)
    }
}
