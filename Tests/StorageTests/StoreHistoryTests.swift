import CurationCore
import Foundation
import GRDB
import History
import Storage
import TestKit
import Testing

@Suite struct StoreHistoryTests {
    @Test(arguments: 0..<12 as Range<UInt64>)
    func `whatever is done, the log, the versions and the labels of now fit together`(
        seed: UInt64
    ) throws {
        var walk = try HistoryWalk(seed: seed)
        for step in 0..<60 {
            try walk.step()
            if step % 15 == 14 { try walk.check() }
        }
        // The digest that is kept up with each change is that of the whole.
        if let version = try walk.commit() {
            let whole = VersionDigest.content(
                try walk.store.labeledSamples(),
                categories: try walk.store.classes().map(\.category.name)
            )
            #expect(version.content == whole)
            #expect(version.images == (try walk.store.labeledSamples()).count)
        }
        // What is current can be made again from the log alone.
        let before = try walk.store.annotations()
        let queue = try DatabaseQueue(
            path: DatasetStore.databaseFile(in: walk.store.folder).path
        )
        try queue.write {
            try $0.execute(sql: "DELETE FROM currentLabel; DELETE FROM contentState")
            try $0.execute(sql: "UPDATE predictionRun SET retiredBy = run")
        }
        #expect(try walk.store.verifyDatabase() != [] || before.isEmpty)
        _ = try walk.store.rebuildCurrentState()
        #expect(try walk.store.annotations() == before)
        #expect(try walk.store.verifyDatabase() == [])
    }

    @Test(arguments: 20..<28 as Range<UInt64>)
    func `restoring a version brings exactly its labels back`(seed: UInt64) throws {
        var walk = try HistoryWalk(seed: seed)
        var states: [ContentDigest: [String]] = [:]
        for _ in 0..<50 {
            try walk.step()
            if let version = try walk.commit() { states[version.id] = try walk.state() }
        }
        for version in walk.versions.suffix(6) {
            guard let expected = states[version.id] else { continue }
            _ = try walk.store.restore(
                version,
                leavingBehind: true,
                author: "a",
                at: StoreFixture.moment,
                describe: walk.describe
            )
            #expect(try walk.state() == expected)
            let restored = try walk.store.difference(from: version, to: nil)
            #expect(restored.labels.isEmpty && restored.added.isEmpty && restored.removed.isEmpty)
        }
        try walk.check()
    }

    @Test(arguments: 40..<48 as Range<UInt64>)
    func `undo and redo go back and forth`(seed: UInt64) throws {
        var walk = try HistoryWalk(seed: seed)
        for _ in 0..<20 { try walk.step() }
        let store = walk.store
        let moment = StoreFixture.moment
        let start = try walk.state()
        try store.label(
            [
                (1, [.classification(category: "owl")]), (2, []),
                (3, [.classification(category: "emu")]),
            ],
            author: "a",
            message: "",
            at: moment
        )
        let changed = try walk.state()
        for _ in 0..<3 {
            let undone = try store.undo(batch: nil, author: "b", at: moment)
            #expect(try walk.state() == start && undone.skipped == 0)
            _ = try store.redo(batch: undone.batch, author: "b", at: moment)
            #expect(try walk.state() == changed)
        }
        try walk.check()
    }
}

/// Single cases, each of which was wrong once.
@Suite struct StoreHistoryCaseTests {
    private let moment = StoreFixture.moment

    private func labels(_ store: DatasetStore) throws -> [Int64: String] {
        var labels: [Int64: String] = [:]
        for image in try store.labeledSamples() {
            labels[image.sample.id] = image.labels.first?.category
        }
        return labels
    }

    @Test func `a class that comes back by undo is in the list again`() throws {
        let fixture = try StoreFixture(samples: 2)
        let store = fixture.store
        try label(store, 1, "cat")
        try label(store, 1, nil)
        try store.change(.delete("cat", labels: .refuse), author: "a", at: moment)
        _ = try store.undo(batch: 4, author: "a", at: moment)
        #expect(try labels(store) == [1: "cat"])
        #expect(try store.classes().map(\.category.name).contains("cat"))
        #expect(try store.verifyDatabase().joined(separator: "; ") == "")
    }

