import CurationCore
import Learning
import Testing

@Suite struct NeighborVoteTests {
    private let graph = NeighborGraph(
        k: 2,
        neighbors: [
            Neighbor(row: 1, similarity: 0.9), Neighbor(row: 2, similarity: 0.5),
            Neighbor(row: 0, similarity: 0.9), Neighbor(row: 2, similarity: 0.6),
            Neighbor(row: 1, similarity: 0.6), Neighbor(row: 0, similarity: 0.5),
        ]
    )

    @Test func `the nearest neighbour with a label counts most`() {
        let found = NeighborVote.probabilities(
            graph: graph,
            labels: [nil, 0, 1],
            refuted: [[], [], []],
            classCount: 2
        )
        #expect(found[0] > 0.7)
        #expect(abs(found[0] + found[1] - 1) < 1e-6)
    }

    @Test func `a refuted label is not voted for`() {
        let found = NeighborVote.probabilities(
            graph: graph,
            labels: [nil, 0, 1],
            refuted: [[0], [], []],
            classCount: 2
        )
        #expect(found[0] == 0)
        #expect(abs(found[1] - 1) < 1e-6)
    }

    @Test func `without labelled neighbours nothing is proposed`() {
        let found = NeighborVote.probabilities(
            graph: graph,
            labels: [0, nil, nil],
            refuted: [[], [], []],
            classCount: 1
        )
        #expect(found[0] == 0)
        #expect(found[1] == 1)
    }
}
