import CurationCore

/// Says of each place of a picture which class of thing has its middle there, and how large it is.
///
/// Linear in the features, after the boxes of FCOS (Tian and others 2019): the network that gives the
/// features is never trained, so a few pictures teach it.
struct PlaceScorer: Sendable {
    /// The classes, after one for the background.
    let head: LinearHead
    /// From the features to the shape of `LessonTargets.Positive`.
    private let shapes: LinearHead

    /// What the square of a weight costs, with features of unit variance: strong, as rows are few and
    /// neighbouring places alike. Every penalty from 100 to 500 served as well.
    private static let weightPenalty: Float = 250
    private static let shapePenalty = 300.0
    private static let iterations = 60

    /// Learns from the lessons in `rows`; nil where they show no thing at all.
    ///
    /// `start`: Of other lessons, from where to go on.
    init?(
        _ rows: [LessonRows],
        classCount: Int,
        scale: FeatureScale,
        startingFrom start: PlaceScorer? = nil
    ) {
        let positives = rows.reduce(0) { $0 + $1.positives.rows }
        let negatives = rows.reduce(0) { $0 + $1.negatives.rows }
        guard positives > 0, negatives > 0 else { return nil }
        let features = Matrix.stacking(rows.flatMap { [$0.positives, $0.negatives] })
        let targets = rows.flatMap { lesson in
            lesson.categories.map { HeadExamples.Target.label($0 + 1) }
                + Array(repeating: .label(0), count: lesson.negatives.rows)
        }
        let fitted = LinearHead(
            fitting: HeadExamples(classCount: classCount + 1, features: features, targets: targets),
            startingFrom: start.map { scale.applied(to: $0.head) },
            iterations: Self.iterations,
            weightPenalty: Self.weightPenalty
        )
        // Of the background only some rows are taken, so it is likelier than it seems.
        let all = rows.reduce(0) { $0 + $1.negativeCount }
        let missing = Exponential.log(Double(all) / Double(negatives))
        var parameters = fitted.parameters
        parameters[fitted.dimension] += Float(missing)
        head = scale.undone(
            in: LinearHead(
                classCount: classCount + 1,
                dimension: fitted.dimension,
                parameters: parameters
            )
        )
        var moments = RegressionMoments(dimension: scale.dimension, targets: 4)
        for lesson in rows { moments += lesson.moments }
        shapes = scale.undone(in: moments.solve(penalty: Self.shapePenalty))
    }

    /// What names the weights.
    var digests: [ContentDigest] { [head.digest, shapes.digest] }

    /// What is thought of a place.
    struct Guess {
        let box: BoundingBox
        /// The probability that there is a thing, 0 to 1.
        let presence: Double
        /// The probabilities of the classes, `presence` in all.
        let shares: [Double]
    }

    // Less likely places are not looked at, and no more than these.
    private static let leastPresence = 0.03
    private static let mostPlaces = 2_000

    /// The guesses for the likely places of a picture, likeliest first.
    func guesses(_ map: FeatureMap, width: Int, height: Int) -> [Guess] {
        let features = Matrix(rows: map.count, columns: map.channels, values: map.values)
        let scores = head.scores(features)
        var likely: [(place: Int, shares: [Double])] = []
        for place in 0..<map.count {
            let line = (0..<scores.columns).map { scores[place, $0] }
            let all = Softmax.probabilities(line, temperature: 1).map(Double.init)
            if 1 - all[0] >= Self.leastPresence { likely.append((place, Array(all.dropFirst()))) }
        }
        let presence = likely.map { $0.shares.reduce(0, +) }
        let order = likely.indices.sorted {
            (presence[$0], likely[$1].place) > (presence[$1], likely[$0].place)
        }.prefix(Self.mostPlaces)
        let found = shapes.scores(features.selecting(order.map { likely[$0].place }))
        return order.enumerated().compactMap { row, index in
            let box = Self.box(
                map,
                likely[index].place,
                SIMD4(found[row, 0], found[row, 1], found[row, 2], found[row, 3])
            )
            return box.clipped(width: width, height: height).map {
                Guess(box: $0, presence: presence[index], shares: likely[index].shares)
            }
        }
    }

