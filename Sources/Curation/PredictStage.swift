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
            case predicted, images, seconds, stratum
            case bySource = "by_source"
            case heldOutAccuracy = "held_out_accuracy"
            case calibrationError = "calibration_error"
            case imagesPerSecond = "images_per_second"
        }
    }

    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// Learns from the accepted labels and proposes labels for the rest.
    ///
    /// Without any accepted label nothing can be proposed: the report then counts 0.
    ///
    /// - Parameters:
    ///   - method: What proposes.
    ///   - alpha: The most share of wrong labels among those accepted unseen, above 0 and below 1.
    ///   - delta: The probability with which more of them may be wrong, above 0 and below 1.
    ///   - now: The time that the log notes.
    /// - Returns: What was proposed, how good the probabilities are, and what may be accepted unseen.
    /// - Throws: `CurationError.input` before anything was embedded or, for neighbours, clustered.
    public func run(
        _ method: Method = .classifier,
        alpha: Double = BulkAccept.alpha,
        delta: Double = BulkAccept.delta,
        at now: Timestamp = .now
    ) throws -> Report {
        guard alpha > 0, alpha < 1, delta > 0, delta < 1 else {
            throw CurationError.badData("alpha and delta are shares above 0 and below 1")
        }
        let clock = ContinuousClock()
        let start = clock.now
        return try rephrasing { () throws in
            let features = try ReviewFeatures(of: dataset)
            let knowledge = try ReviewKnowledge(
                of: features.samples,
                reviewer: nil,
                store: dataset.store
            )
            var found = Found()
            if !knowledge.isEmpty {
                found =
                    switch method {
                    case .classifier: try classify(features, knowledge)
                    case .neighbors: try vote(features, knowledge)
                    }
                if let model = found.model {
                    try dataset.store.replaceProposals(found.predictions, model: model, at: now)
                }
            }
            let bulk = BulkAccept(store: dataset.store)
            if let proposer = found.proposer {
                try bulk.makeStratum(proposer, knowledge, alpha, delta, at: now)
            }
            let seconds = (clock.now - start) / .seconds(1)
            return try report(found, method, features, bulk.waiting(), seconds: seconds)
        }
    }

    /// What a method proposed, and with which model.
    private struct Found {
        var predictions: [Prediction] = []
        var model: StoredModel?
        var proposer: Proposer?
    }

    private func report(
        _ found: Found,
        _ method: Method,
        _ features: ReviewFeatures,
        _ stratum: Report.Stratum?,
        seconds: Double
    ) throws -> Report {
        let count = found.predictions.count
        let reliability = found.proposer?.model?.reliability
        return Report(
            predicted: count,
            images: try dataset.store.sampleCount(),
            bySource: count == 0 ? [:] : [method.rawValue: count],
            heldOutAccuracy: reliability?.accuracy,
            calibrationError: reliability?.calibrationError,
            stratum: stratum,
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

    private func vote(
        _ features: ReviewFeatures,
        _ knowledge: ReviewKnowledge
    ) throws -> Found {
        let graph = try dataset.store.neighborGraph(of: features.samples)
        guard graph.k > 0 else {
            throw CurationError.input(
                "the neighbours are not known yet: run `winnow cluster` first"
            )
        }
        let probabilities = NeighborVote.probabilities(
            graph: graph,
            labels: knowledge.labels,
            refuted: knowledge.refuted,
            classCount: knowledge.classes.count
        )
        let parameters = [
            "k": "\(graph.k)",
            "labels": "\(knowledge.labels.count { $0 != nil })",
            "features": features.digest.hex,
        ]
        let text = parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let model = StoredModel(
            name: Method.neighbors.rawValue,
            digest: ContentDigest(of: text.joined(separator: "\n")),
            parameters: parameters
        )
        let predictions = Proposer.best(probabilities, features.samples, knowledge)
        return Found(predictions: predictions, model: model)
    }
}
