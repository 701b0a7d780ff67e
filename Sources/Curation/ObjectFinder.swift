import CurationCore
import Learning
import Storage
import Synchronization

/// Learns from pictures in which people marked all things, and finds such things in others.
final class ObjectFinder: Sendable {
    /// What labels of this kind of model are called.
    static let name = "detector"
    /// The least probability of a box that is worth a look: refusing it costs about a fifth of drawing
    /// the box that is missing without it.
    static let leastProbability = 0.25

    // More pictures teach little more, and their maps are held in memory: 1.9 MB each, with two windows
    // four times as much.
    private static let mostLessons = 100
    private static let mostLargeLessons = 30
    private static let seed: UInt64 = 1

    /// A detector and how it came to be.
    struct Learned: Sendable {
        let detector: DenseDetector
        let maps: PictureMaps
        let classes: [String]
        let parameters: [String: String]

        /// Which detector it is.
        var id: EmbedderID { EmbedderID(name: ObjectFinder.name, digest: detector.digest) }

        /// The model as the store keeps it.
        var model: StoredModel {
            StoredModel(
                name: ObjectFinder.name,
                digest: detector.digest,
                parameters: parameters
            )
        }
    }

    private struct Memory {
        var maps: [Sample.ID: FeatureMap] = [:]
        var windows = 0
        var lessons: [Sample.ID: [DetectorLesson.Object]] = [:]
        var learned: Learned?
    }

    private let dataset: Dataset
    private let memory = Mutex(Memory())

    init(dataset: Dataset) { self.dataset = dataset }

    /// The same, and nil without the model of the maps, which `scripts/setup` fetches.
    func learnIfPossible(_ knowledge: ObjectKnowledge) throws -> Learned? {
        do {
            return try learn(knowledge)
        } catch CurationError.component(_) {
            return nil
        }
    }

    /// Learns from the finished pictures; nil before one of them shows a thing.
    ///
    /// The detector of before is given again while nothing has changed.
    ///
    /// - Throws: `CurationError.component` when the model of the maps is missing.
    func learn(_ knowledge: ObjectKnowledge) throws -> Learned? {
        var samples = try lessonSamples(knowledge)
        var lessons = Dictionary(
            uniqueKeysWithValues: samples.map { ($0.id, knowledge.lesson($0)) }
        )
        guard lessons.values.contains(where: { !$0.isEmpty }) else { return nil }
        let windows = Self.windows(for: samples, lessons)
        if windows > 1 {
            samples = Array(samples.prefix(Self.mostLargeLessons))
            let kept = Set(samples.map(\.id))
            lessons = lessons.filter { kept.contains($0.key) }
        }
        let known = memory.withLock { $0 }
        if let learned = known.learned, known.lessons == lessons,
            learned.classes == knowledge.classes
        {
            return learned
        }
        let maps = try PictureMaps(windows: windows)
        var held = known.windows == windows ? known.maps.filter { lessons[$0.key] != nil } : [:]
        let missing = samples.filter { held[$0.id] == nil }
        let made = try maps.map(missing, dataset.pictures) { $1 }
        for (sample, map) in zip(missing, made) { held[sample.id] = map }
        let pictures = samples.compactMap { sample in
            held[sample.id].map { map in
                DetectorLesson(
                    map: map,
                    width: sample.width,
                    height: sample.height,
                    objects: lessons[sample.id] ?? []
                )
            }
        }
        let learned = learn(pictures, maps, knowledge)
        memory.withLock {
            $0 = Memory(maps: held, windows: windows, lessons: lessons, learned: learned)
        }
        return learned
    }

    private func learn(
        _ lessons: [DetectorLesson],
        _ maps: PictureMaps,
        _ knowledge: ObjectKnowledge
    ) -> Learned? {
        let detector = DenseDetector(learning: lessons, classCount: knowledge.classes.count)
        return detector.map {
            Learned(
                detector: $0,
                maps: maps,
                classes: knowledge.classes,
                parameters: [
                    "pictures": "\(lessons.count)",
                    "finished": "\(knowledge.finished.count)",
                    "objects": "\(lessons.reduce(0) { $0 + $1.objects.count })",
                    "classes": knowledge.classes.joined(separator: ","),
                    "windows": "\(maps.windows)",
                    "features": maps.id.description,
                ]
            )
        }
    }

    /// Some of the finished pictures, the same for the same ones.
    private func lessonSamples(_ knowledge: ObjectKnowledge) throws -> [Sample] {
        var generator = SeededGenerator(seed: Self.seed)
        let chosen = knowledge.finished.sorted().shuffled(using: &generator)
            .prefix(Self.mostLessons)
        return try dataset.store.samples(Array(chosen))
    }

    // Of a picture whose longer side is 1; below it a thing is smaller than two and a half cells.
    private static let smallThing = 2.5 / 32

    /// How many windows along its longer side a picture is looked at in: more where things are small.
    private static func windows(
        for samples: [Sample],
        _ lessons: [Sample.ID: [DetectorLesson.Object]]
    ) -> Int {
        let sizes = samples.flatMap { sample in
            (lessons[sample.id] ?? []).map { object in
                (object.box.width * object.box.height).squareRoot()
                    / Double(max(sample.width, sample.height))
            }
        }.sorted()
        return sizes.isEmpty || sizes[sizes.count / 2] >= smallThing ? 1 : 2
    }

    /// What is found in pictures, likeliest first; nothing in those that cannot be read any more.
    ///
    /// What people spoke of already is left out.
    func find(
        in samples: [Sample],
        _ learned: Learned,
        _ knowledge: ObjectKnowledge
    ) throws -> [[Prediction]] {
        let detector = learned.detector
        let found = try learned.maps.map(samples, dataset.pictures) { sample, map in
            detector.detect(
                map,
                width: sample.width,
                height: sample.height,
                atLeast: Self.leastProbability
            )
        }
        return zip(samples, found).map { sample, found in
            (found ?? []).map { found in
                Prediction(
                    sample: sample.id,
                    label: .detection(
                        category: learned.classes[found.category],
                        box: found.box.rounded
                    ),
                    score: min(found.score, 1)
                )
            }.filter { !knowledge.isSettled($0.label, in: sample.id) }
        }
    }
}

extension BoundingBox {
    /// To tenths of a pixel, so that it reads well and comes back from JSON as it went.
    var rounded: BoundingBox {
        func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        return BoundingBox(
            x: tenths(x),
            y: tenths(y),
            width: max(0.1, tenths(width)),
            height: max(0.1, tenths(height))
        )
    }
}
