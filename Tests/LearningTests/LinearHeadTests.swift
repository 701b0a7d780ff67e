import CurationCore
import Learning
import Testing

@Suite struct LinearHeadTests {
    @Test(arguments: 0..<UInt64(6))
    func `the slope agrees with finite differences`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let features = randomMatrix(9, 5, &generator)
        let targets: [HeadExamples.Target] = (0..<9).map {
            $0 % 3 == 0 ? .refuted($0 == 6 ? [0, 2] : [1]) : .label($0 % 4)
        }
        let objective = HeadObjective(
            HeadExamples(classCount: 4, features: features, targets: targets)
        )
        let point = (0..<24).map { _ in Float(generator.unit() * 2 - 1) }
        let slope = objective.evaluate(point).gradient
        let step: Float = 1e-2
        for index in point.indices {
            var (above, below) = (point, point)
            above[index] += step
            below[index] -= step
            let rise = objective.evaluate(above).value - objective.evaluate(below).value
            #expect(abs(rise / Double(2 * step) - Double(slope[index])) < 2e-3)
        }
    }

    @Test func `classes that lie apart are told apart`() {
        let (features, labels) = blobs(count: 120, classes: 4, seed: 2)
        let model = ProposalModel(
            fitting: [features],
            labels: labels.enumerated().map { $0.offset < 60 ? $0.element : nil },
            refuted: Array(repeating: [], count: 120),
            classCount: 4
        )
        let found = model.probabilities([features], refuted: Array(repeating: [], count: 120))
        for row in 60..<120 {
            let line = Array(found[row * 4..<row * 4 + 4])
            #expect(line[labels[row]] == line.max())
            #expect(abs(line.reduce(0, +) - 1) < 1e-5)
        }
    }

    @Test func `a refusal that does not fit what looks alike is doubted, one that fits is not`() {
        let (features, labels) = blobs(count: 120, classes: 4, seed: 2)
        var known: [Int?] = labels
        var refuted = [Set<Int>](repeating: [], count: 120)
        let (slip, hint) = (50, 51)
        known[slip] = nil
        refuted[slip] = [labels[slip]]
        known[hint] = nil
        refuted[hint] = [(labels[hint] + 1) % 4]
        let model = ProposalModel(
            fitting: [features],
            labels: known,
            refuted: refuted,
            classCount: 4
        )
        let found = model.proposals([features], refuted: refuted, reviewerError: 0.02).probabilities
        let left = { (row: Int) in found[row * 4..<row * 4 + 4].reduce(0, +) }
        #expect(found[slip * 4 + labels[slip]] == 0)
        #expect(left(slip) < 0.7)
        #expect(left(hint) > 0.99)
        // Who never errs is believed.
        let believed = model.proposals([features], refuted: refuted, reviewerError: 0)
        #expect(abs(believed.probabilities[slip * 4..<slip * 4 + 4].reduce(0, +) - 1) < 1e-4)
    }

    @Test func `a wrong label has no probability by heads that were not told of it`() {
        let (features, labels) = blobs(count: 120, classes: 4, seed: 2)
        var known: [Int?] = labels
        known[50] = (labels[50] + 1) % 4
        let none = [Set<Int>](repeating: [], count: 120)
        let model = ProposalModel(
            fitting: [features],
            labels: known,
            refuted: none,
            classCount: 4,
            isThorough: true
        )
        let found = model.proposals([features], refuted: none, reviewerError: 0.02).probabilities
        let line = Array(found[50 * 4..<51 * 4])
        #expect(line[labels[50]] == line.max())
        #expect(line[(labels[50] + 1) % 4] < 0.02)
    }

    @Test func `a refuted class has no probability, and its look-alikes less`() {
        let (features, labels) = blobs(count: 90, classes: 3, seed: 4)
        let known = labels.enumerated().map { $0.offset < 12 ? $0.element : nil }
        var refuted = [Set<Int>](repeating: [], count: 90)
        let before = ProposalModel(
            fitting: [features],
            labels: known,
            refuted: refuted,
            classCount: 3
        )
        for row in stride(from: 12, to: 60, by: 1) where labels[row] == 1 { refuted[row] = [1] }
        let after = ProposalModel(
            fitting: [features],
            labels: known,
            refuted: refuted,
            classCount: 3
        )
        let open = [Set<Int>](repeating: [], count: 90)
        let (old, new) = (
            before.probabilities([features], refuted: open),
            after.probabilities([features], refuted: open)
        )
        for row in 60..<90 where labels[row] == 1 { #expect(new[row * 3 + 1] < old[row * 3 + 1]) }
        let masked = after.probabilities([features], refuted: refuted)
        for row in 12..<60 where labels[row] == 1 { #expect(masked[row * 3 + 1] == 0) }
    }

    @Test func `a row without any class left has zeros and teaches nothing`() {
        let (features, labels) = blobs(count: 30, classes: 2, seed: 1)
        var refuted = [Set<Int>](repeating: [], count: 30)
        var known: [Int?] = labels
        known[7] = nil
        let before = ProposalModel(
            fitting: [features],
            labels: known,
            refuted: refuted,
            classCount: 2
        )
        refuted[7] = [0, 1]
        let after = ProposalModel(
            fitting: [features],
            labels: known,
            refuted: refuted,
            classCount: 2
        )
        #expect(before.heads == after.heads)
        let found = after.probabilities([features], refuted: refuted)
        #expect(found[14] == 0 && found[15] == 0)
    }

    @Test func `an earlier head of fewer classes leads to the same place`() {
        let (features, labels) = blobs(count: 90, classes: 3, seed: 9)
        let two = labels.indices.filter { labels[$0] < 2 }
        let small = LinearHead(
            fitting: HeadExamples(
                classCount: 2,
                features: features.selecting(two),
                targets: two.map { .label(labels[$0]) }
            )
        )
        let all = HeadExamples(
            classCount: 3,
            features: features,
            targets: labels.map { .label($0) }
        )
        let objective = HeadObjective(all)
        let cold = LinearHead(fitting: all, iterations: 200)
        let warm = LinearHead(fitting: all, startingFrom: small, iterations: 200)
        let difference =
            objective.evaluate(cold.parameters).value - objective.evaluate(warm.parameters).value
        #expect(abs(difference) < 1e-3)
    }

    @Test func `the digest names the weights`() {
        let head = LinearHead(classCount: 2, dimension: 1, parameters: [1, 2, 3, 4])
        let same = LinearHead(classCount: 2, dimension: 1, parameters: [1, 2, 3, 4])
        let other = LinearHead(classCount: 2, dimension: 1, parameters: [1, 2, 3, 4.5])
        #expect(head.digest == same.digest)
        #expect(head.digest != other.digest)
    }

    /// Rows around one centre a class, all far from each other.
    private func blobs(count: Int, classes: Int, seed: UInt64) -> (Matrix, [Int]) {
        var generator = SeededGenerator(seed: seed)
        let labels = (0..<count).map { $0 % classes }
        var values: [Float] = []
        for label in labels {
            for column in 0..<6 {
                values.append((column == label ? 2 : 0) + 0.2 * normal(&generator))
            }
        }
        return (Matrix(rows: count, columns: 6, values: values), labels)
    }
}
