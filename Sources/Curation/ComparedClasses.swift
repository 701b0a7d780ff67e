import CurationCore
import Storage

/// What several people said of the classes of pictures.
struct ComparedClasses: ComparedAnswers {
    let answers: [Sample.ID: [GivenAnswer]]
    private let store: DatasetStore
    private let opinions: [Sample.ID: [StoredOpinion]]
    private let consensus: ConsensusOfOpinions

    /// Reads what people said.
    init(store: DatasetStore, known: [Sample.ID: String]) throws {
        self.store = store
        opinions = Dictionary(grouping: try store.opinions(), by: \.sample)
        answers = opinions.mapValues { all in
            all.map { GivenAnswer(reviewer: $0.reviewer, purpose: $0.purpose) }
        }
        consensus = ConsensusOfOpinions(
            opinions,
            classes: try store.schema().schema.categories.map(\.name),
            known: known
        )
    }

    func isDecided(_ sample: Sample.ID) -> Bool { opinions[sample]?.first?.current != nil }

    func isSettled(_ sample: Sample.ID, certainty: Double) -> Bool {
        let all = opinions[sample] ?? []
        guard let best = consensus.answer(all) else { return false }
        return best.label == all.first?.current && best.probability >= certainty
    }

    func firstProposals(of sample: Sample.ID) throws -> [ReviewItem.Proposal] {
        try store.firstProposals(of: sample)
    }

    func sides(of sample: Sample.ID, certainty: Double) -> [ReviewItem.Proposal] {
        let answers = Dictionary(grouping: opinions[sample] ?? [], by: \.label)
        return answers.compactMap { label, people in
            label.map {
                ReviewItem.Proposal(
                    label: $0,
                    score: consensus.probability(of: $0, among: opinions[sample] ?? []),
                    source: people.map(\.reviewer).sorted().joined(separator: ", ")
                )
            }
        }.sorted { ($1.score, $0.label) < ($0.score, $1.label) }
    }

    /// What a further answer makes of the label: the class that is settled by it; nil where none is.
    static func settled(by answer: StoredOpinion, in store: DatasetStore) throws -> String? {
        if answer.purpose == .adjudication { return answer.label }
        let policy = try store.reviewPolicy()
        let others = try store.opinions(of: answer.sample).filter {
            $0.reviewer != answer.reviewer
        }
        let all = others + [answer]
        // How right each is needs to be known only where the answers are enough.
        guard all.count >= policy.overlap else { return nil }
        var opinions = Dictionary(grouping: try store.opinions(), by: \.sample)
        opinions[answer.sample] = all
        let consensus = ConsensusOfOpinions(
            opinions,
            classes: try store.schema().schema.categories.map(\.name),
            known: try store.honeypots()
        )
        guard let best = consensus.answer(all), best.probability >= policy.certainty
        else { return nil }
        return best.label
    }
}
