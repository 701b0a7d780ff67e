import CurationCore
import Quality
import Testing

@Suite struct ReviewerConsensusTests {
    private typealias Vote = ReviewerConsensus.Vote

    /// Votes of people who are right as often as `skills` say, on things whose answers are known to us.
    private func votes(
        _ skills: [Double],
        items: Int,
        classes: Int,
        seed: UInt64
    ) -> (votes: [Vote], truth: [Int]) {
        var random = SeededGenerator(seed: seed)
        let truth = (0..<items).map { _ in Int(random.unit() * Double(classes)) }
        let votes = truth.enumerated().flatMap { item, right in
            skills.enumerated().map { reviewer, skill in
                let wrong = (right + 1 + Int(random.unit() * Double(classes - 1))) % classes
                let answer = random.unit() < skill ? right : wrong
                return Vote(item: item, reviewer: reviewer, answer: answer)
            }
        }
        return (votes, truth)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `how often each is right is found without knowing the answers`(seed: UInt64) throws {
        let skills = [0.97, 0.85, 0.6]
        let (votes, _) = votes(skills, items: 3000, classes: 5, seed: seed)
        let consensus = ReviewerConsensus(votes: votes, reviewers: 3, classes: 5)
        for (found, skill) in zip(consensus.accuracies, skills) {
            #expect(abs(found - skill) < 0.05, "\(found) for \(skill)")
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the weighted answer beats the majority, and its probability is honest`(
        seed: UInt64
    ) throws {
        // Two careless people outvote the careful one; their weight tells.
        let (votes, truth) = votes([0.97, 0.55, 0.55], items: 3000, classes: 4, seed: seed)
        let consensus = ReviewerConsensus(votes: votes, reviewers: 3, classes: 4)
        var right = 0
        var promised = 0.0
        var majority = 0
        for (item, answers) in Dictionary(grouping: votes, by: \.item) {
            let best = try #require(consensus.answer(to: answers))
            right += best.answer == truth[item] ? 1 : 0
            promised += best.probability
            let counts = Dictionary(grouping: answers, by: \.answer).mapValues(\.count)
            let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
            majority += most?.key == truth[item] ? 1 : 0
        }
        #expect(right > majority)
        #expect(abs(Double(right) - promised) < 0.03 * Double(truth.count))
    }

    @Test func `known answers tell even of people who never saw the same thing`() {
        let first = (0..<50).map { Vote(item: $0, reviewer: 0, answer: 1) }
        let second = (50..<100).map { Vote(item: $0, reviewer: 1, answer: 1) }
        let known = Dictionary(uniqueKeysWithValues: (0..<100).map { ($0, $0 < 50 ? 1 : 0) })
        let consensus = ReviewerConsensus(
            votes: first + second,
            reviewers: 2,
            classes: 3,
            known: known
        )
        #expect(consensus.accuracies[0] > 0.97)
        #expect(consensus.accuracies[1] < 0.1)
    }

    @Test func `two who disagree settle nothing, a third one does`() throws {
        let two = [Vote(item: 0, reviewer: 0, answer: 0), Vote(item: 0, reviewer: 1, answer: 1)]
        let three = two + [Vote(item: 0, reviewer: 2, answer: 1)]
        let consensus = ReviewerConsensus(votes: three, reviewers: 3, classes: 10)
        #expect(try #require(consensus.answer(to: two)).probability < 0.8)
        let settled = try #require(consensus.answer(to: three))
        #expect(settled.answer == 1)
        #expect(settled.probability > 0.8)
        #expect(consensus.answer(to: []) == nil)
    }

    @Test func `one vote is as sure as the prior says`() throws {
        let votes = [Vote(item: 0, reviewer: 0, answer: 2)]
        let consensus = ReviewerConsensus(votes: votes, reviewers: 1, classes: 4)
        let best = try #require(consensus.answer(to: votes))
        #expect(best.answer == 2)
        #expect(abs(best.probability - 0.8) < 1e-9)
    }
}
