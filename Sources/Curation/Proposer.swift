import CurationCore
import Learning
import Reviewing
import Storage

/// Proposes classes for what is undecided, from what is decided, and plans what to ask next.
struct Proposer {
    private static let seed: UInt64 = 1
    // Alternatives that a reviewer is shown, and the probability below which none is worth a look.
    private static let shownProposals = 3
    private static let leastProbability: Float = 0.01
    // From these probabilities that a person erred on they are asked once more: of a class that was refused,
    // which leaves the picture without one, and of a label.
    private static let doubtedRefusal: Float = 0.3
    private static let doubtedLabel = 0.2
    // How often labels are wrong at least, whatever refusals say of those who give them.
    private static let usualError = 0.01

    /// The head that was learned; nil before the first label.
    let model: ProposalModel?
    private let features: ReviewFeatures
    private let knowledge: ReviewKnowledge
    private let probabilities: [Float]
    private let doubted: [Int]
    private let disputed: Set<Int>
    private let rows: [Sample.ID: Int]
    private let source: String

    init(
        features: ReviewFeatures,
        knowledge: ReviewKnowledge,
        startingFrom earlier: ProposalModel?
    ) {
        self.features = features
        self.knowledge = knowledge
        rows = Dictionary(uniqueKeysWithValues: features.samples.enumerated().map { ($1, $0) })
        guard !knowledge.isEmpty else {
            model = nil
            probabilities = []
            doubted = []
            disputed = []
            source = ""
            return
        }
        let fitted = ProposalModel(
            fitting: features.matrices,
            labels: knowledge.taught,
            refuted: knowledge.refuted,
            classCount: knowledge.classes.count,
            startingFrom: earlier?.classCount == knowledge.classes.count ? earlier : nil,
            isThorough: !knowledge.labels.contains { $0 == nil }
        )
        model = fitted
        (probabilities, disputed) = fitted.proposals(
            features.matrices,
            refuted: knowledge.refuted,
            reviewerError: knowledge.reviewerError
        )
        doubted = Self.doubted(probabilities, knowledge)
        source = StoredModel(name: Self.name, digest: fitted.digest, parameters: [:]).source
    }

    /// The undecided rows of which a person refused a class that they probably carry, surest first.
    private static func doubted(
        _ probabilities: [Float],
        _ knowledge: ReviewKnowledge
    ) -> [Int] {
        let count = knowledge.classes.count
        let found = knowledge.refuted.indices.compactMap { row -> (row: Int, share: Float)? in
            guard knowledge.labels[row] == nil, !knowledge.refuted[row].isEmpty else { return nil }
            let share = 1 - probabilities[row * count..<(row + 1) * count].reduce(0, +)
            return share >= Self.doubtedRefusal ? (row, share) : nil
        }
        return found.sorted { ($0.share, $1.row) > ($1.share, $0.row) }.map(\.row)
    }

    /// Pictures whose label is probably wrong, the surest first; none about which a person was asked again.
    ///
    /// `held`: Pictures that are not to be given out.
    func labelIssues(limit: Int, held: Set<Sample.ID>) -> [PlannedTask] {
        guard !probabilities.isEmpty else { return [] }
        let found = knowledge.taught.indices.compactMap { row -> (row: Int, share: Double)? in
            guard let label = knowledge.taught[row], !knowledge.rechecked.contains(row),
                !held.contains(features.samples[row])
            else { return nil }
            // By Bayes' rule: the person erred, or the model finds what is there unlikely.
            let right = Double(probability(row, label))
            let error = max(knowledge.reviewerError, Self.usualError)
            let wrong = error * (1 - right)
            let share = wrong / (wrong + (1 - error) * right)
            return share >= Self.doubtedLabel ? (row, share) : nil
        }
        return found.sorted { ($0.share, $1.row) > ($1.share, $0.row) }.prefix(limit).map {
            let own = knowledge.classes.indices.map { [row = $0.row] in probability(row, $0) }
            let best = own.indices.max { (own[$0], $1) < (own[$1], $0) }
            return PlannedTask(
                samples: [features.samples[$0.row]],
                label: best.map { knowledge.classes[$0] },
                score: best.map { Double(own[$0]) },
                reason: .labelIssue
            )
        }
    }

    /// What labels of this kind of model are called.
    static let name = "classifier"

    /// The next tasks, at most `limit`.
    func plan(limit: Int, unavailable: [Bool], strategy: ReviewStrategy) -> [PlannedTask] {
        guard limit > 0 else { return [] }
        let clusters = strategy == .saving ? firstClusters() : []
        return ReviewPlanner.plan(
            state(unavailable, clusters: clusters),
            limit: limit,
            strategy: strategy
        )
    }

    /// Single samples, at most `limit`: the least sure, each unlike those before it.
    func singles(limit: Int, unavailable: [Bool]) -> [PlannedTask] {
        guard limit > 0 else { return [] }
        return ReviewPlanner.singles(state(unavailable, clusters: firstClusters()), limit: limit)
    }

