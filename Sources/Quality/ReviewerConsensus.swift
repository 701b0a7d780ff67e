import Foundation

/// What several people said of the same things, made into one answer each.
///
/// The one-coin model of Dawid and Skene (1979): a reviewer is right with a probability of their own,
/// and errs evenly among the other classes. The probabilities and the answers are found in turns by
/// expectation maximisation, with a prior of four right answers and one wrong one for each reviewer, so
/// that nobody is taken for infallible, or for a fool, after few looks.
package struct ReviewerConsensus: Sendable {
    /// What one person said of one thing.
    package struct Vote: Sendable, Hashable {
        /// The thing, from 0.
        package let item: Int
        /// The person, from 0.
        package let reviewer: Int
        /// The class, from 0.
        package let answer: Int

        /// Describes what one person said of one thing.
        package init(item: Int, reviewer: Int, answer: Int) {
            self.item = item
            self.reviewer = reviewer
            self.answer = answer
        }
    }

    /// Things of which the same people said the same.
    package struct Tally: Sendable, Hashable {
        fileprivate let votes: [Vote]
        fileprivate let known: Int?

        /// Says what people said; the right answer is `known`, or nil.
        package init(_ votes: [Vote], known: Int? = nil) {
            self.votes = votes.sorted { ($0.reviewer, $0.answer) < ($1.reviewer, $1.answer) }
                .map { Vote(item: 0, reviewer: $0.reviewer, answer: $0.answer) }
            self.known = known
        }
    }

    private static let priorRight = 4.0
    private static let priorWrong = 1.0
    private static let mostRounds = 100

    /// How often each reviewer is right, as estimated; 0 to 1.
    package let accuracies: [Double]
    private let classes: Int

    /// Estimates how often each reviewer is right.
    ///
    /// - Parameters:
    ///   - votes: What was said; of things that only one person saw, too.
    ///   - reviewers: How many people there are.
    ///   - classes: How many answers there are; 2 or more.
    ///   - known: The right answers that are known, by thing.
    package init(votes: [Vote], reviewers: Int, classes: Int, known: [Int: Int] = [:]) {
        let items = Dictionary(grouping: votes, by: \.item).sorted { $0.key < $1.key }
        self.init(
            items.map { (Tally($0.value, known: known[$0.key]), 1) },
            reviewers: reviewers,
            classes: classes
        )
    }

    /// Estimates how often each reviewer is right.
    ///
    /// - Parameters:
    ///   - tallies: What was said, each with the number of things that it was said of.
    ///   - reviewers: How many people there are.
    ///   - classes: How many answers there are; 2 or more.
    package init(_ tallies: [(tally: Tally, count: Int)], reviewers: Int, classes: Int) {
        self.classes = max(2, classes)
        let telling = Self.joined(tallies)
        var accuracies = [Double](
            repeating: Self.priorRight / (Self.priorRight + Self.priorWrong),
            count: reviewers
        )
        for _ in 0..<Self.mostRounds {
            var right = [Double](repeating: Self.priorRight, count: reviewers)
            var looks = [Double](repeating: Self.priorRight + Self.priorWrong, count: reviewers)
            for (tally, count) in telling {
                let belief = Self.belief(tally.votes, accuracies, classes: self.classes)
                for vote in tally.votes {
                    looks[vote.reviewer] += count
                    let isKnown = tally.known.map { $0 == vote.answer ? 1.0 : 0.0 }
                    right[vote.reviewer] += count * (isKnown ?? belief[vote.answer] ?? 0)
                }
            }
            let next = zip(right, looks).map { $0 / $1 }
            let change = zip(next, accuracies).map { abs($0 - $1) }.max() ?? 0
            accuracies = next
            if change < 1e-9 { break }
        }
        self.accuracies = accuracies
    }

    /// What tells how often people are right, in the order of its first things: there is little of it, however
    /// many things there are.
    private static func joined(
        _ tallies: [(tally: Tally, count: Int)]
    ) -> [(tally: Tally, count: Double)] {
        var places: [Tally: Int] = [:]
        var joined: [(tally: Tally, count: Double)] = []
        // What one person alone said tells nothing of how often they are right.
        for (tally, count) in tallies where tally.votes.count > 1 || tally.known != nil {
            if let place = places[tally] {
                joined[place].count += Double(count)
            } else {
                places[tally] = joined.count
                joined.append((tally, Double(count)))
            }
        }
        return joined
    }

    /// The probability of an answer that was given to one thing, 0 to 1.
    package func probability(of answer: Int, among votes: [Vote]) -> Double {
        Self.belief(votes, accuracies, classes: classes)[answer] ?? 0
    }

    /// The likeliest answer to one thing, and its probability; nil without votes.
    package func answer(to votes: [Vote]) -> (answer: Int, probability: Double)? {
        Self.belief(votes, accuracies, classes: classes)
            .max { ($0.value, $1.key) < ($1.value, $0.key) }
            .map { ($0.key, $0.value) }
    }

    /// The probability of every answer that was given; the rest is of those that nobody gave.
    private static func belief(
        _ votes: [Vote],
        _ accuracies: [Double],
        classes: Int
    ) -> [Int: Double] {
        let given = Set(votes.map(\.answer))
        func logLikelihood(_ answer: Int?) -> Double {
            votes.reduce(0) { sum, vote in
                let right = min(max(accuracies[vote.reviewer], 1e-6), 1 - 1e-6)
                return sum
                    + log(vote.answer == answer ? right : (1 - right) / Double(classes - 1))
            }
        }
        var logs = given.map { ($0, logLikelihood($0)) }
        let others = classes - given.count
        let rest = logLikelihood(nil) + (others > 0 ? log(Double(others)) : -.infinity)
        let highest = max(logs.map(\.1).max() ?? 0, rest)
        let sum = logs.reduce(exp(rest - highest)) { $0 + exp($1.1 - highest) }
        logs.sort { $0.0 < $1.0 }
        return Dictionary(uniqueKeysWithValues: logs.map { ($0, exp($1 - highest) / sum) })
    }
}
