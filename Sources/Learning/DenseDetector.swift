package import CurationCore

/// Finds things in pictures after a few were shown: scores every place, joins what is about the same
/// thing, and says how likely each box is to be right.
package struct DenseDetector: Sendable {
    /// Classes.
    package let classCount: Int
    private let scorer: PlaceScorer
    /// How likely a candidate is right; nil while one picture alone was shown.
    private let judge: CandidateJudge?

    // Parts of the lessons that are each looked at by a scorer that has not seen them.
    private static let folds = 3
    private static let seed: UInt64 = 1

    /// Learns from pictures; nil while they show no thing.
    ///
    /// The same lessons give the same detector.
    package init?(learning lessons: [DetectorLesson], classCount: Int) {
        guard !lessons.isEmpty else { return nil }
        let pairs = lessons.map { ($0, LessonTargets(of: $0)) }
        let scale = FeatureScale(of: pairs, seed: Self.seed)
        let rows = pairs.map { LessonRows($0.0, $0.1, scale, seed: Self.seed) }
        guard let scorer = PlaceScorer(rows, classCount: classCount, scale: scale) else {
            return nil
        }
        self.scorer = scorer
        self.classCount = classCount
        judge = Self.judge(lessons, rows, scorer, classCount, scale)
    }

    private static func judge(
        _ lessons: [DetectorLesson],
        _ rows: [LessonRows],
        _ scorer: PlaceScorer,
        _ classCount: Int,
        _ scale: FeatureScale
    ) -> CandidateJudge? {
        guard lessons.count > 1 else { return nil }
        let folds = min(Self.folds, lessons.count)
        var seen: [(candidate: BoxCandidate, isRight: Bool)] = []
        for fold in 0..<folds {
            let others = rows.indices.filter { $0 % folds != fold }.map { rows[$0] }
            let blind = PlaceScorer(
                others,
                classCount: classCount,
                scale: scale,
                startingFrom: scorer
            )
            guard let blind else { continue }
            for index in lessons.indices where index % folds == fold {
                let lesson = lessons[index]
                let candidates = candidates(
                    blind.guesses(lesson.map, width: lesson.width, height: lesson.height),
                    lesson.map,
                    lesson.width,
                    lesson.height
                )
                seen += zip(candidates, matches(candidates, lesson.objects)).map { ($0, $1) }
            }
        }
        return CandidateJudge(seen, classCount: classCount)
    }

    private static func candidates(
        _ guesses: [PlaceScorer.Guess],
        _ map: FeatureMap,
        _ width: Int,
        _ height: Int
    ) -> [BoxCandidate] {
        BoxCandidate.joining(guesses, cell: map.cell, width: width, height: height)
    }

    /// Which candidates are right: each thing is found once, by the likeliest candidate of its class
    /// that shares half with it.
    private static func matches(
        _ candidates: [BoxCandidate],
        _ objects: [DetectorLesson.Object]
    ) -> [Bool] {
        var found = Set<Int>()
        return candidates.map { candidate in
            let best = objects.indices.filter { index in
                !found.contains(index) && objects[index].category == candidate.category
            }.map { ($0, objects[$0].box.intersectionOverUnion(candidate.box)) }
                .max { $0.1 < $1.1 }
            guard let best, best.1 >= 0.5 else { return false }
            found.insert(best.0)
            return true
        }
    }

    /// The things in a picture, likeliest first.
    ///
    /// - Parameters:
    ///   - map: What is where in it, by the model of the lessons.
    ///   - width: Pixels across.
    ///   - height: Pixels down.
    ///   - score: The least probability that a box is of the right class and shares half with a thing.
    /// - Returns: The boxes; none lies outside of the picture.
    package func detect(
        _ map: FeatureMap,
        width: Int,
        height: Int,
        atLeast score: Double
    ) -> [ScoredBox] {
        let guesses = scorer.guesses(map, width: width, height: height)
        let candidates = Self.candidates(guesses, map, width, height)
        let found = candidates.map { candidate in
            ScoredBox(
                box: candidate.box,
                category: candidate.category,
                score: judge?.probability(of: candidate) ?? candidate.presence
            )
        }
        return found.enumerated().filter { $0.element.score >= score }
            .sorted { ($0.element.score, $1.offset) > ($1.element.score, $0.offset) }
            .map(\.element)
    }

    /// The probabilities of the classes for a box that something else found, 1 in all.
    ///
    /// The mean over the places in the middle of the box.
    package func classify(_ box: BoundingBox, in map: FeatureMap) -> [Double] {
        var shares = [Double](repeating: 1e-9, count: classCount)
        let places = (0..<map.count).filter { place in
            let at = map.center(of: place)
            let (x, y) = (at.x - box.x - box.width / 2, at.y - box.y - box.height / 2)
            let reach = max(map.cell / 2, 0)
            return abs(x) <= max(box.width / 4, reach) && abs(y) <= max(box.height / 4, reach)
        }
        let values = places.flatMap {
            map.values[$0 * map.channels..<($0 + 1) * map.channels]
        }
        let scores = scorer.head.scores(
            Matrix(rows: places.count, columns: map.channels, values: values)
        )
        for row in places.indices {
            let line = (0..<scores.columns).map { scores[row, $0] }
            let found = Softmax.probabilities(line)
            for category in 0..<classCount { shares[category] += Double(found[category + 1]) }
        }
        let sum = shares.reduce(0, +)
        return shares.map { $0 / sum }
    }

    /// What names this detector: equal exactly when all weights are equal.
    package var digest: ContentDigest {
        let parts = scorer.digests + (judge.map { [$0.digest] } ?? [])
        return ContentDigest(of: parts.map { "\($0)" }.joined(separator: "\n"))
    }
}

