import CurationCore
import Learning
import Storage

/// The ways in which classes of whole pictures are proposed, and how good each is on labels that it has
/// not seen.
struct ClassMethods {
    typealias Method = PredictStage.Method

    /// What a method proposes.
    struct Result {
        /// `classCount` numbers a row.
        let probabilities: [Float]
        /// How good they are on labels that were held out; nil before there are enough.
        let reliability: Reliability?
        /// How it was made.
        let parameters: [String: String]
    }

    // Parts into which the labelled rows are cut, and how many labels that takes.
    private static let folds = 3
    private static let fewest = 30
    /// The penalties of the classifier's weights that an ensemble tries.
    private static let penalties: [Float] = [0.03, 0.1, 0.3, 1]

    let features: ReviewFeatures
    let knowledge: ReviewKnowledge
    /// Of the rows; nil before they were clustered.
    let graph: NeighborGraph?
    /// Whether all classes count alike for the classifier.
    let isBalanced: Bool

    /// Runs a method.
    ///
    /// - Throws: `CurationError.input` where neighbours are asked for and not known.
    func run(_ method: Method) throws -> Result {
        if method == .ensemble { return try ensemble() }
        let held = try heldOut { try probabilities(method, $0) }
        return Result(
            probabilities: try probabilities(method, knowledge.taught),
            reliability: held.map { Reliability(probabilities: $0.found, labels: $0.labels) },
            parameters: [:]
        )
    }

    private func probabilities(
        _ method: Method,
        _ labels: [Int?],
        penalty: Float? = nil
    ) throws -> [Float] {
        let count = knowledge.classes.count
        switch method {
        case .classifier, .ensemble:
            let model = ProposalModel(
                fitting: features.matrices,
                labels: labels,
                refuted: knowledge.refuted,
                classCount: count,
                isBalanced: isBalanced,
                weightPenalty: penalty
            )
            return model.probabilities(
                features.matrices,
                refuted: knowledge.refuted,
                reviewerError: knowledge.reviewerError
            )
        case .prototypes:
            return ClassPrototypes.probabilities(
                features: features.matrices[0],
                labels: labels,
                refuted: knowledge.refuted,
                classCount: count
            )
        case .neighbors, .propagation:
            guard let graph else {
                throw CurationError.input(
                    "the neighbours are not known yet: run `winnow cluster` first"
                )
            }
            let run =
                method == .neighbors ? NeighborVote.probabilities : LabelPropagation.probabilities
            return run(graph, labels, knowledge.refuted, count)
        }
    }

    /// What is proposed for the labelled rows by runs that each have not seen a part of them; nil where
    /// there are too few.
    private func heldOut(
        _ run: ([Int?]) throws -> [Float]
    ) rethrows -> (found: [Float], labels: [Int])? {
        let known = knowledge.taught.indices.filter { knowledge.taught[$0] != nil }
        guard known.count >= Self.fewest else { return nil }
        let count = knowledge.classes.count
        var found = [Float](repeating: 0, count: known.count * count)
        for fold in 0..<Self.folds {
            var labels = knowledge.taught
            let places = known.indices.filter { $0 % Self.folds == fold }
            for place in places { labels[known[place]] = nil }
            let all = try run(labels)
            for place in places {
                for label in 0..<count {
                    found[place * count + label] = all[known[place] * count + label]
                }
            }
        }
        return (found, known.compactMap { knowledge.taught[$0] })
    }

    /// All methods, each weighted by how likely the labels are that it has not seen; the classifier's
    /// penalty is the one at which they are likeliest.
    private func ensemble() throws -> Result {
        let count = knowledge.classes.count
        let penalty = bestPenalty()
        var methods: [Method] = [.classifier, .prototypes]
        if graph != nil { methods += [.neighbors, .propagation] }
        let all = try methods.map { try probabilities($0, knowledge.taught, penalty: penalty) }
        let held = try methods.map { method in
            try heldOut { try probabilities(method, $0, penalty: penalty) }
        }.compactMap(\.self)
        var parameters = ["penalty": "\(penalty ?? 0)"]
        guard held.count == methods.count else {
            let even = MixtureWeights(probabilities: all, labels: [], classCount: count)
            return Result(
                probabilities: even.mix(all, classCount: count),
                reliability: nil,
                parameters: parameters
            )
        }
        let labels = held[0].labels
        let mixture = MixtureWeights(
            probabilities: held.map(\.found),
            labels: labels,
            classCount: count
        )
        for (method, weight) in zip(methods, mixture.weights) {
            parameters["weight.\(method.rawValue)"] = "\(weight)"
        }
        let seen = mixture.mix(held.map(\.found), classCount: count)
        return Result(
            probabilities: mixture.mix(all, classCount: count),
            reliability: Reliability(probabilities: seen, labels: labels),
            parameters: parameters
        )
    }

    private func bestPenalty() -> Float? {
        let count = knowledge.classes.count
        let losses = Self.penalties.compactMap { penalty -> (Float, Double)? in
            let held = try? heldOut { try probabilities(.classifier, $0, penalty: penalty) }
            guard let held else { return nil }
            let loss = held.labels.indices.reduce(0.0) { sum, row in
                let found = held.found[row * count + held.labels[row]]
                return sum - Exponential.log(Double(max(found, 1e-6)))
            }
            return (penalty, loss)
        }
        return losses.min { $0.1 < $1.1 }?.0
    }
}
