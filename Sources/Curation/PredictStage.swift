public import CurationCore
import Learning
import Storage

/// Puts proposed labels on every image that nobody has decided.
public struct PredictStage: Sendable {
    /// What proposes labels.
    public enum Method: String, Sendable, CaseIterable {
        /// A linear head that learns from what has been reviewed.
        case classifier
        /// A vote of the nearest neighbours that have been reviewed.
        case neighbors
        /// Labels that spread over the neighbours of neighbours.
        case propagation
        /// The class whose mean a picture is most like.
        case prototypes
        /// All of them, weighted by how likely the labels are that each has not seen.
        case ensemble
    }

    /// What predicting did.
    public struct Report: Sendable, Codable {
        /// Labels that were proposed.
        public let predicted: Int
        /// Images of the data set.
        public let images: Int
        /// Proposed labels by the model that proposed them.
        public let bySource: [String: Int]
        /// How often the likeliest class was right on labelled images that were held out, 0 to 1; nil
        /// before there are enough.
        public let heldOutAccuracy: Double?
        /// The expected calibration error there: by how much probabilities differ from how often they
        /// are right.
        public let calibrationError: Double?
        /// Images that may be accepted together once enough of them were looked at; nil when none are.
        public let stratum: Stratum?
        /// Things that models found and of which nobody knows the class; nil for none.
        public let unnamed: Int?
        /// How long it took.
        public let seconds: Double
        /// Images handled a second.
        public let imagesPerSecond: Double

        /// Images that may be accepted together.
        public struct Stratum: Sendable, Codable {
            /// How many.
            public let images: Int
            /// How many of them, drawn at random, the queue still has looked at, if all are right.
            public let audits: Int
            /// The most share of wrong labels among the rest.
            public let alpha: Double
        }

        enum CodingKeys: String, CodingKey {
            case predicted, images, seconds, stratum, unnamed
            case bySource = "by_source"
            case heldOutAccuracy = "held_out_accuracy"
            case calibrationError = "calibration_error"
            case imagesPerSecond = "images_per_second"
        }
    }

    let dataset: Dataset
    let finder: ObjectFinder
    let interruption: Interruption
    let report: StageProgress.Report
    /// Pictures between two reports of progress, where pictures are looked at again.
    package var batchSize = 32

    /// Creates the stage; it reports where it looks at pictures again, which takes long.
    public init(
        dataset: Dataset,
        interruption: Interruption = Interruption(),
        report: @escaping StageProgress.Report = { _ in }
    ) {
        self.dataset = dataset
        self.interruption = interruption
        self.report = report
        finder = ObjectFinder(dataset: dataset)
    }

    /// Learns from the accepted labels and proposes labels for the rest.
    ///
    /// Without any accepted label nothing can be proposed: the report then counts 0. Where the data set
    /// carries things in pictures, the detector learns and finds them, or `models` do.
    ///
    /// - Parameters:
    ///   - method: What proposes classes of whole pictures.
    ///   - isBalanced: Whether all classes count alike for the classifier, whatever the number of their
    ///     labels.
    ///   - models: Models that find things in pictures, by the names of their cards; `detector` is the
    ///     one that learns. What several of them say becomes one proposal.
    ///   - alpha: The most share of wrong labels among those accepted unseen, above 0 and below 1.
    ///   - delta: The probability with which more of them may be wrong, above 0 and below 1.
    ///   - now: The time that the log notes.
    /// - Returns: What was proposed, how good the probabilities are, and what may be accepted unseen.
    /// - Throws: `CurationError.input` before anything was embedded or, for neighbours, clustered;
    ///   `.component` when a model is missing; `.badData` for one that does not fit the data set;
    ///   `CancellationError`.
    public func run(
        _ method: Method = .classifier,
        isBalanced: Bool = false,
        models: [String] = [],
        alpha: Double = BulkAccept.alpha,
        delta: Double = BulkAccept.delta,
        at now: Timestamp = .now
    ) throws -> Report {
        guard alpha > 0, alpha < 1, delta > 0, delta < 1 else {
            throw CurationError.badData("alpha and delta are shares above 0 and below 1")
        }
        let clock = ContinuousClock()
        let start = clock.now
        let kind = try dataset.schema().schema.task
        try Self.check(method, isBalanced, models, fit: kind)
        guard kind == .classification else {
            let names = models.isEmpty ? [ObjectFinder.name] : models
            let found = try rephrasing { () throws in try findObjects(by: names, kind, at: now) }
            return try objectReport(found, (clock.now - start) / .seconds(1))
        }
        return try rephrasing { () throws in
            let features = try ReviewFeatures(of: dataset)
            let knowledge = try ReviewKnowledge(
                of: features.samples,
                reviewer: nil,
                store: dataset.store
            )
            let found = try propose(method, isBalanced, features, knowledge)
            if let model = found.model {
                try dataset.store.replaceProposals(found.predictions, model: model, at: now)
            }
            let bulk = BulkAccept(store: dataset.store)
            if let proposer = found.proposer {
                try bulk.makeStratum(proposer, knowledge, alpha, delta, at: now)
            }
            let seconds = (clock.now - start) / .seconds(1)
            return try report(found, method, features, bulk.waiting(), seconds: seconds)
        }
    }

