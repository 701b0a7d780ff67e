import CurationCore

/// Says of each place of a picture which class of thing has its middle there, and how large it is.
///
/// Linear in the features, after the boxes of FCOS (Tian and others 2019): the network that gives the
/// features is never trained, so a few pictures teach it.
struct PlaceScorer: Sendable {
    /// The classes, after one for the background.
    let head: LinearHead
    /// The mean of `LessonTargets.Positive.shape` by class.
    private let means: [SIMD4<Float>]
    /// From the features to how a shape differs from the mean of its class, by class.
    private let shapes: [LinearHead]
    /// The share of places that are in the middle of a thing.
    private let prior: Double

    // What the square of a weight costs, with features of unit variance: strong, as rows are few and
    // neighbouring places alike. Every penalty from 100 to 500 served as well.
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
        prior = Double(positives) / Double(positives + all)
        var parameters = fitted.parameters
        parameters[fitted.dimension] += Float(missing)
        head = scale.undone(
            in: LinearHead(
                classCount: classCount + 1,
                dimension: fitted.dimension,
                parameters: parameters
            )
        )
        means = LessonRows.means(of: rows, classCount: classCount)
        shapes = Self.shapes(rows, means, scale)
    }

    // A class with fewer places has the regression of all classes.
    private static let fewestPlaces = 30

    /// A regression for each class: one for all would be that of the class that is seen most.
    private static func shapes(
        _ rows: [LessonRows],
        _ means: [SIMD4<Float>],
        _ scale: FeatureScale
    ) -> [LinearHead] {
        let none = RegressionMoments(dimension: scale.dimension, targets: 4)
        var all = none
        var shapes = [LinearHead?](repeating: nil, count: means.count)
        // One class after the other: the sums of a class take 2 MB.
        for category in means.indices {
            var own = none
            for lesson in rows where lesson.categories.contains(category) {
                own += lesson.moments(of: category, around: means[category])
            }
            guard own.count > 0 else { continue }
            all += own
            guard Int(own.count) >= fewestPlaces else { continue }
            shapes[category] = scale.undone(in: own.solve(penalty: shapePenalty))
        }
        let common = scale.undone(in: all.solve(penalty: shapePenalty))
        return shapes.map { $0 ?? common }
    }

    /// What names the weights.
    var digests: [ContentDigest] { [head.digest] + shapes.map(\.digest) }

    /// What is thought of a place.
    struct Guess {
        let box: BoundingBox
        /// The probability that there is a thing, 0 to 1.
        let presence: Double
        /// The probabilities of the classes, `presence` in all.
        let shares: [Double]
    }

    // Less likely places are not looked at, and no more than these. Where things are rare, and few were
    // shown, nothing seems likely: then places count that are likelier than the mean.
    private static let leastPresence = 0.03
    private static let mostPlaces = 2_000

    /// The guesses for the likely places of a picture, likeliest first.
    func guesses(_ map: FeatureMap, width: Int, height: Int) -> [Guess] {
        let features = Matrix(rows: map.count, columns: map.channels, values: map.values)
        let scores = head.scores(features)
        var likely: [(place: Int, shares: [Double])] = []
        let least = min(Self.leastPresence, prior)
        for place in 0..<map.count {
            let line = (0..<scores.columns).map { scores[place, $0] }
            let all = Softmax.probabilities(line, temperature: 1).map(Double.init)
            if 1 - all[0] >= least { likely.append((place, Array(all.dropFirst()))) }
        }
        let presence = likely.map { $0.shares.reduce(0, +) }
        let order = likely.indices.sorted {
            (presence[$0], likely[$1].place) > (presence[$1], likely[$0].place)
        }.prefix(Self.mostPlaces)
        let rows = features.selecting(order.map { likely[$0].place })
        let found = shapes.map { $0.scores(rows) }
        return order.enumerated().compactMap { row, index in
            let shares = likely[index].shares
            let best = shares.indices.max { (shares[$0], $1) < (shares[$1], $0) } ?? 0
            let own = found[best]
            let shape = SIMD4(own[row, 0], own[row, 1], own[row, 2], own[row, 3])
            let box = Self.box(map, likely[index].place, means[best] + shape)
            return box.clipped(width: width, height: height).map {
                Guess(box: $0, presence: presence[index], shares: shares)
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
    private let shapes: [SIMD4<Float>]

    // More of the same picture teach nothing more.
    private static let mostNegatives = 100

    init(_ lesson: DetectorLesson, _ targets: LessonTargets, _ scale: FeatureScale, seed: UInt64) {
        positives = scale.rows(lesson.map, targets.positives.map(\.place))
        categories = targets.positives.map(\.category)
        negatives = scale.rows(lesson.map, Self.chosen(targets, seed: seed))
        negativeCount = targets.negatives.count
        shapes = targets.positives.map(\.shape)
    }

    /// The mean shape of each class; that of all for a class that was not shown.
    static func means(of lessons: [LessonRows], classCount: Int) -> [SIMD4<Float>] {
        var (sums, counts) = (
            [SIMD4<Float>](repeating: .zero, count: classCount + 1),
            [Float](repeating: 0, count: classCount + 1)
        )
        for lesson in lessons {
            for (category, shape) in zip(lesson.categories, lesson.shapes) {
                for index in [category, classCount] {
                    sums[index] += shape
                    counts[index] += 1
                }
            }
        }
        return (0..<classCount).map { category in
            let index = counts[category] > 0 ? category : classCount
            return sums[index] / max(counts[index], 1)
        }
    }

    /// What a regression of the shapes of a class around their mean follows from.
    func moments(of category: Int, around mean: SIMD4<Float>) -> RegressionMoments {
        let own = categories.indices.filter { categories[$0] == category }
        let values = own.flatMap { row in (0..<4).map { (shapes[row] - mean)[$0] } }
        return RegressionMoments(
            positives.selecting(own),
            Matrix(rows: own.count, columns: 4, values: values)
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
        changed(head) { weight, channel in
            weight / deviations[channel]
        } bias: { weight, channel in
            -weight * means[channel] / deviations[channel]
        }
    }

    /// The same function of features with mean 0 and variance 1.
    func applied(to head: LinearHead) -> LinearHead {
        changed(head) { weight, channel in
            weight * deviations[channel]
        } bias: { weight, channel in
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
