import CurationCore
import Foundation
import History
import Storage
import TestKit
import Testing

/// Undo and redo of a switch, and of a merge.
@Suite struct SwitchUndoTests {
    private let moment = StoreFixture.moment

    private func goTo(_ branch: String, _ store: DatasetStore) throws -> Int64 {
        try #require(
            try store.switchBranch(to: branch, leavingBehind: true, author: "a", at: moment)
        )
    }

    private func merge(_ version: Version, into walk: HistoryWalk) throws -> MergeResult {
        try walk.store.merge(
            version,
            called: "side",
            author: "a",
            at: moment,
            join: ThreeWayMerge.merge,
            describe: walk.describe
        )
    }

    @Test(arguments: 60..<84 as Range<UInt64>)
    func `the undo of a switch brings back all that was there, its redo all that came`(
        seed: UInt64
    ) throws {
        var walk = try HistoryWalk(seed: seed)
        for _ in 0..<40 { try walk.step() }
        try walk.settle()
        let store = walk.store
        _ = try walk.commit()
        let version = try #require(walk.versions.first)
        try store.makeBranch("other", at: version)
        let branch = try store.branch()
        for sample in Int64(1)...3 { try label(store, sample, "left \(seed % 3)") }
        let classes = try store.classes().map(\.category.name)
        try store.change(.rename(classes[0], to: "left class"), author: "a", at: moment)
        let before = try walk.state()
        let change = try goTo("other", store)
        let after = try walk.state()
        for _ in 0..<2 {
            let undone = try store.undo(batch: change, author: "b", at: moment)
            #expect(undone.branch == branch && undone.skipped == 0)
            #expect(try walk.state() == before && store.branch() == branch)
            let redone = try store.redo(batch: change, author: "b", at: moment)
            #expect(redone.branch == "other")
            #expect(try walk.state() == after && store.branch() == "other")
        }
        // What was left behind also comes back once one is on the branch again.
        _ = try goTo(branch, store)
        _ = try store.undo(batch: change, author: "b", at: moment)
        #expect(try walk.state() == before && store.branch() == branch)
        try walk.check()
    }

    @Test func `what a branch got since it was left stays`() throws {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        try label(store, 1, "cat")
        let version = try store.commit(tag: nil, describe: walk.describe)
        try store.makeBranch("side", at: version)
        for (sample, name) in [(1, "dog"), (2, "dog"), (3, "fox")] {
            try label(store, Int64(sample), name)
        }
        let change = try goTo("side", store)
        _ = try goTo("main", store)
        try label(store, 2, "owl")
        _ = try store.commit(tag: nil, describe: walk.describe)
        _ = try goTo("side", store)
        let undone = try store.undo(batch: change, author: "b", at: moment)
        #expect(undone.branch == "main")
        #expect(try walk.state().prefix(3) == ["1 dog", "2 owl", "3 fox"])
        #expect(try store.verifyDatabase().joined(separator: "; ") == "")
    }

    @Test func `a switch is not undone over work that no version holds`() throws {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        try label(store, 1, "cat")
        let version = try store.commit(tag: nil, describe: walk.describe)
        try store.makeBranch("side", at: version)
        let change = try goTo("side", store)
        try label(store, 1, "dog")
        #expect(throws: StorageError.uncommitted(labels: 1)) {
            try store.undo(batch: change, author: "b", at: moment)
        }
        _ = try store.commit(tag: nil, describe: walk.describe)
        _ = try store.undo(batch: change, author: "b", at: moment)
        #expect(try walk.state().first == "1 cat" && store.branch() == "main")
        _ = try store.redo(batch: change, author: "b", at: moment)
        #expect(try walk.state().first == "1 dog" && store.branch() == "side")
        try store.removeBranch("main")
        #expect(throws: StorageError.self) {
            try store.undo(batch: change, author: "b", at: moment)
        }
    }

    /// A branch `main` and a version of another one, with a conflict on image 1 and a change on image 2.
    private func twoSides() throws -> (HistoryWalk, Version) {
        let walk = try HistoryWalk(seed: 1)
        let store = walk.store
        try label(store, 1, "cat")
        let version = try store.commit(tag: nil, describe: walk.describe)
        try store.makeBranch("side", at: version)
        try label(store, 1, "dog")
        _ = try store.commit(tag: nil, describe: walk.describe)
        _ = try goTo("side", store)
        try label(store, 1, "fox")
        try label(store, 2, "owl")
        let theirs = try store.commit(tag: nil, describe: walk.describe)
        _ = try goTo("main", store)
        return (walk, theirs)
    }

    @Test(arguments: [true, false])
    func `a merge that was taken back goes on by redo`(isAborted: Bool) throws {
        let (walk, theirs) = try twoSides()
        let store = walk.store
        #expect(try merge(theirs, into: walk).kind == .conflicts(1))
        let merged = try #require(try store.changes(limit: 1).first?.id)
        let state = try walk.state()
        for _ in 0..<2 {
            if isAborted {
                try store.abortMerge(author: "a", at: moment)
            } else {
                _ = try store.undo(batch: merged, author: "a", at: moment)
            }
            #expect(try store.workingState().merging == nil && store.openConflictCount() == 0)
            #expect(try walk.state().prefix(2) == ["1 dog", "2 "])
            if isAborted {
                _ = try store.undo(batch: nil, author: "a", at: moment)
            } else {
                _ = try store.redo(batch: merged, author: "a", at: moment)
            }
            #expect(try walk.state() == state && store.openConflictCount() == 1)
            #expect(try store.workingState().merging?.id == theirs.id)
        }
        try label(store, 1, "fox")
        let version = try store.commit(tag: nil, describe: walk.describe)
        #expect(version.parents.count == 2)
        #expect(try walk.state().prefix(2) == ["1 fox", "2 owl"])
        #expect(try store.verifyDatabase().joined(separator: "; ") == "")
    }

    @Test func `a finished merge is undone and redone`() throws {
        let (walk, theirs) = try twoSides()
        let store = walk.store
        _ = try merge(theirs, into: walk)
        let merged = try #require(try store.changes(limit: 1).first?.id)
        try label(store, 1, "fox")
        _ = try store.commit(tag: nil, describe: walk.describe)
        let undone = try store.undo(batch: merged, author: "a", at: moment)
        // The label that was decided since, and its class.
        #expect(undone.skipped == 2)
        #expect(try walk.state().prefix(2) == ["1 fox", "2 "])
        _ = try store.redo(batch: merged, author: "a", at: moment)
        #expect(try walk.state().prefix(2) == ["1 fox", "2 owl"])
        #expect(try store.workingState().merging == nil)
        #expect(try store.workingState().difference.isEmpty)
    }

    @Test func `a merge does not go on where the branch has gone on`() throws {
        let (walk, theirs) = try twoSides()
        let store = walk.store
        _ = try merge(theirs, into: walk)
        let merged = try #require(try store.changes(limit: 1).first?.id)
        _ = try store.undo(batch: merged, author: "a", at: moment)
        try label(store, 3, "cat")
        _ = try store.commit(tag: nil, describe: walk.describe)
        #expect(throws: StorageError.self) {
            try store.redo(batch: merged, author: "a", at: moment)
        }
        #expect(try store.workingState().merging == nil)
    }

    @Test func `what settled a conflict settles it again by redo`() throws {
        let (walk, theirs) = try twoSides()
        let store = walk.store
        _ = try merge(theirs, into: walk)
        try label(store, 1, nil)
        #expect(try store.openConflictCount() == 0)
        let undone = try store.undo(batch: nil, author: "a", at: moment)
        #expect(try store.openConflictCount() == 1)
        _ = try store.redo(batch: undone.batch, author: "a", at: moment)
        #expect(try store.openConflictCount() == 0)
    }

    @Test func `of two merges that were taken back the one that goes on is the one that ends`()
        throws
    {
        let (walk, theirs) = try twoSides()
        let store = walk.store
        _ = try merge(theirs, into: walk)
        let first = try #require(try store.changes(limit: 1).first?.id)
        _ = try store.undo(batch: first, author: "a", at: moment)
        _ = try merge(theirs, into: walk)
        try store.abortMerge(author: "a", at: moment)
        _ = try store.redo(batch: first, author: "a", at: moment)
        #expect(try store.openConflictCount() == 1)
        try store.abortMerge(author: "a", at: moment)
        #expect(try store.openConflictCount() == 0 && store.workingState().merging == nil)
        #expect(try walk.state().prefix(2) == ["1 dog", "2 "])
    }
}
