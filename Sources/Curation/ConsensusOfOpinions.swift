import CurationCore
import Quality
import Storage

/// The answers of people to pictures, weighted by how often each of them is right.
struct ConsensusOfOpinions {
    /// The people, in the order of their names.
    let reviewers: [String]
    private let model: ReviewerConsensus
    private let answers: [String?]
    private let rank: [String: Int]
    private let answerRank: [String?: Int]

    /// Estimates how often each reviewer is right.
    ///
    /// `known`: The classes that are known, by picture.
    init(
        _ opinions: [Sample.ID: [StoredOpinion]],
        classes: [String],
        known: [Sample.ID: String]
    ) {
        let all = opinions.values.joined()
        reviewers = Set(all.map(\.reviewer)).sorted()
        // None of what was proposed is an answer, too.
        var answers: [String?] = classes + [nil]
        for label in Set(all.compactMap(\.label) + known.values).subtracting(classes).sorted() {
            answers.append(label)
        }
        self.answers = answers
        let rank = Dictionary(uniqueKeysWithValues: reviewers.enumerated().map { ($1, $0) })
        self.rank = rank
        let answerRank = Dictionary(
            answers.enumerated().map { ($1, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.answerRank = answerRank
        let samples = opinions.keys.sorted()
        let items = Dictionary(uniqueKeysWithValues: samples.enumerated().map { ($1, $0) })
        model = ReviewerConsensus(
            votes: samples.flatMap { sample in
                Self.votes(opinions[sample] ?? [], item: items[sample] ?? 0, rank, answerRank)
            },
            reviewers: reviewers.count,
            classes: answers.count,
            known: Dictionary(
                uniqueKeysWithValues: known.compactMap { sample, label in
                    items[sample].flatMap { item in answerRank[label].map { (item, $0) } }
                }
            )
        )
    }

    /// How often a reviewer is right, as estimated; nil for one who answered nothing.
    func accuracy(of reviewer: String) -> Double? { rank[reviewer].map { model.accuracies[$0] } }

    /// The likeliest of answers that were counted, and its probability; the class is nil where it is none of
    /// those proposed.
    func answer(_ opinions: [StoredOpinion]) -> (label: String?, probability: Double)? {
        model.answer(to: votes(opinions)).map { (answers[$0.answer], $0.probability) }
    }

    /// The probability of one of the answers that were given.
    func probability(of label: String, among opinions: [StoredOpinion]) -> Double {
        answerRank[label].map { model.probability(of: $0, among: votes(opinions)) } ?? 0
    }

    private func votes(_ opinions: [StoredOpinion]) -> [ReviewerConsensus.Vote] {
        Self.votes(opinions, item: 0, rank, answerRank)
    }

    private static func votes(
        _ opinions: [StoredOpinion],
        item: Int,
        _ rank: [String: Int],
        _ answerRank: [String?: Int]
    ) -> [ReviewerConsensus.Vote] {
        opinions.compactMap { opinion in
            guard let reviewer = rank[opinion.reviewer], let answer = answerRank[opinion.label]
            else { return nil }
            return ReviewerConsensus.Vote(item: item, reviewer: reviewer, answer: answer)
        }
    }
}
