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
        /// How long it took.
        public let seconds: Double
        /// Images handled a second.
        public let imagesPerSecond: Double

        enum CodingKeys: String, CodingKey {
            case predicted, images, seconds
            case bySource = "by_source"
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
    /// - Throws: `CurationError.input` before anything was embedded or, for neighbours, clustered.
    public func run(_ method: Method = .classifier, at now: Timestamp = .now) throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        return try rephrasing { () throws in
            let features = try ReviewFeatures(of: dataset)
            let knowledge = try ReviewKnowledge(
                of: features.samples,
                reviewer: nil,
                store: dataset.store
            )
            var predictions: [Prediction] = []
            if !knowledge.isEmpty {
                let (found, model) =
                    switch method {
                    case .classifier: try classify(features, knowledge)
                    case .neighbors: try vote(features, knowledge)
                    }
                try dataset.store.replaceProposals(found, model: model, at: now)
                predictions = found
            }
            let seconds = (clock.now - start) / .seconds(1)
            return Report(
                predicted: predictions.count,
                images: try dataset.store.sampleCount(),
                bySource: predictions.isEmpty ? [:] : [method.rawValue: predictions.count],
                seconds: seconds,
                imagesPerSecond: Double(features.samples.count) / max(seconds, 1e-9)
            )
        }
    }

    private func classify(
        _ features: ReviewFeatures,
        _ knowledge: ReviewKnowledge
    ) throws -> ([Prediction], StoredModel) {
        let proposer = Proposer(features: features, knowledge: knowledge, startingFrom: nil)
        guard let model = proposer.stored(embedders: try dataset.store.embedders()) else {
            preconditionFailure("there are labels, so there is a head")
        }
        return (proposer.predictions(), model)
    }

    private func vote(
        _ features: ReviewFeatures,
        _ knowledge: ReviewKnowledge
    ) throws -> ([Prediction], StoredModel) {
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
        return (Proposer.best(probabilities, features.samples, knowledge), model)
    }
}
