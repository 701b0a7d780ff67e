import CurationCore
import Foundation
import Storage
import TestKit
import Testing

@Suite struct PictureColumnsTests {
    private static func model(_ name: String) -> StoredModel {
        StoredModel(name: "m", digest: ContentDigest(of: name), parameters: [:])
    }

    private func propose(_ fixture: StoreFixture, _ found: [(Int64, String, Double)]) throws {
        try fixture.store.replaceProposals(
            found.map {
                Prediction(sample: $0.0, label: .classification(category: $0.1), score: $0.2)
            },
            model: Self.model("\(found)"),
            at: StoreFixture.moment
        )
    }

    private func act(_ id: String, _ kind: PersonalAct.Kind, _ label: String? = nil) -> PersonalAct
    {
        PersonalAct(
            id: id,
            decision: kind,
            label: label,
            images: 1,
            request: ContentDigest(of: "\(id) \(kind)")
        )
    }

    /// What the columns say of each picture.
    private func rows(_ columns: PictureColumns) -> [String] {
        let states = columns.states
        return columns.facts.ids.indices.map { row in
            let name = columns.categories.first { $0.id == states.classes[row] }?.name ?? "-"
            let label = columns.categories.first { $0.id == states.labels[row] }?.name ?? "-"
            let state = PictureState(rawValue: states.states[row])?.name ?? "?"
            let score = states.scores[row].isNaN ? "-" : "\(states.scores[row])"
            let source = states.sourceNames[Int(states.sources[row])]
            return "\(columns.facts.ids[row]) \(states.isPresent[row]) \(name) \(label) \(state) "
                + "\(score) \(source) \(columns.clusters[row])"
        }
    }

