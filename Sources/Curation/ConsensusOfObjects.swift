import CurationCore
import Quality
import Storage

/// The things that people marked in pictures, weighted by how often each of them is right.
///
/// Each thing that somebody marked is a question to all who answered the picture: is it there, or not? So
/// how right people are, and how likely a thing is, come from the same model as for classes.
struct ConsensusOfObjects: Sendable {
    /// A thing that somebody marked.
    struct Thing {
        /// It, as all who marked it see it.
        let label: Label
        /// How likely it is there, 0 to 1.
        let probability: Double
        /// Who marked it, in the order of their names.
        let reviewers: [String]
    }

    private struct Picture: Sendable {
        let reviews: [Int64?]
        let reviewers: [String]
        let groups: [MatchedObjects.Group]
        /// By thing, who marked it, by their places in `reviewers`; where nobody marked any, all agree that
        /// none is there.
        let marked: [[Int]]

        init(_ answers: [StoredObjectOpinion]) {
            reviews = answers.map(\.review)
            reviewers = answers.map(\.reviewer)
            groups = MatchedObjects(answers.map(\.things)).groups
            marked = groups.isEmpty ? [[]] : groups.map { $0.members.map(\.reviewer).sorted() }
        }

        /// What each person says of a thing.
        func votes(_ marked: [Int], _ rank: [String: Int]) -> [ReviewerConsensus.Vote] {
            reviewers.enumerated().map { place, name in
                ReviewerConsensus.Vote(
                    item: 0,
                    reviewer: rank[name] ?? 0,
                    answer: marked.contains(place) ? ConsensusOfObjects.isThere : 0
                )
            }
        }
    }

    private static let isThere = 1

    /// The people, in the order of their names.
    let reviewers: [String]
    private let rank: [String: Int]
    private let pictures: [Sample.ID: Picture]
    private let model: ReviewerConsensus

    /// Estimates how often each reviewer is right.
    ///
    /// `earlier`: What was worked out before, of labels by the same names.
    init(
        _ opinions: [Sample.ID: [StoredObjectOpinion]],
        startingFrom earlier: ConsensusOfObjects? = nil
    ) {
        let names = Set(opinions.values.joined().map(\.reviewer)).sorted()
        let rank = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var pictures: [Sample.ID: Picture] = [:]
        var tallies: [(tally: ReviewerConsensus.Tally, count: Int)] = []
        // What one person alone marked tells nothing of how right they are.
        for (sample, all) in opinions.sorted(by: { $0.key < $1.key }) where all.count > 1 {
            let answers = all.sorted { $0.reviewer < $1.reviewer }
            let known = earlier?.pictures[sample]
            let isKnown = known?.reviews == answers.map(\.review)
            let picture = isKnown ? known ?? Picture(answers) : Picture(answers)
            pictures[sample] = picture
            let counts = Dictionary(picture.marked.map { ($0, 1) }, uniquingKeysWith: +)
            // In an order, so that sums are rounded alike in every run.
            tallies += counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
                marked,
                count in
                (ReviewerConsensus.Tally(picture.votes(marked, rank)), count)
            }
        }
        reviewers = names
        self.rank = rank
        self.pictures = pictures
        model = ReviewerConsensus(tallies, reviewers: names.count, classes: 2)
    }

    /// How often a reviewer is right about a thing, as estimated; nil for one who answered nothing.
    func accuracy(of reviewer: String) -> Double? {
        reviewers.firstIndex(of: reviewer).map { model.accuracies[$0] }
    }

    /// The things that somebody marked in a picture that several people answered, by class and place.
    func things(in sample: Sample.ID) -> [Thing] {
        guard let picture = pictures[sample] else { return [] }
        let weights = picture.reviewers.map { rank[$0].map { model.accuracies[$0] } ?? 0 }
        var known: [[Int]: Double] = [:]
        return zip(picture.groups, picture.marked).map { group, marked in
            let probability =
                known[marked]
                ?? model.probability(of: Self.isThere, among: picture.votes(marked, rank))
            known[marked] = probability
            return Thing(
                label: group.label(weights: weights),
                probability: probability,
                reviewers: group.members.map { picture.reviewers[$0.reviewer] }.sorted()
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
