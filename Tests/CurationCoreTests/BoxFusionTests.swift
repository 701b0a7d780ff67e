import CurationCore
import Testing

@Suite struct BoxFusionTests {
    private func box(_ x: Double, _ score: Double, category: Int = 0) -> ScoredBox {
        ScoredBox(
            box: BoundingBox(x: x, y: 0, width: 10, height: 10),
            category: category,
            score: score
        )
    }

    @Test func `of boxes that overlap the surest of each class is kept`() {
        let boxes = [box(0, 0.5), box(1, 0.9), box(20, 0.3), box(1, 0.4, category: 1)]
        let kept = BoxFusion.suppress(boxes, overlap: 0.5)
        #expect(kept == [boxes[1], boxes[3], boxes[2]])
        #expect(BoxFusion.suppress([], overlap: 0.5).isEmpty)
        // 3 pixels aside they share 7 of 13.
        #expect(BoxFusion.suppress([box(0, 1), box(3, 0.5)], overlap: 0.54).count == 2)
        #expect(BoxFusion.suppress([box(0, 1), box(3, 0.5)], overlap: 0.53).count == 1)
    }

    @Test func `fused boxes are the mean by score, and less sure where fewer finders saw them`() {
        let fused = BoxFusion.fuse([[box(0, 0.8), box(50, 0.6)], [box(2, 0.4)]])
        #expect(fused.count == 2)
        #expect(abs(fused[0].box.x - 2 * 0.4 / 1.2) < 1e-9 && abs(fused[0].score - 0.6) < 1e-9)
        #expect(fused[1].box.x == 50 && abs(fused[1].score - 0.3) < 1e-9)
    }

    @Test(arguments: 0..<UInt64(20))
    func `no kept boxes of a class overlap, and each that went overlaps a surer one`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let boxes = (0..<40).map { _ in
            ScoredBox(
                box: BoundingBox(
                    x: random.unit() * 50,
                    y: random.unit() * 50,
                    width: 5 + random.unit() * 20,
                    height: 5 + random.unit() * 20
                ),
                category: Int.random(in: 0...1, using: &random),
                score: random.unit()
            )
        }
        func overlap(_ one: ScoredBox, _ other: ScoredBox) -> Bool {
            one.category == other.category && one.box.intersectionOverUnion(other.box) >= 0.4
        }
        let kept = BoxFusion.suppress(boxes, overlap: 0.4)
        for box in boxes {
            let rivals = kept.filter { $0 != box && overlap($0, box) }
            #expect(
                kept.contains(box) ? rivals.isEmpty : rivals.contains { $0.score >= box.score }
            )
        }
        // A finder that agrees with itself changes nothing.
        let alone = BoxFusion.fuse([kept], overlap: 0.99)
        #expect(alone.map(\.score) == kept.map(\.score))
    }

    @Test func `a box is cut off where the picture ends`() {
        let box = BoundingBox(x: -5, y: 90, width: 20, height: 20)
        #expect(
            box.clipped(width: 100, height: 100)
                == BoundingBox(x: 0, y: 90, width: 15, height: 10)
        )
        #expect(box.clipped(width: 100, height: 80) == nil)
    }
}
