/// Scores of the rows that something is known of, by heads that were not told of them.
struct HeldOutScores: Sendable, Equatable {
    /// The scores of all rows that were held out, by their place among all samples.
    let all: [Int: [Float]]
    /// The scores of those of them that have a label, a row each, `classCount` numbers.
    let labelled: Matrix
    /// Their labels.
    let labels: [Int]

    /// Parts into which the rows are cut.
    private static let parts = 3
    /// Steps away from the head that was told of all rows, which forget what it fits badly, and from nothing on.
    private static let iterations = (away: 12, first: 60)
    /// Labelled rows from which on only one part of them is held out.
    private static let manyRows = 2_000
    /// Labelled rows below which nothing is held out.
    private static let fewest = 30

    /// Fits heads to parts of the examples; nil when too few rows have a label.
    ///
    /// - Parameters:
    ///   - examples: What is known, once a head.
    ///   - heads: The heads that were told of all of it.
    ///   - weightPenalty: What the square of a weight costs.
    ///   - isThorough: Whether all rows are held out in turn, also where a part of many would do, and judged by
    ///     heads that start from nothing.
    init?(
        _ examples: [HeadExamples],
        from heads: [LinearHead],
        weightPenalty: Float,
        isThorough: Bool
    ) {
        let known = examples[0].targets.filter { $0.label != nil }.count
        guard known >= Self.fewest else { return nil }
        let isOnePart = known >= Self.manyRows && !isThorough
        let parts = Self.parts(of: examples[0], isOnePart: isOnePart)
        var all: [Int: [Float]] = [:]
        for part in 0..<(isOnePart ? 1 : Self.parts) {
            let told = parts.indices.filter { parts[$0] != part }
            let heads = LinearHead.heads(
                fitting: examples.map { $0.selecting(told) },
                startingFrom: isThorough ? nil : heads,
                iterations: isThorough ? Self.iterations.first : Self.iterations.away,
                weightPenalty: weightPenalty
            )
            let held = parts.indices.filter { parts[$0] == part }
            let scores = Matrix.mean(
                zip(heads, examples).map { $0.scores($1.features.selecting(held)) }
            )
            for (index, place) in held.enumerated() {
                all[examples[0].rows[place]] = (0..<scores.columns).map { scores[index, $0] }
            }
        }
        self.all = all
        (labelled, labels) = Self.labelled(examples[0], all)
    }

    /// The part of each row: of many labelled rows one part tells enough, and all the others, which are few,
    /// are held out with it.
    private static func parts(of examples: HeadExamples, isOnePart: Bool) -> [Int] {
        zip(examples.targets, examples.rows).map { target, row in
            isOnePart && target.label == nil ? 0 : part(of: row)
        }
    }

    /// Scatters the rows over the parts: samples often come in turns, one of each class.
    private static func part(of row: Int) -> Int {
        // Knuth's multiplicative hash, with 2^64 divided by the golden ratio.
        Int((UInt64(row) &* 0x9E37_79B9_7F4A_7C15) >> 40) % parts
    }

    /// The scores of the rows with a label, and the labels.
    private static func labelled(
        _ examples: HeadExamples,
        _ scores: [Int: [Float]]
    ) -> (Matrix, [Int]) {
        let found = zip(examples.targets, examples.rows).compactMap { target, row in
            target.label.flatMap { label in scores[row].map { (label, $0) } }
        }
        let values = found.flatMap(\.1)
        return (
            Matrix(rows: found.count, columns: examples.classCount, values: values),
            found.map(\.0)
        )
    }
}

extension HeadExamples.Target {
    /// The class that the row carries; nil where only wrong ones are known.
    fileprivate var label: Int? {
        if case .label(let label) = self { label } else { nil }
    }
}
