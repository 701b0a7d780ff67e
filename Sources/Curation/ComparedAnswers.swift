import CurationCore
import Quality
import Storage

/// What several people said of pictures, compared with one another and with the labels.
protocol ComparedAnswers {
    /// Who answered which picture, and what each answer was for.
    var answers: [Sample.ID: [GivenAnswer]] { get }

    /// Whether a picture has what answers are compared with: somebody decided it.
    func isDecided(_ sample: Sample.ID) -> Bool

    /// Whether the answers to a picture are as sure as `certainty`, and say what its label says.
    func isSettled(_ sample: Sample.ID, certainty: Double) -> Bool

    /// What was proposed to the first person, without anything that person said.
    func firstProposals(of sample: Sample.ID) throws -> [ReviewItem.Proposal]

    /// What an adjudicator sees: every answer, with the weight of those who gave it.
    func sides(of sample: Sample.ID, certainty: Double) -> [ReviewItem.Proposal]
}

/// That somebody answered a picture.
struct GivenAnswer {
    /// Who.
    let reviewer: String
    /// What the answer was for.
    let purpose: ReviewPurpose
}

/// What several people said of the classes of pictures.
struct ComparedClasses: ComparedAnswers {
    let answers: [Sample.ID: [GivenAnswer]]
    private let store: DatasetStore
    private let opinions: [Sample.ID: [StoredOpinion]]
    private let consensus: ConsensusOfOpinions

    /// Reads what people said; nothing unless `isOn`.
    init(store: DatasetStore, known: [Sample.ID: String], isOn: Bool) throws {
        self.store = store
        opinions = Dictionary(grouping: isOn ? try store.opinions() : [], by: \.sample)
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

/// What several people said of the things in pictures.
struct ComparedObjects: ComparedAnswers {
    let answers: [Sample.ID: [GivenAnswer]]
    private let store: DatasetStore
    private let finished: Set<Sample.ID>
    private let labels: [Sample.ID: [Label]]
    private let consensus: ConsensusOfObjects

    /// Reads what people said; nothing unless `isOn`.
    init(store: DatasetStore, isOn: Bool) throws {
        self.store = store
        let opinions = Dictionary(grouping: isOn ? try store.objectOpinions() : [], by: \.sample)
        answers = opinions.mapValues { all in
            all.map { GivenAnswer(reviewer: $0.reviewer, purpose: $0.purpose) }
        }
        finished = isOn ? try store.finishedSamples() : []
        let accepted = isOn ? try store.reviewedAnnotations().filter { $0.state == .accepted } : []
        labels = Dictionary(grouping: accepted, by: \.sample).mapValues { $0.map(\.label) }
        consensus = ConsensusOfObjects(opinions)
    }

    func isDecided(_ sample: Sample.ID) -> Bool { finished.contains(sample) }

    // The edges move a little by what is known of the reviewers since: the same things are meant.
    func isSettled(_ sample: Sample.ID, certainty: Double) -> Bool {
        guard let things = consensus.settled(sample, certainty: certainty) else { return false }
        return MatchedObjects.agreement(of: things, and: labels[sample] ?? []) == 1
    }

    func firstProposals(of sample: Sample.ID) throws -> [ReviewItem.Proposal] {
        try store.firstObjectProposals(of: sample, accepted: ObjectReview.accepted)
    }

    /// What is in dispute comes first, then what is sure to be there; what is sure not to be is left out.
    func sides(of sample: Sample.ID, certainty: Double) -> [ReviewItem.Proposal] {
        let things = consensus.things(in: sample).filter { 1 - $0.probability < certainty }
        let open = things.filter { $0.probability < certainty }
        return (open + things.filter { $0.probability >= certainty }).map { thing in
            ReviewItem.Proposal(
                label: thing.label.category,
                score: thing.probability,
                source: thing.reviewers.joined(separator: ", "),
                annotation: thing.label
            )
        }
    }

    /// What a further answer makes of the labels: the things that are settled by it; nil where that is none
    /// or not known.
    static func settled(by answer: StoredObjectOpinion, in store: DatasetStore) throws -> [Label]? {
        let policy = try store.reviewPolicy()
        var opinions = Dictionary(grouping: try store.objectOpinions(), by: \.sample)
        let others = (opinions[answer.sample] ?? []).filter { $0.reviewer != answer.reviewer }
        guard others.count + 1 >= policy.overlap else { return nil }
        opinions[answer.sample] = others + [answer]
        return ConsensusOfObjects(opinions).settled(answer.sample, certainty: policy.certainty)
    }
}
