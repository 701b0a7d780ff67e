import CurationCore
import Learning
import Testing

/// The ways beside the linear head to say what class a row is of.
@Suite struct ClassMethodTests {
    private let none: [Set<Int>] = [[], [], [], [], []]

    /// A chain of five rows: each is near the next one, and the last is apart.
    private let chain: NeighborGraph = {
        func pair(_ first: Int, _ second: Int, _ likeness: Float) -> [Neighbor] {
            [
                Neighbor(row: first, similarity: likeness),
                Neighbor(row: second, similarity: likeness - 0.05),
            ]
        }
        return NeighborGraph(
            k: 2,
            neighbors: pair(1, 2, 0.95) + pair(0, 2, 0.95) + pair(1, 3, 0.95) + pair(2, 1, 0.95)
                + pair(3, 2, 0.2)
        )
    }()

    @Test func `labels spread to the neighbours of neighbours`() {
        let found = LabelPropagation.probabilities(
            graph: chain,
            labels: [0, nil, nil, nil, nil],
            refuted: none,
            classCount: 2
        )
        for row in 0..<4 { #expect(found[row * 2] == 1 && found[row * 2 + 1] == 0) }
        let both = LabelPropagation.probabilities(
            graph: chain,
            labels: [0, nil, nil, 1, nil],
            refuted: [[], [], [0], [], []],
            classCount: 2
        )
        #expect(both[2] > 0.5 && both[4] == 0 && both[5] == 1)
        #expect(both[0] > 0.5 && both[7] > 0.5)
    }

    @Test func `where no label reaches nothing is proposed`() {
        let apart = NeighborGraph(
            k: 1,
            neighbors: [(1, 0.9), (0, 0.9), (3, 0.9), (2, 0.9), (3, 0.9)].map {
                Neighbor(row: $0.0, similarity: $0.1)
            }
        )
        let found = LabelPropagation.probabilities(
            graph: apart,
            labels: [1, nil, nil, nil, nil],
            refuted: none,
            classCount: 2
        )
        #expect(Array(found[2..<4]) == [0, 1] && found[4...].allSatisfy { $0 == 0 })
        let empty = LabelPropagation.probabilities(
            graph: NeighborGraph(k: 0, neighbors: []),
            labels: [0, nil],
            refuted: [[], []],
            classCount: 1
        )
        #expect(empty == [0, 0])
    }

    @Test(arguments: 0..<UInt64(4))
    func `one label a class is enough for prototypes of classes that lie apart`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (classes, width) = (4, 12)
        let centers = (0..<classes).map { _ in (0..<width).map { _ in Float(random.unit() - 0.5) } }
        let truth = (0..<80).map { $0 % classes }
        let values = truth.flatMap { label in
            centers[label].map { $0 + Float(random.unit() - 0.5) * 0.3 }
        }
        let features = Matrix(rows: truth.count, columns: width, values: values)
        let found = ClassPrototypes.probabilities(
            features: features,
            labels: truth.enumerated().map { $0.offset < classes - 1 ? $0.element : nil },
            refuted: Array(repeating: [], count: truth.count),
            classCount: classes
        )
        var right = 0
        for (row, label) in truth.enumerated() {
            let line = Array(found[row * classes..<(row + 1) * classes])
            #expect(abs(line.reduce(0, +) - 1) < 1e-5)
            // Of a class without a label nothing is known.
            #expect(line[classes - 1] == 0)
            if label < classes - 1, line.firstIndex(of: line.max() ?? 0) == label { right += 1 }
        }
        #expect(right >= 55)
    }

    @Test func `the model that makes labels likelier counts more`() {
        let labels = (0..<60).map { $0 % 2 }
        let good = labels.flatMap { label -> [Float] in label == 0 ? [0.9, 0.1] : [0.1, 0.9] }
        let bad = [Float](repeating: 0.5, count: 120)
        let mixture = MixtureWeights(
            probabilities: [good, bad],
            labels: labels,
            classCount: 2
        )
        #expect(mixture.weights[0] > 0.9 && abs(mixture.weights.reduce(0, +) - 1) < 1e-9)
        // A row of which a model says nothing is left to the other.
        let mixed = mixture.mix([[0, 0, 0.9, 0.1], [0.3, 0.7, 0.5, 0.5]], classCount: 2)
        #expect(mixed[0] == 0.3 && mixed[1] == 0.7 && mixed[2] > 0.85)
        let even = MixtureWeights(probabilities: [good, bad], labels: [], classCount: 2)
        #expect(even.weights == [0.5, 0.5])
    }

    @Test func `balanced classes count alike, whatever the number of their labels`() {
        var random = SeededGenerator(seed: 1)
        let labels = [Int](repeating: 0, count: 95) + [1, 1, 1, 1, 1]
        let values = labels.flatMap { label in
            [Float(label) * 0.8 + Float(random.unit() - 0.5) * 2]
        }
        let features = Matrix(rows: 100, columns: 1, values: values)
        func found(isBalanced: Bool) -> [Float] {
            ProposalModel(
                fitting: [features],
                labels: labels,
                refuted: Array(repeating: [], count: 100),
                classCount: 2,
                isBalanced: isBalanced
            ).probabilities([features], refuted: Array(repeating: [], count: 100))
        }
        func rare(_ found: [Float]) -> Int { (95..<100).count { found[$0 * 2 + 1] > 0.5 } }
        #expect(rare(found(isBalanced: true)) > rare(found(isBalanced: false)))
        let examples = HeadExamples(
            features: features,
            labels: labels,
            refuted: Array(repeating: [], count: 100),
            classCount: 3
        ).balanced()
        let weights = examples.classWeights ?? []
        #expect(abs(weights[0] * 95 - weights[1] * 5) < 1e-3 && weights[2] == 1)
    }

    @Test func `rows of which the heads name different classes are disputed`() {
        let first = Matrix(rows: 4, columns: 1, values: [-1, 1, 1, -1])
        let second = Matrix(rows: 4, columns: 1, values: [-1, 1, -1, 1])
        let model = ProposalModel(
            fitting: [first, second],
            labels: [0, 1, nil, nil],
            refuted: [[], [], [], []],
            classCount: 2
        )
        let found = model.proposals([first, second], refuted: [[], [], [], [0]], reviewerError: 0)
        #expect(found.disputed == [2])
        let alone = model.probabilities([first, second], refuted: [[], [], [], [0]])
        #expect(found.probabilities == alone)
    }
}
