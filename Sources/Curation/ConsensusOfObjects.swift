import CurationCore
import Quality
import Storage

/// The things that people marked in pictures, weighted by how often each of them is right.
///
/// Each thing that somebody marked is a question to all who answered the picture: is it there, or not? So
/// how right people are, and how likely a thing is, come from the same model as for classes.
struct ConsensusOfObjects {
    /// A thing that somebody marked.
    struct Thing {
        /// It, as all who marked it see it.
        let label: Label
        /// How likely it is there, 0 to 1.
        let probability: Double
        /// Who marked it, in the order of their names.
        let reviewers: [String]
    }

    private struct Picture {
        let reviewers: [Int]
        let groups: [MatchedObjects.Group]

        /// What each person says of each thing, numbered from `item` on; where nobody marked any, all agree
        /// that none is there.
        func votes(from item: Int = 0) -> [[ReviewerConsensus.Vote]] {
            let marked = groups.map { Set($0.members.map(\.reviewer)) }
            return (marked.isEmpty ? [[]] : marked).enumerated().map { offset, marked in
                reviewers.indices.map { place in
                    ReviewerConsensus.Vote(
                        item: item + offset,
                        reviewer: reviewers[place],
                        answer: marked.contains(place) ? ConsensusOfObjects.isThere : 0
                    )
                }
            }
        }
    }

    private static let isThere = 1

    /// The people, in the order of their names.
    let reviewers: [String]
    private let pictures: [Sample.ID: Picture]
    private let model: ReviewerConsensus

    /// Estimates how often each reviewer is right.
    init(_ opinions: [Sample.ID: [StoredObjectOpinion]]) {
        let names = Set(opinions.values.joined().map(\.reviewer)).sorted()
        let rank = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var pictures: [Sample.ID: Picture] = [:]
        var votes: [ReviewerConsensus.Vote] = []
        var item = 0
        // What one person alone marked tells nothing of how right they are.
        for (sample, all) in opinions.sorted(by: { $0.key < $1.key }) where all.count > 1 {
            let answers = all.sorted { $0.reviewer < $1.reviewer }
            let picture = Picture(
                reviewers: answers.compactMap { rank[$0.reviewer] },
                groups: MatchedObjects(answers.map(\.things)).groups
            )
            pictures[sample] = picture
            for own in picture.votes(from: item) {
                votes += own
                item += 1
            }
        }
        reviewers = names
        self.pictures = pictures
        model = ReviewerConsensus(votes: votes, reviewers: names.count, classes: 2)
    }

    /// How often a reviewer is right about a thing, as estimated; nil for one who answered nothing.
    func accuracy(of reviewer: String) -> Double? {
        reviewers.firstIndex(of: reviewer).map { model.accuracies[$0] }
    }

    /// The things that somebody marked in a picture that several people answered, by class and place.
    func things(in sample: Sample.ID) -> [Thing] {
        guard let picture = pictures[sample] else { return [] }
        let weights = picture.reviewers.map { model.accuracies[$0] }
        return zip(picture.groups, picture.votes()).map { group, votes in
            Thing(
                label: group.label(weights: weights),
                probability: model.probability(of: Self.isThere, among: votes),
                reviewers: group.members.map { reviewers[picture.reviewers[$0.reviewer]] }.sorted()
            )
        }
    }

    /// What a picture shows by the answers of several people; nil where it is not sure of each thing whether
    /// it is there, or only one person answered.
    ///
    /// `certainty`: From which probability on it is sure.
    func settled(_ sample: Sample.ID, certainty: Double) -> [Label]? {
        guard pictures[sample] != nil else { return nil }
        let things = things(in: sample)
        guard things.allSatisfy({ max($0.probability, 1 - $0.probability) >= certainty })
        else { return nil }
        return things.filter { $0.probability > 0.5 }.map(\.label)
    }
}
