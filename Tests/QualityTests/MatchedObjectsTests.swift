import CurationCore
import Quality
import Testing

@Suite struct MatchedObjectsTests {
    private func box(
        _ x: Double,
        _ y: Double = 0,
        _ size: Double = 10,
        _ category: String = "cell"
    ) -> Label {
        .detection(
            category: category,
            box: BoundingBox(x: x, y: y, width: size, height: size)
        )
    }

    /// Boxes in which some overlap, of two classes.
    private func marks(_ count: Int, _ random: inout SeededGenerator) -> [Label] {
        (0..<count).map { _ in
            box(
                random.unit() * 60,
                random.unit() * 60,
                6 + random.unit() * 14,
                random.unit() < 0.7 ? "cell" : "other"
            )
        }
    }

    /// The same boxes, each moved a little, some left out.
    private func seen(_ labels: [Label], _ random: inout SeededGenerator) -> [Label] {
        labels.compactMap { label in
            guard random.unit() < 0.9, var box = label.boundingBox else { return nil }
            box.x += random.unit() * 4
            box.width += random.unit() * 4
            return .detection(category: label.category, box: box)
        }
    }

    @Test func `marks of one class that share half of their area mean the same thing`() {
        // 3 pixels aside they share 7 of 13, 4 pixels aside 6 of 14.
        #expect(MatchedObjects([[box(0)], [box(3)]]).groups.count == 1)
        #expect(MatchedObjects([[box(0)], [box(4)]]).groups.count == 2)
        #expect(MatchedObjects([[box(0)], [box(0, 0, 10, "other")]]).groups.count == 2)
        #expect(MatchedObjects([[box(0), box(1)], []]).groups.count == 2)
        #expect(MatchedObjects([[], []]).groups.isEmpty)
        #expect(
            MatchedObjects([[box(0), box(0), .classification(category: "cell")]]).groups.count == 1
        )
    }

    @Test func `those that overlap most are joined first, and a chain is no group`() {
        let near = MatchedObjects([[box(0)], [box(1), box(2)]]).groups
        #expect(near.map { $0.members.map(\.label) } == [[box(0), box(1)], [box(2)]])
        // The outer two of these share too little, however near each is to the middle one.
        let chain = MatchedObjects([[box(0)], [box(3)], [box(6)]]).groups
        #expect(chain.map(\.members.count) == [2, 1])
    }

    @Test func `the edges are the weighted mean, and what all marked alike stays exactly`() {
        let group = MatchedObjects([[box(0)], [box(3)]]).groups[0]
        #expect(group.label(weights: [2, 1]) == box(1))
        let odd = box(0.1, 0.7, 10 / 3)
        for people in 1...7 {
            let same = MatchedObjects(Array(repeating: [odd], count: people)).groups
            let weights = (0..<people).map { 0.3 + Double($0) / 10 }
            #expect(same.map { $0.label(weights: weights) } == [odd])
        }
    }

    @Test func `masks are compared by their pixels, and the heaviest shape is taken`() throws {
        func mask(_ columns: Range<Int>) throws -> Label {
            let counts = [8 * columns.lowerBound, 8 * columns.count, 8 * (16 - columns.upperBound)]
            return .mask(
                category: "cell",
                mask: try RunLengthMask(height: 8, width: 16, counts: counts.map(UInt32.init))
            )
        }
        let (one, other) = (try mask(0..<10), try mask(2..<12))
        let groups = MatchedObjects([[one], [other]]).groups
        #expect(groups.count == 1)
        #expect(groups[0].label(weights: [1, 2]) == other)
        #expect(groups[0].label(weights: [2, 1]) == one)
        #expect(MatchedObjects([[one], [try mask(5..<15)]]).groups.count == 2)
        // A box around the same thing gives way to its shape.
        let around = Label.detection(
            category: "cell",
            box: BoundingBox(x: 0, y: 0, width: 10, height: 8)
        )
        let mixed = MatchedObjects([[one], [around]]).groups
        #expect(mixed.map { $0.label(weights: [1, 9]) } == [one])
    }

    @Test func `agreement is the F1 of the marks`() {
        #expect(MatchedObjects.agreement(of: [], and: []) == 1)
        #expect(MatchedObjects.agreement(of: [box(0)], and: []) == 0)
        #expect(MatchedObjects.agreement(of: [box(0), box(50)], and: [box(1)]) == 2.0 / 3)
    }

    @Test(arguments: 0..<UInt64(25))
    func `the order of the people and of their marks does not matter`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let truth = marks(25, &random)
        let answers = (0..<4).map { _ in seen(truth, &random) }
        let weights = [0.9, 0.8, 0.7, 0.6]
        func things(_ order: [Int]) -> [Label] {
            let mixed = order.map { answers[$0].shuffled(using: &random) }
            return MatchedObjects(mixed).groups.map { group in
                group.label(weights: order.map { weights[$0] })
            }
        }
        let first = things([0, 1, 2, 3])
        #expect(first.count >= answers.map(\.count).max() ?? 0)
        for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] { #expect(things(order) == first) }
    }

    @Test(arguments: 0..<UInt64(25))
    func `everybody's marks are in one group each, of any two of which share half`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let truth = marks(40, &random)
        let answers = (0..<3).map { _ in seen(truth, &random) }
        let groups = MatchedObjects(answers).groups
        #expect(groups.reduce(0) { $0 + $1.members.count } == answers.reduce(0) { $0 + $1.count })
        for group in groups {
            #expect(Set(group.members.map(\.reviewer)).count == group.members.count)
            for one in group.members {
                for other in group.members {
                    #expect(one.label.category == other.label.category)
                    #expect(one.label.overlap(with: other.label) >= 0.5)
                }
            }
        }
    }

    @Test(arguments: 0..<UInt64(25))
    func `identical answers give exactly the same boxes`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let labels = marks(30, &random)
        let people = 2 + Int(random.unit() * 4)
        let answers = (0..<people).map { _ in labels.shuffled(using: &random) }
        let weights = (0..<people).map { _ in 0.05 + random.unit() }
        let groups = MatchedObjects(answers).groups
        #expect(Set(groups.map { $0.label(weights: weights) }) == Set(labels))
        #expect(groups.count == Set(labels).count)
        #expect(MatchedObjects.agreement(of: answers[0], and: answers[1]) == 1)
        #expect(MatchedObjects.areSame(answers[0], answers[1]))
        #expect(!MatchedObjects.areSame(answers[0], Array(answers[1].dropLast())))
    }
}