    /// The open samples with their likeliest classes, the surest first.
    func likeliest(unavailable: [Bool]) -> [ReviewPlanner.Likely] {
        ReviewPlanner.likeliest(state(unavailable, clusters: []))
    }

    private func state(_ unavailable: [Bool], clusters: [[Int]]) -> PlanningState {
        PlanningState(
            samples: features.samples,
            classes: knowledge.classes,
            decided: knowledge.labels.map { $0 != nil },
            unavailable: unavailable,
            probabilities: probabilities,
            doubted: doubted,
            disputed: disputed,
            clusters: clusters,
            history: knowledge.history
        )
    }

    /// The name of the model, `classifier@` and its digest; empty before the first label.
    var modelName: String { source }

    /// Groups for the first screens: the same at every call, since the planner knows them by rows.
    private func firstClusters() -> [[Int]] {
        features.clusters(
            ReviewPlanner.clusterCount(
                samples: features.samples.count,
                classes: knowledge.declaredClasses
            ),
            seed: Self.seed
        )
    }

    /// What is proposed for a task, best first; for a group the mean over its members.
    func proposals(_ task: PlannedTask) -> [ReviewItem.Proposal] {
        // With one class known every picture would seem to be of it.
        guard !probabilities.isEmpty, task.isCluster || knowledge.classes.count > 1 else {
            return []
        }
        let members = task.samples.compactMap { rows[$0] }
        let means = knowledge.classes.indices.map { category -> (category: Int, mean: Float) in
            let sum = members.reduce(0) { $0 + probability($1, category) }
            return (category, sum / Float(max(members.count, 1)))
        }
        let asked = task.label
        let current = members.count == 1 ? knowledge.labels[members[0]] : nil
        return means.filter {
            $0.mean >= Self.leastProbability || knowledge.classes[$0.category] == asked
                || $0.category == current
        }
        .sorted {
            (knowledge.classes[$0.category] == asked ? 1 : 0, $0.mean, -$0.category)
                > (knowledge.classes[$1.category] == asked ? 1 : 0, $1.mean, -$1.category)
        }
        .prefix(Self.shownProposals)
        .map {
            ReviewItem.Proposal(
                label: knowledge.classes[$0.category],
                score: Double($0.mean),
                source: source
            )
        }
    }

    /// Two halves of a group, by what its members look like; in the middle where they all look the same.
    func halves(of samples: [Sample.ID]) -> [[Sample.ID]] {
        let known = samples.filter { rows[$0] != nil }
        let matrix = features.matrices[0].selecting(known.compactMap { rows[$0] })
        let clusters = KMeans(matrix, count: 2, seed: Self.seed).clusters
        guard clusters.count == 2, known.count == samples.count else {
            let middle = samples.count / 2
            return [Array(samples[..<middle]), Array(samples[middle...])]
        }
        return clusters.sorted { $0.count > $1.count }.map { $0.map { known[$0] } }
    }

    private func probability(_ row: Int, _ category: Int) -> Float {
        probabilities[row * knowledge.classes.count + category]
    }

    /// The likeliest class of every sample that is undecided.
    func predictions() -> [Prediction] {
        Self.best(probabilities, features.samples, knowledge)
    }

    /// The likeliest class of every undecided sample by `probabilities`, row by row.
    static func best(
        _ probabilities: [Float],
        _ samples: [Sample.ID],
        _ knowledge: ReviewKnowledge
    ) -> [Prediction] {
        let count = knowledge.classes.count
        guard !probabilities.isEmpty else { return [] }
        return samples.indices.compactMap { row in
            guard knowledge.labels[row] == nil else { return nil }
            let own = probabilities[row * count..<(row + 1) * count]
            guard let score = own.max(), score > 0, let place = own.firstIndex(of: score) else {
                return nil
            }
            return Prediction(
                sample: samples[row],
                label: .classification(category: knowledge.classes[place - row * count]),
                score: Double(min(score, 1))
            )
        }
    }

    /// The model as the store keeps it; nil before the first label.
    func stored(embedders: [StoredEmbedder]) -> StoredModel? {
        guard let model else { return nil }
        var parameters = [
            "labels": "\(knowledge.taught.count { $0 != nil })",
            "refuted": "\(knowledge.refuted.reduce(0) { $0 + $1.count })",
            "classes": knowledge.classes.joined(separator: ","),
            "dimension": "\(model.heads[0].dimension)",
            "heads": "\(model.heads.count)",
            "temperature": "\(model.calibration.temperature)",
            "features": features.digest.hex,
        ]
        for embedder in embedders where embedder.id.name != ReviewFeatures.name {
            parameters["embedder.\(embedder.id.name)"] = embedder.id.digest.hex
        }
        return StoredModel(name: Self.name, digest: model.digest, parameters: parameters)
    }
}

extension ProposalModel {
    /// The digest of the heads and their temperature.
    var digest: ContentDigest {
        let names = heads.map { "\($0.digest)" } + ["\(calibration.temperature)"]
        return ContentDigest(of: names.joined(separator: "\n"))
    }
}
