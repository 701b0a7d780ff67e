import CurationCore
import Imaging
import Inference
import Learning
import Storage

/// Finds things by models that this data set did not teach, and makes one proposal of what several of
/// them say.
struct ModelFinders: Sendable {
    /// What was found in a picture.
    struct Found: Sendable {
        var predictions: [Prediction] = []
        /// Things of no class that is known here.
        var unnamed = 0
    }

    private let predictors: [any Predictor]
    private let pictures: PictureReader
    private let kind: LabelTask
    private let learned: ObjectFinder.Learned?
    private let usesLearned: Bool
    private let classes: [String]

    // Things whose shorter side is a smaller share of the picture's longer one are dirt.
    private static let leastSide = 1.0 / 160
    private static let overlap = 0.55

    /// Reads the models.
    ///
    /// - Parameters:
    ///   - names: Of models with a card; `detector` is the one that this data set taught.
    ///   - dataset: The data set.
    ///   - learned: What this data set taught, if it did; it says the class of things without one.
    ///   - kind: The kind of labels that the data set carries.
    ///   - classes: The classes that are known.
    /// - Throws: `CurationError.component` when a model is missing, `.input` for a detector that has
    ///   learned nothing yet.
    init(
        _ names: [String],
        _ dataset: Dataset,
        _ learned: ObjectFinder.Learned?,
        _ kind: LabelTask,
        _ classes: [String]
    ) throws {
        usesLearned = names.contains(ObjectFinder.name)
        guard !usesLearned || learned != nil else {
            throw CurationError.input(
                "nothing was taught yet: mark the things in a picture first, in `winnow review`"
            )
        }
        predictors = try names.filter { $0 != ObjectFinder.name }.map { name in
            do {
                return try Predictors.named(name, search: .ofThisProcess())
            } catch {
                throw CurationError.component("\(error)")
            }
        }
        pictures = dataset.pictures
        (self.learned, self.kind, self.classes) = (learned, kind, classes)
    }

    /// The models, as the store keeps them, with the detector that says classes, if one does.
    var model: StoredModel {
        let own = learned.map { [$0.id] } ?? []
        let models = predictors.map(\.id) + (usesLearned ? own : [])
        let all = predictors.map(\.id) + own
        return StoredModel(
            name: models.map(\.name).joined(separator: "+"),
            digest: ContentDigest(of: all.map { "\($0.digest)" }.joined(separator: "\n")),
            parameters: Dictionary(
                all.map { ("model.\($0.name)", $0.digest.hex) },
                uniquingKeysWith: { $1 }
            )
        )
    }

    /// What the models say of one picture, put together.
    private struct Sightings {
        var names: [String]
        var lists: [[ScoredBox]] = []
        var outlines: [(box: ScoredBox, outline: Polygon)] = []
        var unnamed = 0
    }

    /// What is found in a picture; nothing in one that cannot be read any more.
    ///
    /// - Throws: `InferenceError` when a model cannot be run.
    func find(in sample: Sample, _ knowledge: ObjectKnowledge) throws -> Found {
        let side = max(predictors.map(\.inputSide).max() ?? 1, PictureMaps.decodedSide)
        guard let pixels = try? pictures.pixels(of: sample, atLeast: side) else { return Found() }
        let (width, height) = (sample.width, sample.height)
        let map = try learned.map { try $0.maps.map(of: pixels, width: width, height: height) }
        var seen = Sightings(names: classes)
        for predictor in predictors {
            let side = predictor.inputSide
            let small = pixels.resized(width: side, height: side)
            let objects = try predictor.predict(small, width: width, height: height)
            let least = Self.leastSide * Double(max(width, height))
            add(objects.filter { min($0.box.width, $0.box.height) >= least }, map, to: &seen)
        }
        if usesLearned, let learned, let map {
            seen.lists.append(
                learned.detector.detect(
                    map,
                    width: width,
                    height: height,
                    atLeast: ObjectFinder.leastProbability
                )
            )
        }
        let predictions = BoxFusion.fuse(seen.lists, overlap: Self.overlap).map { fused in
            Prediction(
                sample: sample.id,
                label: label(fused, seen.names[fused.category], seen.outlines),
                score: min(fused.score, 1)
            )
        }
        return Found(
            predictions: predictions.filter { !knowledge.isSettled($0.label, in: sample.id) },
            unnamed: seen.unnamed
        )
    }

    /// Adds what one model found.
    private func add(_ objects: [PredictedObject], _ map: FeatureMap?, to seen: inout Sightings) {
        var list: [ScoredBox] = []
        for object in objects {
            guard let (category, share) = category(of: object, map, &seen.names) else {
                seen.unnamed += 1
                continue
            }
            let score = object.score * share
            let box = ScoredBox(box: object.box, category: category, score: score)
            list.append(box)
            if let outline = object.outline { seen.outlines.append((box, outline)) }
        }
        seen.lists.append(list)
    }

    /// The class of a thing, and how sure that is; nil where nobody can say.
    private func category(
        of object: PredictedObject,
        _ map: FeatureMap?,
        _ names: inout [String]
    ) -> (Int, Double)? {
        if let own = object.category {
            if let index = names.firstIndex(of: own) { return (index, 1) }
            if classes.isEmpty {
                names.append(own)
                return (names.count - 1, 1)
            }
            return nil
        }
        if let learned, let map {
            let shares = learned.detector.classify(object.box, in: map)
            return shares.indices.max { shares[$0] < shares[$1] }.map { ($0, shares[$0]) }
        }
        return classes.count == 1 ? (0, 1) : nil
    }

    /// The box, or where the data set carries shapes the outline of the thing that it is about.
    private func label(
        _ fused: ScoredBox,
        _ name: String,
        _ outlines: [(box: ScoredBox, outline: Polygon)]
    ) -> Label {
        let own = outlines.filter {
            $0.box.category == fused.category
                && $0.box.box.intersectionOverUnion(fused.box) >= Self.overlap
        }.max { $0.box.score < $1.box.score }
        if kind == .segmentation, let own { return .polygon(category: name, polygon: own.outline) }
        return .detection(category: name, box: fused.box.rounded)
    }
}
