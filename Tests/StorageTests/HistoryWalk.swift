import CurationCore
import Foundation
import History
import Storage
import TestKit
import Testing

/// A store that is put through random histories.
struct HistoryWalk {
    static let classes = ["cat", "dog", "fox", "owl"]

    let fixture: StoreFixture
    var store: DatasetStore { fixture.store }
    var random: SeededGenerator
    var versions: [Version] = []
    var branches = ["main"]

    init(seed: UInt64, samples: Int = 8) throws {
        fixture = try StoreFixture(samples: samples)
        random = SeededGenerator(seed: seed)
    }

    /// What the labels of now say, by image.
    func state() throws -> [String] {
        try store.labeledSamples().map { image in
            "\(image.sample.id) " + image.labels.map(\.category).joined(separator: ",")
        }
    }

    func describe(_ found: CommitContent) -> Version {
        Version(
            id: VersionDigest.id(
                content: found.content,
                parents: found.parents,
                branch: found.branch,
                author: "t",
                at: StoreFixture.moment,
                message: "m",
                lineage: [:]
            ),
            content: found.content,
            parents: found.parents,
            branch: found.branch,
            author: "t",
            at: StoreFixture.moment,
            message: "m",
            lineage: [:],
            categories: found.categories,
            images: found.images,
            annotations: found.annotations
        )
    }

    mutating func commit() throws -> Version? {
        guard try store.openConflictCount() == 0 else { return nil }
        // The same state twice in the same moment would be the same version.
        guard try !store.workingState().difference.isEmpty || versions.isEmpty else { return nil }
        let version = try store.commit(tag: nil, describe: describe)
        if !versions.contains(where: { $0.id == version.id }) { versions.append(version) }
        return version
    }

    /// One act at random; refusals are part of life.
    mutating func step() throws {
        do {
            try act()
        } catch let error as StorageError {
            switch error {
            case .branch, .batch, .category, .field, .uncommitted, .merging: break
            default: throw error
            }
        }
    }

    private mutating func act() throws {
        let name = Self.classes.randomElement(using: &random) ?? "cat"
        let other = Self.classes.randomElement(using: &random) ?? "dog"
        let sample = Int64.random(in: 1...8, using: &random)
        let moment = StoreFixture.moment
        switch Int.random(in: 0...19, using: &random) {
        case 0...5:
            let labels = Bool.random(using: &random) ? [Label.classification(category: name)] : []
            try store.label([(sample, labels)], author: "a", message: "", at: moment)
        case 6: try store.change(.rename(name, to: other), author: "a", at: moment)
        case 7: try store.change(.merge(name, into: other), author: "a", at: moment)
        case 8: try store.change(.delete(name, labels: .remove), author: "a", at: moment)
        case 9: try store.change(.split(name, into: [name, other]), author: "a", at: moment)
        case 10, 11: _ = try store.undo(batch: nil, author: "a", at: moment)
        case 12: _ = try store.redo(batch: nil, author: "a", at: moment)
        case 13:
            let last = try store.changes(limit: 1).first?.id ?? 1
            let batch = Int64.random(in: 1...last, using: &random)
            _ = try store.undo(batch: batch, author: "a", at: moment)
        case 14, 15: _ = try commit()
        case 16:
            guard let version = versions.randomElement(using: &random) else { return }
            let branch = "b\(branches.count)"
            try store.makeBranch(branch, at: version)
            branches.append(branch)
        case 17:
            let branch = branches.randomElement(using: &random) ?? "main"
            try store.switchBranch(
                to: branch,
                leavingBehind: Bool.random(using: &random),
                author: "a",
                at: moment
            )
        case 18:
            try store.setMembership(
                of: [sample],
                isPresent: Bool.random(using: &random),
                author: "a",
                message: "",
                at: moment
            )
        default:
            guard let version = versions.randomElement(using: &random) else { return }
            let result = try store.merge(
                version,
                called: "v",
                author: "a",
                at: moment,
                join: ThreeWayMerge.merge,
                describe: describe
            )
            if case .conflicts = result.kind, Bool.random(using: &random) {
                try store.abortMerge(author: "a", at: moment)
            }
            if let made = result.version, !versions.contains(where: { $0.id == made.id }) {
                versions.append(made)
            }
        }
    }

    /// Ends a merge that is going on.
    func settle() throws {
        guard try store.workingState().merging != nil else { return }
        try store.abortMerge(author: "a", at: StoreFixture.moment)
    }

    /// What must hold after any history.
    mutating func check() throws {
        #expect(try store.verifyDatabase().joined(separator: "; ") == "")
        #expect(try store.alteredVersions() == [])
        let classes = Set(try store.classes().map(\.category.name))
        let images = try store.labeledSamples()
        #expect(images.allSatisfy { $0.labels.count <= 1 })
        let merging = try store.workingState().merging
        #expect(try merging != nil || store.openConflictCount() == 0)
        #expect(images.allSatisfy { $0.labels.allSatisfy { classes.contains($0.category) } })
    }
}