/// How likely a candidate is right, by its evidence and its class.
struct CandidateJudge: Sendable {
    private let head: LinearHead
    private let means: [Float]
    private let deviations: [Float]
    private let classCount: Int

    private static let weightPenalty: Float = 3

    /// Learns from candidates that are known to be right or wrong; nil unless there are both.
    init?(_ seen: [(candidate: BoxCandidate, isRight: Bool)], classCount: Int) {
        guard seen.contains(where: \.isRight), seen.contains(where: { !$0.isRight }) else {
            return nil
        }
        self.classCount = classCount
        let count = BoxCandidate.evidenceCount
        let rows = Float(seen.count)
        let means = (0..<count).map { index in
            seen.reduce(0) { $0 + $1.candidate.evidence[index] } / rows
        }
        deviations = (0..<count).map { index in
            let squares = seen.reduce(Float(0)) {
                let far = $1.candidate.evidence[index] - means[index]
                return $0 + far * far
            }
            return (squares / rows).squareRoot() + 1e-3
        }
        self.means = means
        let deviations = deviations
        let features = seen.flatMap {
            Self.row($0.candidate, means, deviations, classCount)
        }
        head = LinearHead(
            fitting: HeadExamples(
                classCount: 2,
                features: Matrix(rows: seen.count, columns: count + classCount, values: features),
                targets: seen.map { .label($0.isRight ? 1 : 0) }
            ),
            weightPenalty: Self.weightPenalty
        )
    }

    private static func row(
        _ candidate: BoxCandidate,
        _ means: [Float],
        _ deviations: [Float],
        _ classCount: Int
    ) -> [Float] {
        let evidence = candidate.evidence.indices.map {
            (candidate.evidence[$0] - means[$0]) / deviations[$0]
        }
        return evidence + (0..<classCount).map { $0 == candidate.category ? 1 : 0 }
    }

    func probability(of candidate: BoxCandidate) -> Double {
        let row = Self.row(candidate, means, deviations, classCount)
        let scores = head.scores(Matrix(rows: 1, columns: row.count, values: row))
        return Double(Softmax.probabilities([scores[0, 0], scores[0, 1]])[1])
    }

    var digest: ContentDigest {
        let numbers = (means + deviations).map { "\($0)" }.joined(separator: " ")
        return ContentDigest(of: "\(head.digest) \(numbers)")
    }
}