    @Test func `names may change hands, and a version still comes back`() throws {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        try label(store, 1, "cat")
        try label(store, 2, "dog")
        let version = try store.commit(tag: "v1", describe: walk.describe)
        for (old, new) in [("cat", "x"), ("dog", "cat"), ("x", "dog")] {
            try store.change(.rename(old, to: new), author: "a", at: moment)
        }
        #expect(try labels(store) == [1: "dog", 2: "cat"])
        _ = try store.restore(
            version,
            leavingBehind: true,
            author: "a",
            at: moment,
            describe: walk.describe
        )
        #expect(try labels(store) == [1: "cat", 2: "dog"])
        #expect(try store.verifyDatabase().joined(separator: "; ") == "")
    }

    @Test func `merging a class keeps what was accepted, and drops refusals of it`() throws {
        let fixture = try StoreFixture(samples: 2)
        let store = fixture.store
        let task = try fixture.lease([1], label: "dog")
        _ = try store.decide(
            ReviewSubmission(
                item: "r-\(task.id)",
                lease: task.lease,
                reviewer: "r1",
                decision: .reject
            ),
            at: moment
        ) { _ in
            ReviewEffects(
                labels: [
                    NewAnnotation(
                        sample: 1,
                        label: .classification(category: "dog"),
                        state: .rejected,
                        source: "reviewer:r1"
                    )
                ],
                label: nil,
                exceptions: 0
            )
        }
        try label(store, 1, "cat")
        try store.change(.merge("cat", into: "dog"), author: "a", at: moment)
        #expect(try labels(store) == [1: "dog"])
        _ = try store.undo(batch: nil, author: "a", at: moment)
        #expect(try labels(store) == [1: "cat"])
        #expect(try store.annotations().contains { $0.state == .rejected })
    }

    @Test func `renaming a class rewrites no label`() throws {
        let fixture = try StoreFixture(samples: 2)
        let store = fixture.store
        try label(store, 1, "cat")
        let (_, count) = try store.change(.rename("cat", to: "tabby"), author: "a", at: moment)
        #expect(try count == 0 && labels(store) == [1: "tabby"])
    }

    @Test func `a split sends the labels back into review, with the parts proposed`() throws {
        let fixture = try StoreFixture(samples: 2)
        let store = fixture.store
        try label(store, 1, "cat")
        try store.change(.split("cat", into: ["tabby", "calico"]), author: "a", at: moment)
        let proposed = try store.annotations(of: 1).filter { $0.state == .proposed }
        #expect(proposed.map(\.label.category) == ["tabby", "calico"])
        #expect(proposed.allSatisfy { $0.score == 0.5 && $0.source == "split:cat" })
        #expect(try labels(store).isEmpty)
        _ = try store.undo(batch: nil, author: "a", at: moment)
        #expect(try labels(store) == [1: "cat"])
        #expect(try store.annotations(of: 1).count == 1)
    }

