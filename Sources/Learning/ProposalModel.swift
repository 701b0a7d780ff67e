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

    /// How often a person is taken to refute a class that is right: a class of which the head is very
    /// sure still casts its doubt on the others then.
    private static let reviewerError: Float = 0.02
    /// Parts into which the labelled rows are cut to learn the temperature.
    private static let folds = 3
    /// Steps away from the head that saw all rows; few suffice to forget a part of them.
    private static let blindIterations = 12
    /// Steps from nothing on.
    private static let iterations = 60
    /// Steps from an earlier model on, which a few further labels turn only a little.
    private static let furtherIterations = 25
    /// Labelled rows from which on only one part of them is held out.
    private static let manyRows = 2_000
    /// Rows whose scores are in memory together.
    private static let blockRows = 16_384
    /// Labelled rows below which no temperature is learned.
    private static let fewest = 30

    /// Learns from what people decided.
    ///
    /// - Parameters:
    ///   - features: Matrices of a row a sample, as `FeatureProjection` makes them; one a head.
    ///   - labels: The class that each sample carries; nil where none is decided.
    ///   - refuted: The classes that each sample does not carry.
    ///   - classCount: Classes known.
    ///   - start: An earlier model of the same features, which saves time.
    ///   - isBalanced: Whether all classes count alike, whatever the number of their labels.
    ///   - weightPenalty: What the square of a weight costs; nil for what serves the review best.
    package init(
        fitting features: [Matrix],
        labels: [Int?],
        refuted: [Set<Int>],
        classCount: Int,
        startingFrom start: ProposalModel? = nil,
        isBalanced: Bool = false,
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
        heads = examples.enumerated().map { index, examples in
            let first = start?.heads[index] ?? Self.sketch(examples, weightPenalty: penalty)
            return LinearHead(
                fitting: examples,
                startingFrom: first,
                iterations: first == nil ? Self.iterations : Self.furtherIterations,
                weightPenalty: penalty
            )
        }
        let held = Self.holdOut(examples, from: heads, weightPenalty: penalty)
        calibration =
            held.map { Calibration(scores: $0.scores, labels: $0.labels) } ?? Calibration()
        let temperature = calibration.temperature
        reliability = held.map {
            Reliability(scores: $0.scores, labels: $0.labels, temperature: temperature)
        }
    }

    /// Classes known.
    package var classCount: Int { heads[0].classCount }

    /// A head that saw a part of many rows, from which the way to the one that saw all is short; nil for
    /// few rows.
    private static func sketch(
        _ examples: HeadExamples,
        weightPenalty: Float
    ) -> LinearHead? {
        let count = examples.targets.count
        guard count >= 2 * manyRows else { return nil }
        let step = count / manyRows
        return LinearHead(
            fitting: examples.selecting(Array(stride(from: 0, to: count, by: step))),
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
    package func probabilities(_ features: [Matrix], refuted: [Set<Int>]) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(refuted.count * classCount)
        eachBlock(features, refuted) { scores, refuted, _ in
            result += probabilities(of: Self.mean(scores), refuted)
        }
        return result
    }

    /// The same, and the rows of which the heads name different classes.
    package func proposals(
        _ features: [Matrix],
        refuted: [Set<Int>]
    ) -> (probabilities: [Float], disputed: Set<Int>) {
        var result: [Float] = []
        result.reserveCapacity(refuted.count * classCount)
        var disputed: Set<Int> = []
        eachBlock(features, refuted) { scores, refuted, first in
            result += probabilities(of: Self.mean(scores), refuted)
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

    private func probabilities(of scores: Matrix, _ refuted: [Set<Int>]) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(scores.rows * classCount)
        for row in 0..<scores.rows {
            result += Softmax.probabilities(
                (0..<classCount).map { scores[row, $0] },
                temperature: calibration.temperature,
                excluding: refuted[row],
                doubt: Self.reviewerError
            )
        }
        return result
    }

    private static func scores(_ heads: [LinearHead], _ features: [Matrix]) -> [Matrix] {
        zip(heads, features).map { $0.scores($1) }
    }

    private static func mean(_ scores: [Matrix]) -> Matrix {
        var sum = scores[0]
        for more in scores.dropFirst() {
            for row in 0..<sum.rows { sum.add(1, more, row, to: row) }
        }
        for row in 0..<sum.rows { sum.scale(row, by: 1 / Float(scores.count)) }
        return sum
    }

    /// The scores of the labelled rows by heads that each have not seen a part of the rows; nil when
    /// there are too few.
    private static func holdOut(
        _ examples: [HeadExamples],
        from heads: [LinearHead],
        weightPenalty: Float
    ) -> (scores: Matrix, labels: [Int])? {
        let (targets, classCount) = (examples[0].targets, examples[0].classCount)
        var labels: [Int] = []
        var known: [Int] = []
        for row in targets.indices {
            guard case .label(let label) = targets[row] else { continue }
            known.append(row)
            labels.append(label)
        }
        guard known.count >= fewest else { return nil }
        // Of many rows one part tells enough.
        if known.count >= manyRows {
            labels = known.indices.filter { known[$0] % folds == 0 }.map { labels[$0] }
            known = known.filter { $0 % folds == 0 }
        }
        var scores = Matrix(rows: known.count, columns: classCount)
        for fold in 0..<folds where known.contains(where: { $0 % folds == fold }) {
            let seen = targets.indices.filter { $0 % folds != fold }
            let places = known.indices.filter { known[$0] % folds == fold }
            let blind = zip(examples, heads).map { examples, head in
                LinearHead(
                    fitting: examples.selecting(seen),
                    startingFrom: head,
                    iterations: blindIterations,
                    weightPenalty: weightPenalty
                )
            }
            let held = examples.map { $0.features.selecting(places.map { known[$0] }) }
            let found = mean(self.scores(blind, held))
            for (row, place) in places.enumerated() {
                for label in 0..<classCount { scores[place, label] = found[row, label] }
            }
        }
        return (scores, labels)
    }
}
