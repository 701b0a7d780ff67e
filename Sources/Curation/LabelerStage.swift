public import CurationCore
public import Foundation
import Interchange
import Learning
import Storage

/// Proposes classes by rules that people write: folders, numbers of pictures, fields, likeness to examples.
public struct LabelerStage: Sendable {
    /// How one labeler did.
    public struct Outcome: Sendable, Codable {
        /// What it is called.
        public let name: String
        /// The class that it proposes.
        public let label: String
        /// Pictures that it applies to.
        public let covered: Int
        /// Pictures among them for which another labeler proposes another class.
        public let conflicts: Int
        /// Pictures among them that people decided.
        public let checked: Int
        /// The share of those where it is right; nil for none.
        public let accuracy: Double?
    }

    /// What the labelers did together.
    public struct Report: Sendable, Codable {
        /// Labels that were proposed.
        public let predicted: Int
        /// Pictures of the data set.
        public let images: Int
        /// Pictures that at least one labeler applies to.
        public let covered: Int
        /// The labelers, in the order of the file.
        public let labelers: [Outcome]
    }

    /// What proposals of labelers are called.
    fileprivate static let name = "labelers"

    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// Applies the labelers of a YAML file and proposes what they agree on for all undecided pictures.
    ///
    /// - Throws: `CurationError.input` when the file cannot be read or names an example that is not there;
    ///   `.badData` when it is no such file.
    public func run(_ file: URL, at now: Timestamp = .now) throws -> Report {
        try dataset.checkIsOfClasses("predict --labelers")
        guard let bytes = try? Data(contentsOf: file),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw CurationError.input("\(file.path) cannot be read, or is not UTF-8") }
        return try rephrasing { () throws in
            let labelers = try LabelerFile(text).labelers
            let pictures = try LabeledPictures(of: dataset, for: labelers)
            let knowledge = try ReviewKnowledge(
                of: pictures.ids,
                reviewer: nil,
                store: dataset.store,
                adding: labelers.map(\.label)
            )
            let classes = labelers.map { labeler in
                knowledge.classes.firstIndex(of: labeler.label) ?? 0
            }
            let votes = try labelers.map { try pictures.votes(of: $0) }
            let vote = LabelingVote(
                votes: votes,
                classes: classes,
                known: knowledge.taught,
                refuted: knowledge.refuted,
                classCount: knowledge.classes.count
            )
            let found = Proposer.best(vote.probabilities, pictures.ids, knowledge)
            try dataset.store.replaceProposals(found, model: Self.model(text, vote), at: now)
            return Report(
                predicted: found.count,
                images: pictures.ids.count,
                covered: pictures.ids.indices.count { row in votes.contains { $0[row] } },
                labelers: zip(labelers, vote.records).map(Outcome.init)
            )
        }
    }

    private static func model(_ text: String, _ vote: LabelingVote) -> StoredModel {
        let weights = vote.records.map { "\($0.accuracy)" }.joined(separator: ",")
        return StoredModel(
            name: name,
            digest: ContentDigest(of: text + "\n" + weights),
            parameters: ["file": ContentDigest(of: text).hex, "accuracies": weights]
        )
    }
}

extension LabelerStage.Outcome {
    fileprivate init(_ labeler: Labeler, _ record: LabelingVote.Record) {
        name = labeler.name
        label = labeler.label
        covered = record.covered
        conflicts = record.conflicts
        checked = record.checked
        accuracy = record.checked > 0 ? Double(record.right) / Double(record.checked) : nil
    }
}

/// The pictures as labelers see them.
private struct LabeledPictures {
    let ids: [Sample.ID]
    private let samples: [(sample: Sample, metrics: ImageMetrics)]
    private let fields: [Sample.ID: [String: String]]
    private let vectors: EmbeddingMatrix?
    /// What the last model that is no labeler proposes, by picture.
    private let proposals: [Sample.ID: [Annotation]]
    private let dataset: Dataset

