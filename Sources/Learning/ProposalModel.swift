/// An ensemble of heads with its calibration: what proposes labels for the samples nobody has decided.
///
/// Each head sees the samples in its own way, and the mean of their scores is what counts: the mistakes
/// of one are seldom those of the others.
package struct ProposalModel: Sendable, Equatable, Codable {
    /// The heads, one a matrix of features.
    package let heads: [LinearHead]
    /// How sure its probabilities may be.
    package let calibration: Calibration
    /// How good its probabilities are on rows that were held out; nil before there are enough.
    package let reliability: Reliability?
    /// What heads that were not told of them say of the samples of which something is known.
    ///
    /// Nil before there are enough labels; not kept with the model.
    private var heldOut: HeldOutScores?

    private enum CodingKeys: String, CodingKey {
        case heads, calibration, reliability
    }

    /// Steps from nothing on.
    private static let iterations = 60
    /// Steps from an earlier model on, which a few further labels turn only a little.
    private static let furtherIterations = 25
    /// Rows of which a part is enough for a first sketch.
    private static let manyRows = 2_000
    /// Rows whose scores are in memory together.
    private static let blockRows = 16_384

    /// Learns from what people decided.
    ///
    /// - Parameters:
    ///   - features: Matrices of a row a sample, as `FeatureProjection` makes them; one a head.
    ///   - labels: The class that each sample carries; nil where none is decided.
    ///   - refuted: The classes that each sample does not carry.
    ///   - classCount: Classes known.
    ///   - start: An earlier model of the same features, which saves time.
    ///   - isBalanced: Whether all classes count alike, whatever the number of their labels.
    ///   - isThorough: Whether each labelled row is to be judged by heads that were not told of it.
    ///   - weightPenalty: What the square of a weight costs; nil for what serves the review best.
    package init(
        fitting features: [Matrix],
        labels: [Int?],
        refuted: [Set<Int>],
        classCount: Int,
        startingFrom start: ProposalModel? = nil,
        isBalanced: Bool = false,
        isThorough: Bool = false,
        weightPenalty: Float? = nil
    ) {
        let examples = features.map {
            let examples = HeadExamples(
                features: $0,
                labels: labels,
                refuted: refuted,
                classCount: classCount
            )
            return isBalanced ? examples.balanced() : examples
        }
        let penalty = weightPenalty ?? Self.weightPenalty(heads: features.count)
        let starts = start?.heads ?? Self.sketches(examples, weightPenalty: penalty)
        heads = LinearHead.heads(
            fitting: examples,
            startingFrom: starts,
            iterations: starts == nil ? Self.iterations : Self.furtherIterations,
            weightPenalty: penalty
        )
        heldOut = HeldOutScores(
            examples,
            from: heads,
            weightPenalty: penalty,
            isThorough: isThorough
        )
        calibration =
            heldOut.map { Calibration(scores: $0.labelled, labels: $0.labels) } ?? Calibration()
        let temperature = calibration.temperature
        reliability = heldOut.map {
            Reliability(scores: $0.labelled, labels: $0.labels, temperature: temperature)
        }
    }

    /// Classes known.
    package var classCount: Int { heads[0].classCount }

    /// Heads that saw a part of many rows, from which the way to those that saw all is short; nil for few
    /// rows.
    private static func sketches(
        _ examples: [HeadExamples],
        weightPenalty: Float
    ) -> [LinearHead]? {
        let count = examples[0].targets.count
        guard count >= 2 * manyRows else { return nil }
        let step = count / manyRows
        let rows = Array(stride(from: 0, to: count, by: step))
        return LinearHead.heads(
            fitting: examples.map { $0.selecting(rows) },
            startingFrom: nil,
            iterations: iterations,
            // A part of the rows, and the same part of the penalty.
            weightPenalty: weightPenalty / Float(step)
        )
    }

    /// How much the weights of a head cost.
    ///
    /// Heads that are averaged may each fit closer. Chosen by what the reviewing costs, not by held-out
    /// loss: that asks for larger penalties late, when few rows are left to find.
    private static func weightPenalty(heads: Int) -> Float { heads > 1 ? 0.03 : 0.1 }

    /// The probability of each class for every row, `classCount` numbers a row.
    ///
    /// Refuted classes have 0 and the others share what is left by a person who may err; a row all of
    /// whose classes are refuted has zeros.
    package func probabilities(
        _ features: [Matrix],
        refuted: [Set<Int>],
        reviewerError: Double = 0
    ) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(refuted.count * classCount)
        eachBlock(features, refuted) { scores, refuted, _ in
            result += probabilities(of: Matrix.mean(scores), refuted, reviewerError)
        }
        return result
    }

    /// The same, and the rows of which the heads name different classes.
    package func proposals(
        _ features: [Matrix],
        refuted: [Set<Int>],
        reviewerError: Double
    ) -> (probabilities: [Float], disputed: Set<Int>) {
        var result: [Float] = []
        result.reserveCapacity(refuted.count * classCount)
        var disputed: Set<Int> = []
        eachBlock(features, refuted) { scores, refuted, first in
            var mean = Matrix.mean(scores)
            for row in 0..<mean.rows {
                guard let blind = heldOut?.all[first + row] else { continue }
                for label in blind.indices { mean[row, label] = blind[label] }
            }
            result += probabilities(of: mean, refuted, reviewerError)
            guard scores.count > 1 else { return }
            for row in 0..<scores[0].rows {
                let best = scores.map { scores in
                    (0..<classCount).filter { !refuted[row].contains($0) }
                        .max { (scores[row, $0], $1) < (scores[row, $1], $0) }
                }
                if best.contains(where: { $0 != best[0] }) { disputed.insert(first + row) }
            }
        }
        return (result, disputed)
    }

    /// Calls `body` with the scores of some rows after the other by each head, what is refuted of them, and
    /// the first of them: all at once would take as much memory as the features.
    private func eachBlock(
        _ features: [Matrix],
        _ refuted: [Set<Int>],
        _ body: ([Matrix], [Set<Int>], Int) -> Void
    ) {
        for start in stride(from: 0, to: refuted.count, by: Self.blockRows) {
            let rows = start..<min(start + Self.blockRows, refuted.count)
            let some = features.map { $0.rows <= Self.blockRows ? $0 : $0.selecting(Array(rows)) }
            body(Self.scores(heads, some), Array(refuted[rows]), start)
        }
    }

    private func probabilities(
        of scores: Matrix,
        _ refuted: [Set<Int>],
        _ reviewerError: Double
    ) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(scores.rows * classCount)
        for row in 0..<scores.rows {
            result += Softmax.probabilities(
                (0..<classCount).map { scores[row, $0] },
                temperature: calibration.temperature,
                excluding: refuted[row],
                doubt: Float(reviewerError)
            )
        }
        return result
    }

    private static func scores(_ heads: [LinearHead], _ features: [Matrix]) -> [Matrix] {
        zip(heads, features).map { $0.scores($1) }
    }
}