    @Test func `what was done on another branch is not undone on this one`() throws {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        try label(store, 1, "cat")
        let version = try store.commit(tag: nil, describe: walk.describe)
        try store.makeBranch("side", at: version)
        try label(store, 2, "dog")
        _ = try store.commit(tag: nil, describe: walk.describe)
        try store.switchBranch(to: "side", leavingBehind: false, author: "a", at: moment)
        #expect(throws: StorageError.self) {
            try store.undo(batch: 4, author: "a", at: moment)
        }
        try store.switchBranch(to: "main", leavingBehind: false, author: "a", at: moment)
        #expect(try labels(store) == [1: "cat", 2: "dog"])
        _ = try store.undo(batch: 4, author: "a", at: moment)
        #expect(try labels(store) == [1: "cat"])
    }

    @Test func `a merge that was undone before it was finished is no merge`() throws {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        let theirs = try branching(walk)
        #expect(try merge(theirs, walk).kind == .conflicts(1))
        #expect(throws: StorageError.merging(conflicts: 1)) {
            try store.commit(tag: nil, describe: walk.describe)
        }
        #expect(throws: StorageError.merging(conflicts: 1)) {
            try store.switchBranch(to: "side", leavingBehind: true, author: "a", at: moment)
        }
        _ = try store.undo(batch: nil, author: "a", at: moment)
        #expect(try store.workingState().merging == nil && labels(store) == [1: "dog"])
        #expect(try merge(theirs, walk).kind == .conflicts(1))
        // Deciding for no label is a decision, too.
        try label(store, 1, nil)
        #expect(try store.openConflictCount() == 0)
        let merged = try store.commit(tag: nil, describe: walk.describe)
        #expect(merged.parents.count == 2 && merged.annotations == 0)
        #expect(try store.verifyDatabase().joined(separator: "; ") == "")
    }

    /// Two branches on which image 1 is a dog and a fox; the version of the one that is not worked on.
    private func branching(_ walk: HistoryWalk) throws -> Version {
        let store = walk.store
        try label(store, 1, "cat")
        let version = try store.commit(tag: nil, describe: walk.describe)
        try store.makeBranch("side", at: version)
        try label(store, 1, "dog")
        _ = try store.commit(tag: nil, describe: walk.describe)
        try store.switchBranch(to: "side", leavingBehind: false, author: "a", at: moment)
        try label(store, 1, "fox")
        let theirs = try store.commit(tag: nil, describe: walk.describe)
        try store.switchBranch(to: "main", leavingBehind: false, author: "a", at: moment)
        return theirs
    }

    private func merge(_ theirs: Version, _ walk: HistoryWalk) throws -> MergeResult {
        try walk.store.merge(
            theirs,
            called: "side",
            author: "a",
            at: moment,
            join: ThreeWayMerge.merge,
            describe: walk.describe
        )
    }

    /// A merge of two branches on which image 1 is a dog and a fox.
    private func merging(_ walk: HistoryWalk) throws {
        #expect(try merge(branching(walk), walk).kind == .conflicts(1))
        #expect(try walk.store.openConflictCount() == 1)
    }

    @Test func `a conflict is settled by classes as they are called now`() throws {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        try merging(walk)
        let classes = try store.schema().schema.categories.count
        try store.change(.rename("dog", to: "hound"), author: "a", at: moment)
        try store.change(.rename("cat", to: "dog"), author: "a", at: moment)
        let conflict = try #require(try store.openConflicts(after: 0, limit: 9).first)
        let sides = [conflict.base, conflict.ours, conflict.theirs].map { $0?.category }
        #expect(sides == ["dog", "hound", "fox"])
        #expect(try store.openConflicts(limit: 9, now: 0).map(\.category) == ["hound"])
        #expect(try store.openConflictClasses().map(\.category) == ["hound"])
        #expect(try store.settle(.category("dog"), taking: .ours, author: "a", at: moment) == nil)
        let settled = try store.settle(.category("hound"), taking: .ours, author: "a", at: moment)
        #expect(settled?.conflicts == 1)
        #expect(try labels(store)[1] == "hound")
        #expect(try store.schema().schema.categories.count == classes)
    }

    @Test func `undo says what it took back, whatever it was`() throws {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        try merging(walk)
        _ = try store.settle(.all, taking: .theirs, author: "reviewer:r", at: moment)
        try store.label(
            [(2, [.classification(category: "owl")]), (3, [.classification(category: "owl")])],
            author: "reviewer:r",
            message: "",
            at: moment
        )
        let undone = try store.undoActs(of: "r", steps: 2, at: moment)
        #expect(undone.acts.map(\.what) == ["labelled 2 pictures", "settled 1 conflict"])
        #expect(undone.acts.map(\.count) == [2, 1])
        #expect(try store.openConflictCount() == 1)
    }

    @Test func `each conflict of an image is decided by itself, with its shape`() throws {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        func box(_ name: String, _ x: Double) -> Label {
            .detection(category: name, box: BoundingBox(x: x, y: 0, width: 10, height: 10))
        }
        func set(_ names: [String]) throws {
            let labels = names.enumerated().map { box($1, Double($0) * 100) }
            try store.label([(1, labels)], author: "a", message: "", at: moment)
        }
        try set(["a", "b", "c"])
        let version = try store.commit(tag: nil, describe: walk.describe)
        try store.makeBranch("side", at: version)
        try set(["a", "x", "y"])
        _ = try store.commit(tag: nil, describe: walk.describe)
        try store.switchBranch(to: "side", leavingBehind: false, author: "a", at: moment)
        try set(["a", "u", "v"])
        let theirs = try store.commit(tag: nil, describe: walk.describe)
        try store.switchBranch(to: "main", leavingBehind: false, author: "a", at: moment)
        let result = try store.merge(
            theirs,
            called: "side",
            author: "a",
            at: moment,
            join: ThreeWayMerge.merge,
            describe: walk.describe
        )
        #expect(result.kind == .conflicts(2))
        for (expected, chosen) in [(1, "x"), (0, "v")] {
            let conflict = try #require(
                try store.openConflicts(limit: 9, now: 0).first {
                    [$0.ours, $0.theirs].contains { $0?.category == chosen }
                }
            )
            let side = conflict.ours?.category == chosen ? conflict.ours : conflict.theirs
            let plan = PlannedTask(
                samples: [1],
                label: chosen,
                score: 0.5,
                reason: .disagreement
            )
            let task = try #require(
                try store.lease(
                    [NewTask(plan: plan, proposals: [], lease: chosen, conflict: conflict.id)],
                    to: "r",
                    until: moment.seconds + 9,
                    now: moment.seconds
                ).first
            )
            let submission = ReviewSubmission(
                item: "r-\(task.id)",
                lease: chosen,
                reviewer: "r",
                decision: .accept
            )
            let outcome = try store.decide(submission, at: moment) { _ in
                ReviewEffects(
                    labels: [
                        NewAnnotation(
                            sample: 1,
                            label: side ?? box("?", 0),
                            state: .accepted,
                            source: "r"
                        )
                    ],
                    label: chosen,
                    exceptions: 0
                )
            }
            #expect(outcome.status == .decided)
            #expect(try store.openConflictCount() == expected)
        }
        let now = try store.labeledSamples().first?.labels ?? []
        #expect(Set(now) == [box("a", 0), box("x", 100), box("v", 200)])
        #expect(try store.verifyDatabase().joined(separator: "; ") == "")
    }

    @Test func `a decision about a class that was renamed, or a picture labelled since, is stale`()
        throws
    {
        let fixture = try StoreFixture(samples: 2)
        let first = try fixture.lease([1], label: "cat")
        let second = try fixture.lease([2], label: "dog")
        try fixture.store.change(.rename("cat", to: "tabby"), author: "a", at: moment)
        try label(fixture.store, 2, "owl")
        for task in [first, second] {
            let submission = ReviewSubmission(
                item: "r-\(task.id)",
                lease: task.lease,
                reviewer: "r1",
                decision: .accept
            )
            let result = try fixture.store.decide(submission, at: moment) { _ in
                ReviewEffects(labels: [], label: nil, exceptions: 0)
            }
            #expect(result.status == .expired)
        }
    }

    @Test func `an image is forgotten everywhere, and all still verifies`() throws {
        let walk = try HistoryWalk(seed: 3)
        let store = walk.store
        for sample in Int64(1)...4 { try label(store, sample, sample < 3 ? "cat" : "dog") }
        let version = try store.commit(tag: "v1", describe: walk.describe)
        try label(store, 2, "secretclass")
        let second = try store.commit(tag: "v2", describe: walk.describe)
        let embedder = EmbedderID(name: "e", digest: ContentDigest(of: "e"))
        let needle: [Float] = [123.456, 654.321]
        try store.add([
            (EmbeddingMatrix(samples: [1, 2], dimension: 2, values: [1, 1] + needle), embedder)
        ])
        let sample = try #require(try store.samples([2]).first)
        let forgotten = try store.forget([sample], author: "a", message: "", at: moment)
        #expect(forgotten.isClean && forgotten.samples == [2])
        #expect(try store.verifyDatabase() == [] && store.alteredVersions() == [])
        #expect(try store.verifyFeatureFiles() == [])
        #expect(try store.labeledSamples(at: version).map(\.sample.id) == [1, 3, 4, 5, 6, 7, 8])
        #expect(try store.labeledSamples(at: second).count == 7)
        // Ids of what is gone are not given out again.
        try label(store, 5, "owl")
        #expect(try store.verifyDatabase() == [] && store.alteredVersions() == [])
        _ = try store.commit(tag: "v3", describe: walk.describe)
        #expect(try store.alteredVersions() == [])
        let vectors = needle.littleEndianBytes()
        for path in try FileManager.default.subpathsOfDirectory(atPath: store.folder.path) {
            let file = store.folder.appending(path: path)
            guard let data = try? Data(contentsOf: file) else { continue }
            for trace in [Array(sample.path.utf8), Array(sample.sha256.hex.utf8), vectors] {
                #expect(data.firstRange(of: trace) == nil, "\(path)")
            }
        }
    }

    @Test func `a field keeps images out of exports only by its rules`() throws {
        let fixture = try StoreFixture(samples: 3)
        let store = fixture.store
        try store.define(
            FieldDefinition(name: "licence", kind: .choice, choices: ["CC0", "none"]),
            author: "a",
            at: moment
        )
        #expect(throws: StorageError.self) {
            try store.setField("licence", to: [(1, "MIT")], author: "a", at: moment)
        }
        #expect(throws: StorageError.self) {
            try store.setField("absent", to: [(1, "x")], author: "a", at: moment)
        }
        try store.setField("licence", to: [(1, "CC0"), (2, "none")], author: "a", at: moment)
        #expect(try store.fields().map(\.name) == ["consent", "licence", "source"])
        #expect(try store.fieldValues() == [1: ["licence": "CC0"], 2: ["licence": "none"]])
        _ = try store.undo(batch: nil, author: "a", at: moment)
        #expect(try store.fieldValues().isEmpty)
        _ = try store.redo(batch: nil, author: "a", at: moment)
        #expect(try store.fieldValues()[2] == ["licence": "none"])
        let rule = ExportRule(field: "licence", test: .equals, value: "none", reason: "no licence")
        try store.setRule(rule, isRemoved: false, author: "a", at: moment)
        #expect(try store.exportRules() == [rule])
        #expect(rule.holdsBack("none", kind: .choice) && !rule.holdsBack(nil, kind: .choice))
        let below = ExportRule(field: "n", test: .below, value: "10", reason: "r")
        #expect(below.holdsBack("9", kind: .number) && !below.holdsBack("11", kind: .number))
        #expect(throws: StorageError.self) {
            try store.define(
                FieldDefinition(name: "licence", kind: .number),
                author: "a",
                at: moment
            )
        }
        #expect(try store.verifyDatabase().joined(separator: "; ") == "")
    }

    @Test(arguments: ["images = images + 1", "annotations = 0", "categories = '[\"x\"]'"])
    func `what a version says of itself is held to the log`(change: String) throws {
        let walk = try HistoryWalk(seed: 7)
        try label(walk.store, 1, "cat")
        _ = try walk.store.commit(tag: nil, describe: walk.describe)
        #expect(try walk.store.alteredVersions() == [])
        let queue = try DatabaseQueue(
            path: DatasetStore.databaseFile(in: walk.store.folder).path
        )
        try queue.write {
            try $0.execute(sql: "DROP TRIGGER version_is_never_updated")
            try $0.execute(sql: "UPDATE version SET \(change)")
        }
        #expect(try walk.store.alteredVersions().count == 1)
    }

    @Test func `blame names the first version that holds what was said`() throws {
        let walk = try HistoryWalk(seed: 5)
        let store = walk.store
        try label(store, 1, "cat")
        try label(store, 1, "dog")
        let first = try store.commit(tag: nil, describe: walk.describe)
        try label(store, 1, "owl")
        let revisions = try store.revisions(of: 1).flatMap(\.self)
        #expect(revisions.map(\.label.category) == ["owl", "dog", "cat"])
        #expect(revisions.map(\.version) == [nil, first.id, nil])
        #expect(Set(revisions.map(\.object)).count == 1)
    }
}

extension Array<Float> {
    /// The numbers as they lie in a file of vectors.
    fileprivate func littleEndianBytes() -> [UInt8] {
        flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        }
    }
}
