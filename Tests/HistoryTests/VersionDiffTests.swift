import CurationCore
import History
import Testing

@Suite struct VersionDiffTests {
    private func words(_ before: [LabeledSample], _ after: [LabeledSample]) -> [String] {
        VersionDiff.changes(from: before, to: after).map {
            "\($0.kind.rawValue) \($0.sample.id) \($0.before?.category ?? "-") \($0.after?.category ?? "-")"
        }
    }

    @Test func `equal states have no differences`() {
        let set = [Labeled.sample(1, [Labeled.cat()]), Labeled.sample(2, [Labeled.box("a", 1)])]
        #expect(words(set, set.reversed()).isEmpty)
        #expect(words([], []).isEmpty)
    }

    @Test func `a class that changed is one difference`() {
        #expect(
            words([Labeled.sample(1, [Labeled.cat()])], [Labeled.sample(1, [Labeled.dog()])])
                == ["class-changed 1 cat dog"]
        )
    }

    @Test func `labels and pictures come and go`() {
        let before = [Labeled.sample(1), Labeled.sample(2, [Labeled.cat()])]
        let after = [Labeled.sample(1, [Labeled.cat()]), Labeled.sample(3, [Labeled.dog()])]
        #expect(
            words(before, after) == [
                "label-added 1 - cat", "label-removed 2 cat -", "image-removed 2 - -",
                "image-added 3 - -", "label-added 3 - dog",
            ]
        )
    }

    @Test func `a box that moved matches the one it overlaps most`() {
        let before = [Labeled.sample(1, [Labeled.box("a", 0), Labeled.box("a", 100)])]
        let after = [Labeled.sample(1, [Labeled.box("a", 2), Labeled.box("b", 101)])]
        #expect(words(before, after) == ["class-changed 1 a b", "geometry-changed 1 a a"])
    }

    @Test func `boxes that hardly overlap are another thing`() {
        let before = [Labeled.sample(1, [Labeled.box("a", 0)])]
        let after = [Labeled.sample(1, [Labeled.box("a", 8)])]
        #expect(words(before, after) == ["label-removed 1 a -", "label-added 1 - a"])
    }

    @Test func `the overlap of boxes is the worked example`() {
        let box = BoundingBox(x: 0, y: 0, width: 10, height: 10)
        #expect(
            box.intersectionOverUnion(BoundingBox(x: 5, y: 0, width: 10, height: 10)) == 1.0 / 3
        )
        #expect(box.intersectionOverUnion(box) == 1)
        #expect(box.intersectionOverUnion(BoundingBox(x: 10, y: 0, width: 1, height: 1)) == 0)
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `turning it round turns every difference round`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func state() -> [LabeledSample] {
            (Int64(1)...8).compactMap { id -> LabeledSample? in
                guard Bool.random(using: &random) else { return nil }
                let labels = [Labeled.cat(), Labeled.dog(), Labeled.box("a", 3)]
                return Labeled.sample(id, labels.filter { _ in Bool.random(using: &random) })
            }
        }
        let (before, after) = (state(), state())
        let there = VersionDiff.changes(from: before, to: after)
        let back = VersionDiff.changes(from: after, to: before)
        #expect(there.count == back.count)
        let turned = Set(there.map { words($0.sample, $0.before, $0.after) })
        #expect(turned == Set(back.map { words($0.sample, $0.after, $0.before) }))
    }

    private func words(_ sample: Sample, _ first: Label?, _ second: Label?) -> String {
        "\(sample.id) \(String(describing: first)) \(String(describing: second))"
    }
}