    @Test func `columns say what is proposed, accepted, corrected and refused`() throws {
        let fixture = try StoreFixture(samples: 5)
        let store = fixture.store
        try propose(fixture, (1...4).map { ($0, "cat", 0.25 * Double($0)) })
        _ = try store.decide(act("1", .accept), on: [1], by: "r", at: StoreFixture.moment)
        _ = try store.decide(act("2", .label, "dog"), on: [2], by: "r", at: StoreFixture.moment)
        _ = try store.decide(act("3", .reject), on: [3], by: "r", at: StoreFixture.moment)
        var columns = PictureColumns()
        try store.refresh(&columns)
        let model = Self.model("\((1...4).map { (Int64($0), "cat", 0.25 * Double($0)) })").source
        #expect(
            rows(columns) == [
                "1 true cat cat accepted 0.25 reviewer:r -2",
                "2 true dog dog corrected - reviewer:r -2",
                "3 true - - rejected - reviewer:r -2",
                "4 true cat - proposed 1.0 \(model) -2",
                "5 true - - none -  -2",
            ]
        )
        #expect(columns.facts.row(of: 3) == 2)
        #expect(columns.facts.row(of: 6) == nil)
        #expect(columns.facts.name(0).elementsEqual("0.jpg".utf8))
        #expect(columns.facts.folderNames == ["/pictures/"])
        #expect(columns.facts.numbers[PictureNumber.width.column] == [40, 41, 42, 43, 44])
    }

    @Test(arguments: 0..<12)
    func `columns that follow the log are those that are read anew`(seed: Int) throws {
        let fixture = try StoreFixture(samples: 12)
        let store = fixture.store
        var random = SeededGenerator(seed: UInt64(seed))
        var columns = PictureColumns()
        for step in 0..<24 {
            try change(fixture, step, &random)
            if Bool.random(using: &random) { continue }
            try store.refresh(&columns)
            var fresh = PictureColumns()
            try store.refresh(&fresh)
            #expect(rows(columns) == rows(fresh), "step \(step)")
            #expect(columns.hasCopies == fresh.hasCopies)
            #expect(columns.change == fresh.change)
        }
        #expect(try store.verifyDatabase().isEmpty)
    }

    /// Does something, whatever it is.
    private func change(
        _ fixture: StoreFixture,
        _ step: Int,
        _ random: inout SeededGenerator
    ) throws {
        let (store, at) = (fixture.store, StoreFixture.moment)
        let some = (1...Int64(12)).filter { _ in Bool.random(using: &random) }
        let name = ["cat", "dog", "bird"].randomElement(using: &random) ?? "cat"
        switch Int.random(in: 0..<10, using: &random) {
        case 0: try propose(fixture, some.map { ($0, name, Double($0) / 12) })
        case 1: _ = try store.decide(act("\(step)", .accept), on: some, by: "r", at: at)
        case 2: _ = try store.decide(act("\(step)", .label, name), on: some, by: "r", at: at)
        case 3: _ = try store.decide(act("\(step)", .reject), on: some, by: "r", at: at)
        case 4: _ = try store.undoActs(of: "r", steps: 2, at: at)
        case 5: _ = try store.redoActs(of: "r", steps: 1, at: at)
        case 6:
            _ = try store.setMembership(
                of: some,
                isPresent: Bool.random(using: &random),
                author: "a",
                message: "",
                at: at
            )
        case 7:
            try store.add(
                [StoreFixture.sample(100 + step)],
                failures: [],
                author: "test",
                at: at
            )
        case 8:
            let clustering = Clustering(
                assignments: some.map { _ in Int.random(in: 0..<3, using: &random) },
                probabilities: some.map { _ in Float.random(in: 0...1, using: &random) },
                clusterCount: 3
            )
            try store.replaceClustering(clustering, samples: some)
        default: try label(store, some.first ?? 1, Bool.random(using: &random) ? name : nil)
        }
    }

    @Test func `an act sent twice counts once, and its name is not given to another`() throws {
        let fixture = try StoreFixture(samples: 3)
        let (store, at) = (fixture.store, StoreFixture.moment)
        try propose(fixture, [(1, "cat", 0.5), (2, "dog", 0.5)])
        let first = try store.decide(act("x", .accept), on: [1, 2, 3], by: "r", at: at)
        #expect(first.status == .decided)
        #expect(first.changed == 2)
        let again = try store.decide(act("x", .accept), on: [1, 2, 3], by: "r", at: at)
        #expect(again == ActOutcome(.repeated, changed: 2, change: first.change))
        #expect(try store.decide(act("x", .reject), on: [1], by: "r", at: at).status == .conflict)
        #expect(try store.undoActs(of: "r", steps: 1, at: at).acts.map(\.count) == [2])
        #expect(try store.decide(act("x", .accept), on: [1], by: "r", at: at).status == .expired)
        #expect(try store.decide(act("y", .accept), on: [3], by: "r", at: at).change == nil)
    }

    @Test func `undo goes through all that a reviewer did, and redo comes back`() throws {
        let fixture = try StoreFixture(samples: 3)
        let (store, at) = (fixture.store, StoreFixture.moment)
        try propose(fixture, (1...3).map { ($0, "cat", 0.5) })
        func classes() throws -> [String] {
            try store.annotations().map { "\($0.label.category) \($0.state.rawValue)" }
        }
        let task = try fixture.lease([1])
        _ = try fixture.accept(task, as: "dog")
        _ = try store.decide(act("a", .label, "dog"), on: [2, 3], by: "r1", at: at)
        _ = try store.decide(act("b", .label, "cat"), on: [3], by: "r2", at: at)
        #expect(try classes() == ["dog accepted", "dog accepted", "cat accepted"])
        let first = try store.undoActs(of: "r1", steps: 1, at: at)
        #expect(first.acts.map(\.what) == ["labelled 2 as dog"])
        #expect(first.canUndo && first.canRedo)
        let second = try store.undoActs(of: "r1", steps: 5, at: at)
        #expect(second.acts.map(\.item) == ["r-\(task.id)"])
        #expect(!second.canUndo)
        #expect(try classes() == ["cat proposed", "cat proposed", "cat accepted"])
        let redone = try store.redoActs(of: "r1", steps: 5, at: at)
        #expect(redone.acts.map(\.count) == [1, 2])
        #expect(redone.canUndo && !redone.canRedo)
        #expect(try classes() == ["dog accepted", "dog accepted", "cat accepted"])
        _ = try store.undoActs(of: "r1", steps: 1, at: at)
        _ = try store.decide(act("c", .label, "cat"), on: [1], by: "r1", at: at)
        #expect(try store.redoActs(of: "r1", steps: 1, at: at).acts.isEmpty)
        #expect(try store.verifyDatabase().isEmpty)
    }

    @Test func `a class that a picture has is not said again, whatever was refused`() throws {
        let fixture = try StoreFixture(samples: 1)
        let (store, at) = (fixture.store, StoreFixture.moment)
        try propose(fixture, [(1, "cat", 0.5)])
        _ = try store.decide(act("a", .reject), on: [1], by: "r", at: at)
        _ = try store.decide(act("b", .label, "dog"), on: [1], by: "r", at: at)
        #expect(try store.annotations().count == 2)
        #expect(try store.decide(act("c", .label, "dog"), on: [1], by: "r", at: at).change == nil)
        #expect(try store.decide(act("d", .label, "cat"), on: [1], by: "r", at: at).changed == 1)
    }

    @Test func `undo stops where nothing is left to take back`() throws {
        let fixture = try StoreFixture(samples: 3)
        let (store, at) = (fixture.store, StoreFixture.moment)
        let task = try fixture.lease([1])
        let skip = ReviewSubmission(
            item: "r-\(task.id)",
            lease: task.lease,
            reviewer: "r1",
            decision: .skip
        )
        _ = try store.decide(skip, at: at) { _ in
            ReviewEffects(labels: [], label: nil, exceptions: 0)
        }
        _ = try store.decide(act("a", .label, "dog"), on: [2], by: "r1", at: at)
        _ = try store.decide(act("b", .label, "cat"), on: [2], by: "r2", at: at)
        let stopped = try store.undoActs(of: "r1", steps: 5, at: at)
        #expect(stopped.acts.isEmpty && !stopped.canUndo && !stopped.canRedo)
        #expect(try store.reviews().map(\.decision) == [.skip])
        // What is newer is taken back, and no more than that.
        _ = try store.decide(act("c", .label, "dog"), on: [3], by: "r1", at: at)
        let one = try store.undoActs(of: "r1", steps: 5, at: at)
        #expect(one.acts.map(\.what) == ["labelled 1 as dog"])
        #expect(!one.canUndo && one.canRedo)
        #expect(try store.redoActs(of: "r1", steps: 5, at: at).acts.count == 1)
        // Once it is the newest again, a skip is taken back.
        _ = try store.undoActs(of: "r2", steps: 1, at: at)
        let rest = try store.undoActs(of: "r1", steps: 5, at: at)
        #expect(rest.acts.map(\.count) == [1, 1, 1] && !rest.canUndo)
        #expect(try store.reviews().isEmpty)
    }

    @Test func `an edit of older labels is refused`() throws {
        let fixture = try StoreFixture(samples: 1)
        let (store, at) = (fixture.store, StoreFixture.moment)
        try propose(fixture, [(1, "cat", 0.5)])
        let base = try store.labelVersion(of: 1)
        func edit(_ id: String, _ names: [String], _ base: String) throws -> ActOutcome {
            try store.edit(
                act(id, .edit),
                of: 1,
                to: names.map { .classification(category: $0) },
                since: base,
                by: "r",
                at: at
            )
        }
        let first = try edit("a", ["dog"], base)
        #expect(try first.status == .decided && first.version == store.labelVersion(of: 1))
        #expect(try edit("b", ["cat"], base).status == .newer)
        #expect(try edit("a", ["dog"], base).status == .repeated)
        #expect(try store.annotations().map(\.label.category) == ["dog"])
        // Who sends an edit again is told its version, not that of somebody else since.
        _ = try store.decide(act("d", .label, "cat"), on: [1], by: "other", at: at)
        let again = try edit("a", ["dog"], base)
        #expect(again.status == .repeated && again.version == first.version)
        #expect(try again.version != store.labelVersion(of: 1))
        _ = try store.undoActs(of: "other", steps: 1, at: at)
        #expect(try edit("c", [], store.labelVersion(of: 1)).status == .decided)
        #expect(try store.annotations().map(\.state) == [.rejected])
        #expect(try store.undoActs(of: "r", steps: 2, at: at).acts.count == 2)
        #expect(try store.annotations().map(\.state) == [.proposed])
    }
}
