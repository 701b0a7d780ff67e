import CurationCore
import Quality
import Storage

/// What people said of the things in pictures, and what it makes of them; it is kept between plans, for what
/// was read and matched once need not be again.
struct ObjectAnswers: Sendable {
    /// What was said, by picture.
    let opinions: [Sample.ID: [StoredObjectOpinion]]
    /// What it makes of the pictures.
    let consensus: ConsensusOfObjects
    private let stored: ObjectOpinions

    /// Reads what people said, but for what is known from `earlier`.
    init(in store: DatasetStore, startingFrom earlier: ObjectAnswers? = nil) throws {
        stored = try store.objectOpinions(startingFrom: earlier?.stored)
        opinions = Dictionary(grouping: stored.all, by: \.sample)
        consensus = ConsensusOfObjects(
            opinions,
            startingFrom: earlier?.stored.names == stored.names ? earlier?.consensus : nil
        )
    }

    /// What a further answer makes of the labels: the things that are settled by it; nil where that is not
    /// known.
    func settled(by answer: StoredObjectOpinion, _ policy: ReviewPolicy) -> [Label]? {
        let others = (opinions[answer.sample] ?? []).filter { $0.reviewer != answer.reviewer }
        guard others.count + 1 >= policy.overlap else { return nil }
        var opinions = opinions
        opinions[answer.sample] = others + [answer]
        return ConsensusOfObjects(opinions, startingFrom: consensus)
            .settled(answer.sample, certainty: policy.certainty)
    }
}

/// What several people said of the things in pictures.
struct ComparedObjects: ComparedAnswers {
    let answers: [Sample.ID: [GivenAnswer]]
    private let store: DatasetStore
    private let finished: Set<Sample.ID>
    private let labels: [Sample.ID: [Label]]
    private let consensus: ConsensusOfObjects

    /// Compares what people said with the labels of now.
    init(_ given: ObjectAnswers, in store: DatasetStore) throws {
        self.store = store
        answers = given.opinions.mapValues { all in
            all.map { GivenAnswer(reviewer: $0.reviewer, purpose: $0.purpose) }
        }
        consensus = given.consensus
        finished = try store.finishedSamples()
        let accepted = try store.reviewedAnnotations().filter {
            $0.state == .accepted && $0.label.boundingBox != nil
        }
        labels = Dictionary(grouping: accepted, by: \.sample).mapValues { $0.map(\.label) }
    }

    func isDecided(_ sample: Sample.ID) -> Bool { finished.contains(sample) }

    // The edges move a little by what is known of the reviewers since: the same things are meant.
    func isSettled(_ sample: Sample.ID, certainty: Double) -> Bool {
        guard let things = consensus.settled(sample, certainty: certainty) else { return false }
        return MatchedObjects.areSame(things, labels[sample] ?? [])
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
}