    init(of dataset: Dataset, for labelers: [Labeler]) throws {
        self.dataset = dataset
        samples = try dataset.store.metrics()
        ids = samples.map(\.sample.id)
        fields = try dataset.store.fieldValues()
        let isProposed = labelers.contains { !$0.proposed.isEmpty }
        let run =
            isProposed ? try dataset.store.newestRun(of: LabelerStage.name, isOther: true) : nil
        guard !isProposed || run != nil else {
            throw CurationError.input(
                "'proposed' needs a model's proposals: run `winnow predict` first"
            )
        }
        proposals = Dictionary(grouping: run?.proposals ?? [], by: \.sample)
        guard labelers.contains(where: { !$0.examples.isEmpty }) else {
            vectors = nil
            return
        }
        guard let main = try dataset.mainEmbedder() else {
            throw CurationError.input("'like' needs vectors: run `winnow embed` first")
        }
        vectors = try dataset.store.embeddings(from: main.id)
    }

    /// Whether a labeler applies to each picture.
    func votes(of labeler: Labeler) throws -> [Bool] {
        let patterns = labeler.paths.map { Array($0.utf8) }
        let alike = try alike(labeler)
        return samples.map { sample, metrics in
            let path = Array(sample.path.utf8)
            let own = fields[sample.id] ?? [:]
            return
                (patterns.isEmpty
                || patterns.contains { SourcePattern.fits(path[...], $0[...]) })
                && labeler.fields.allSatisfy { own[$0.key] == $0.value }
                && labeler.bounds.allSatisfy { Self.holds($0, sample, metrics) }
                && (alike?.contains(sample.id) ?? true)
                && (labeler.proposed.isEmpty || isProposed(labeler, sample.id))
        }
    }

    /// Whether a model proposes one of the classes, as sure as it has to be.
    private func isProposed(_ labeler: Labeler, _ sample: Sample.ID) -> Bool {
        (proposals[sample] ?? []).contains {
            labeler.proposed.contains($0.label.category) && ($0.score ?? 0) >= labeler.sure
        }
    }

    /// The pictures that are like one of the examples; nil where a labeler has none.
    private func alike(_ labeler: Labeler) throws -> Set<Sample.ID>? {
        guard !labeler.examples.isEmpty, let vectors else { return nil }
        let examples = try LabelStage(dataset: dataset).images(labeler.examples).map(\.id)
        let rows = Dictionary(
            uniqueKeysWithValues: vectors.samples.enumerated().map { ($1, $0) }
        )
        let unit = vectors.samples.indices.map { Self.unit(vectors, $0) }
        let wanted = examples.compactMap { rows[$0] }.map { unit[$0] }
        var found: Set<Sample.ID> = []
        for (row, vector) in unit.enumerated() {
            let nearest = wanted.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }.max() ?? -1
            if Double(nearest) >= labeler.within { found.insert(vectors.samples[row]) }
        }
        return found
    }

    private static func unit(_ vectors: EmbeddingMatrix, _ row: Int) -> [Float] {
        let start = row * vectors.dimension
        let own = vectors.values[start..<start + vectors.dimension]
        let length = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return own.map { length > 0 ? $0 / length : 0 }
    }

    private static func holds(
        _ bound: Labeler.Bound,
        _ sample: Sample,
        _ metrics: ImageMetrics
    ) -> Bool {
        let value: Double =
            switch bound.metric {
            case "brightness": metrics.brightness
            case "contrast": metrics.contrast
            case "sharpness": metrics.sharpness
            case "entropy": metrics.entropy
            case "colorfulness": metrics.colorfulness
            case "saturation": metrics.saturation
            case "grayness": metrics.grayness
            case "border": metrics.border
            case "width": Double(sample.width)
            default: Double(sample.height)
            }
        return bound.below.map { value < $0 } ?? true && bound.above.map { value > $0 } ?? true
    }
}