    private static func box(_ map: FeatureMap, _ place: Int, _ shape: SIMD4<Float>) -> BoundingBox {
        let at = map.center(of: place)
        // A tenth of a cell to a thousand.
        let logs = shape.clamped(
            lowerBound: SIMD4(repeating: -2.3),
            upperBound: SIMD4(repeating: 6.9)
        )
        let (width, height) = (
            map.cell * Exponential.exp(Double(logs[2])), map.cell * Exponential.exp(Double(logs[3]))
        )
        return BoundingBox(
            x: at.x + map.cell * Double(shape[0]) - width / 2,
            y: at.y + map.cell * Double(shape[1]) - height / 2,
            width: width,
            height: height
        )
    }
}

/// The rows of one lesson that a scorer learns from, with features of unit variance.
struct LessonRows: Sendable {
    let positives: Matrix
    let categories: [Int]
    /// Some of the places where nothing is.
    let negatives: Matrix
    /// How many such places there are.
    let negativeCount: Int
    let moments: RegressionMoments

    // More of the same picture teach nothing more.
    private static let mostNegatives = 100

    init(_ lesson: DetectorLesson, _ targets: LessonTargets, _ scale: FeatureScale, seed: UInt64) {
        positives = scale.rows(lesson.map, targets.positives.map(\.place))
        categories = targets.positives.map(\.category)
        negatives = scale.rows(lesson.map, Self.chosen(targets, seed: seed))
        negativeCount = targets.negatives.count
        moments = RegressionMoments(
            positives,
            Matrix(
                rows: targets.positives.count,
                columns: 4,
                values: targets.positives.flatMap { shape in (0..<4).map { shape.shape[$0] } }
            )
        )
    }

    /// The places of the background that are learned from.
    static func chosen(_ targets: LessonTargets, seed: UInt64) -> [Int] {
        var generator = SeededGenerator(seed: seed)
        return Array(targets.negatives.shuffled(using: &generator).prefix(mostNegatives)).sorted()
    }
}

/// The mean and the spread of each feature, which a linear function is learned without.
struct FeatureScale: Sendable {
    private var means: [Float]
    private var deviations: [Float]

    var dimension: Int { means.count }

    /// Looks at the places that are learned from.
    init(of lessons: [(lesson: DetectorLesson, targets: LessonTargets)], seed: UInt64) {
        let channels = lessons[0].lesson.map.channels
        var (sums, squares, count) = (
            [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels), 0.0
        )
        for (lesson, targets) in lessons {
            let places = targets.positives.map(\.place) + LessonRows.chosen(targets, seed: seed)
            for place in places {
                count += 1
                for channel in 0..<channels {
                    let value = Double(lesson.map.values[place * channels + channel])
                    sums[channel] += value
                    squares[channel] += value * value
                }
            }
        }
        let rows = max(count, 1)
        means = sums.map { Float($0 / rows) }
        deviations = (0..<channels).map { channel in
            let mean = sums[channel] / rows
            return Float(max(squares[channel] / rows - mean * mean, 0).squareRoot()) + 1e-3
        }
    }

    /// The features of some places with mean 0 and variance 1.
    func rows(_ map: FeatureMap, _ places: [Int]) -> Matrix {
        var values: [Float] = []
        values.reserveCapacity(places.count * dimension)
        for place in places {
            for channel in 0..<dimension {
                let value = map.values[place * dimension + channel]
                values.append((value - means[channel]) / deviations[channel])
            }
        }
        return Matrix(rows: places.count, columns: dimension, values: values)
    }

    /// The same function of features as they are.
    func undone(in head: LinearHead) -> LinearHead {
        changed(head) { weight, channel in weight / deviations[channel] } bias: { weight, channel in
            -weight * means[channel] / deviations[channel]
        }
    }

    /// The same function of features with mean 0 and variance 1.
    func applied(to head: LinearHead) -> LinearHead {
        changed(head) { weight, channel in weight * deviations[channel] } bias: { weight, channel in
            weight * means[channel]
        }
    }

    private func changed(
        _ head: LinearHead,
        _ weight: (Float, Int) -> Float,
        bias: (Float, Int) -> Float
    ) -> LinearHead {
        var parameters = head.parameters
        for label in 0..<head.classCount {
            let start = label * (dimension + 1)
            for channel in 0..<dimension {
                let old = head.parameters[start + channel]
                parameters[start + channel] = weight(old, channel)
                parameters[start + dimension] += bias(old, channel)
            }
        }
        return LinearHead(
            classCount: head.classCount,
            dimension: dimension,
            parameters: parameters
        )
    }
}
