import CurationCore
import History
import Testing

@Suite struct ThreeWayMergeTests {
    private let cat = Label.classification(category: "cat")
    private let dog = Label.classification(category: "dog")
    private let bird = Label.classification(category: "bird")

    private func label(_ object: Int64, _ label: Label) -> ObjectLabel {
        ObjectLabel(object: object, label: label)
    }

    private func merge(
        _ base: [ObjectLabel]?,
        _ ours: [ObjectLabel]?,
        _ theirs: [ObjectLabel]?
    ) -> MergeOutcome {
        ThreeWayMerge.merge(MergeInput(sample: 1, base: base, ours: ours, theirs: theirs))
    }

    @Test func `what one side changed counts`() {
        let base = [label(1, cat)]
        for (ours, theirs) in [(base, [label(1, dog)]), ([label(1, dog)], base)] {
            let outcome = merge(base, ours, theirs)
            #expect(outcome.labels == [label(1, dog)] && outcome.conflicts.isEmpty)
        }
        #expect(merge(base, base, []).labels == [])
        #expect(merge([], [], base).labels == base)
    }

    @Test func `what both sides changed alike is no conflict`() {
        let outcome = merge([label(1, cat)], [label(1, dog)], [label(1, dog)])
        #expect(outcome.labels?.map(\.label) == [dog] && outcome.conflicts.isEmpty)
        let added = merge([], [label(2, dog)], [label(3, dog)])
        #expect(added.labels?.map(\.label) == [dog] && added.conflicts.isEmpty)
        #expect(merge([label(1, cat)], [], []).labels == [])
    }

    @Test func `what both sides changed each in its own way is a conflict, and not decided`() {
        let outcome = merge([label(1, cat)], [label(1, dog)], [label(1, bird)])
        #expect(outcome.labels == [])
        #expect(
            outcome.conflicts == [
                MergeOutcome.Conflict(
                    base: label(1, cat),
                    ours: label(1, dog),
                    theirs: label(1, bird)
                )
            ]
        )
        #expect(merge([], [label(2, dog)], [label(3, bird)]).conflicts.count == 1)
        #expect(merge([label(1, cat)], [], [label(1, dog)]).conflicts.count == 1)
    }

    @Test func `boxes are the same by their number, then by how much they overlap`() {
        let base = [label(1, Labeled.box("a", 0)), label(2, Labeled.box("a", 100))]
        let ours = [label(1, Labeled.box("a", 1)), label(2, Labeled.box("a", 100))]
        let theirs = [label(1, Labeled.box("a", 0)), label(2, Labeled.box("b", 100))]
        let outcome = merge(base, ours, theirs)
        #expect(outcome.conflicts.isEmpty)
        #expect(
            Set(outcome.labels?.map(\.label) ?? []) == [Labeled.box("a", 1), Labeled.box("b", 100)]
        )
        // Both added a box at nearly the same place: one of them, which nobody chose yet.
        let added = merge([], [label(3, Labeled.box("a", 0))], [label(4, Labeled.box("a", 2))])
        #expect(added.labels == [] && added.conflicts.count == 1)
        let apart = merge([], [label(3, Labeled.box("a", 0))], [label(4, Labeled.box("a", 50))])
        #expect(apart.labels?.count == 2 && apart.conflicts.isEmpty)
    }

    @Test func `an image that one side took away stays while the other side changed it`() {
        let base = [label(1, cat)]
        #expect(merge(base, nil, base).labels == nil)
        #expect(merge(base, base, nil).labels == nil)
        #expect(merge(base, nil, nil).labels == nil)
        let changed = merge(base, nil, [label(1, dog)])
        #expect(changed.labels == [] && changed.conflicts.count == 1)
        #expect(changed.conflicts.first?.ours == nil)
        let labelled = merge([], nil, [label(5, dog)])
        #expect(labelled.labels == [] && labelled.conflicts.first?.theirs == label(5, dog))
        #expect(merge(nil, nil, base).labels == base)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `it does not matter which side is which`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let names = ["a", "b"]
        func box(_ random: inout SeededGenerator) -> Label {
            Labeled.box(
                names.randomElement(using: &random) ?? "a",
                Double(Int.random(in: 0...12, using: &random) * 4)
            )
        }
        let base = (Int64(1)...4).map { label($0, box(&random)) }
        func side(_ first: Int64) -> [ObjectLabel] {
            var labels = base.compactMap { old -> ObjectLabel? in
                switch Int.random(in: 0...3, using: &random) {
                case 0: nil
                case 1: label(old.object ?? 0, box(&random))
                default: old
                }
            }
            for offset in 0..<Int64.random(in: 0...2, using: &random) {
                labels.append(label(first + offset, box(&random)))
            }
            return labels
        }
        let (ours, theirs) = (side(10), side(20))
        let (there, back) = (merge(base, ours, theirs), merge(base, theirs, ours))
        func texts(_ labels: [ObjectLabel]?) -> [[UInt8]] {
            (labels ?? []).map(\.label.canonical.bytes)
                .sorted { $0.lexicographicallyPrecedes($1) }
        }
        #expect(texts(there.labels) == texts(back.labels))
        #expect(there.conflicts.count == back.conflicts.count)
        // Nothing is lost: what a side has and the outcome has not, is in a conflict or was given up.
        #expect(merge(base, ours, base).conflicts.isEmpty)
        #expect(texts(merge(base, ours, base).labels) == texts(ours))
        #expect(texts(merge(base, base, theirs).labels) == texts(theirs))
    }
}
