import Learning
import Testing

@Suite struct LabelingVoteTests {
    private let none = [Set<Int>](repeating: [], count: 6)

    @Test func `a function that is right more often outvotes one that is not`() {
        // Rows 0 to 3 are decided; on row 4 the two contradict each other, on row 5 nobody votes.
        let vote = LabelingVote(
            votes: [
                [true, true, true, true, true, false], [true, true, true, true, true, false],
            ],
            classes: [0, 1],
            known: [0, 0, 0, 1, nil, nil],
            refuted: none,
            classCount: 2
        )
        #expect(vote.records.map(\.covered) == [5, 5])
        #expect(vote.records.map(\.conflicts) == [5, 5])
        #expect(vote.records.map(\.checked) == [4, 4])
        #expect(vote.records.map(\.right) == [3, 1])
        // (2.1 + 3) / 7 against (2.1 + 1) / 7: odds of 5.1 / 1.9 times 3.9 / 3.1.
        let odds = (5.1 / 1.9) / (3.1 / 3.9)
        #expect(abs(Double(vote.probabilities[8]) - odds / (1 + odds)) < 1e-4)
        #expect(Array(vote.probabilities[10..<12]) == [0, 0])
    }

    @Test func `several that agree are surer than one, and a refuted class has nothing`() {
        let vote = LabelingVote(
            votes: [
                [true, true, false, false, false, false],
                [true, false, false, false, false, false],
                [false, false, true, false, false, false],
            ],
            classes: [2, 2, 1],
            known: [nil, nil, nil, nil, nil, nil],
            refuted: [[], [], [1], [], [], []],
            classCount: 3
        )
        #expect(vote.probabilities[2] > vote.probabilities[5])
        // One function of accuracy 0.7 among three classes gives 0.7.
        #expect(abs(vote.probabilities[5] - 0.7) < 1e-4)
        #expect(vote.probabilities[7] == 0)
        #expect(vote.records.allSatisfy { $0.conflicts == 0 && abs($0.accuracy - 0.7) < 1e-9 })
    }
}