    private func propose(
        _ method: Method,
        _ isBalanced: Bool,
        _ features: ReviewFeatures,
        _ knowledge: ReviewKnowledge
    ) throws -> Found {
        guard !knowledge.isEmpty else { return Found() }
        if method == .classifier, !isBalanced { return try classify(features, knowledge) }
        let graph = try dataset.store.neighborGraph(of: features.samples)
        let result = try ClassMethods(
            features: features,
            knowledge: knowledge,
            graph: graph.k > 0 ? graph : nil,
            isBalanced: isBalanced
        ).run(method)
        var parameters = result.parameters
        parameters["labels"] = "\(knowledge.taught.count { $0 != nil })"
        parameters["features"] = features.digest.hex
        parameters["knowledge"] = knowledge.digest.hex
        if isBalanced { parameters["balanced"] = "true" }
        if graph.k > 0 { parameters["k"] = "\(graph.k)" }
        let text = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let model = StoredModel(
            name: method.rawValue,
            digest: ContentDigest(of: text.joined(separator: "\n")),
            parameters: parameters
        )
        return Found(
            predictions: Proposer.best(result.probabilities, features.samples, knowledge),
            model: model,
            reliability: result.reliability
        )
    }

    private static func check(
        _ method: Method,
        _ isBalanced: Bool,
        _ models: [String],
        fit kind: LabelTask
    ) throws {
        let canBalance = kind == .classification && [.classifier, .ensemble].contains(method)
        guard !isBalanced || canBalance else {
            throw CurationError.badData("balanced classes are for the classifier and the ensemble")
        }
        if kind == .classification, !models.isEmpty {
            throw CurationError.badData(
                "\(models.joined(separator: ", ")): the data set carries classes of whole pictures, "
                    + "for which there are "
                    + Method.allCases.map(\.rawValue).joined(separator: ", ")
            )
        }
        if kind != .classification, method != .classifier {
            throw CurationError.badData(
                "the data set carries things in pictures: \(method.rawValue) proposes classes only"
            )
        }
    }

    /// What a method proposed, and with which model.
    struct Found {
        var predictions: [Prediction] = []
        /// Things whose class nobody knows.
        var unnamed = 0
        var model: StoredModel?
        var proposer: Proposer?
        var reliability: Reliability?
    }

    private func objectReport(_ found: Found, _ seconds: Double) throws -> Report {
        let images = try dataset.sampleCount()
        let name = found.model?.name
        return Report(
            predicted: found.predictions.count,
            images: images,
            bySource: found.predictions.isEmpty
                ? [:] : [name ?? "": found.predictions.count],
            heldOutAccuracy: nil,
            calibrationError: nil,
            stratum: nil,
            unnamed: found.unnamed > 0 ? found.unnamed : nil,
            seconds: seconds,
            imagesPerSecond: Double(images) / max(seconds, 1e-9)
        )
    }

    private func report(
        _ found: Found,
        _ method: Method,
        _ features: ReviewFeatures,
        _ stratum: Report.Stratum?,
        seconds: Double
    ) throws -> Report {
        let count = found.predictions.count
        let reliability = found.proposer?.model?.reliability ?? found.reliability
        return Report(
            predicted: count,
            images: try dataset.store.sampleCount(),
            bySource: count == 0 ? [:] : [method.rawValue: count],
            heldOutAccuracy: reliability?.accuracy,
            calibrationError: reliability?.calibrationError,
            stratum: stratum,
            unnamed: nil,
            seconds: seconds,
            imagesPerSecond: Double(features.samples.count) / max(seconds, 1e-9)
        )
    }

    private func classify(
        _ features: ReviewFeatures,
        _ knowledge: ReviewKnowledge
    ) throws -> Found {
        let proposer = Proposer(features: features, knowledge: knowledge, startingFrom: nil)
        guard let model = proposer.stored(embedders: try dataset.store.embedders()) else {
            preconditionFailure("there are labels, so there is a head")
        }
        return Found(predictions: proposer.predictions(), model: model, proposer: proposer)
    }
}
