import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct ReviewStageTests {
    private static func truth(_ dataset: Dataset) throws -> [Sample.ID: String] {
        let text = try String(contentsOf: Fixtures.url("photos-answers.csv"), encoding: .utf8)
        let rows = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        let byDigest = Dictionary(
            rows.map { (String($0[0]), String($0[1])) },
            uniquingKeysWith: { $1 }
        )
        return Dictionary(
            uniqueKeysWithValues: try dataset.samples().map {
                ($0.id, byDigest[$0.sha256.hex] ?? "?")
            }
        )
    }

    @Test func `groups show all their members, at most 24, and nothing is given out twice`() throws
    {
        let fixture = try PipelineFixture.embedded(120)
        let stage = ReviewStage(dataset: fixture.dataset)
        let first = try stage.next(limit: 5, reviewer: "a")
        let second = try stage.next(limit: 5, reviewer: "b")
        #expect(!first.isEmpty && !second.isEmpty)
        var seen = Set<Sample.ID>()
        for item in first + second {
            let ids = item.members ?? [item.image?.id ?? 0]
            #expect((1...24).contains(ids.count))
            #expect(item.shown.map { $0.map(\.id) } ?? ids == ids)
            #expect(seen.isDisjoint(with: ids))
            seen.formUnion(ids)
        }
        #expect(try stage.status().leased == seen.count)
        try stage.release(first.map(\.lease))
        #expect(try stage.status().leased < seen.count)
    }

    @Test func `a group is split into two that hold all of it, and can be decided each`() throws {
        let fixture = try PipelineFixture.embedded(60)
        let stage = ReviewStage(dataset: fixture.dataset)
        let group = try #require(
            try stage.next(limit: 1, reviewer: "a").first { $0.kind == .cluster }
        )
        let halves = try stage.split(group.item, lease: group.lease, reviewer: "a")
        #expect(halves.count == 2 && halves.allSatisfy { $0.kind == .cluster })
        let members = halves.compactMap(\.members)
        #expect(members[0].count >= members[1].count && !members[1].isEmpty)
        #expect(Set(members.joined()) == Set(group.members ?? []))
        #expect(members.joined().count == group.members?.count)
        // The whole is gone: it cannot be decided, split or held any more.
        #expect(throws: CurationError.self) {
            try stage.split(group.item, lease: group.lease, reviewer: "a")
        }
        #expect(try stage.renew([group.lease]).isEmpty)
        let whole = ReviewSubmission(
            item: group.item,
            lease: group.lease,
            reviewer: "a",
            decision: .accept,
            label: "x"
        )
        #expect(try stage.decide([whole]).map(\.status) == [.expired])
        for (half, label) in zip(halves, ["first", "second"]) {
            try submit(stage, half, .accept, label: label)
        }
        #expect(try stage.status().decided == group.members?.count)
    }

    @Test func `a picked out picture is never offered for that class again`() throws {
        let fixture = try PipelineFixture.embedded(120)
        let stage = ReviewStage(dataset: fixture.dataset)
        let truth = try Self.truth(fixture.dataset)
        var refuted: [Sample.ID: Set<String>] = [:]
        for _ in 0..<25 {
            let items = try stage.next(limit: 4, reviewer: "a")
            guard !items.isEmpty else { break }
            for item in items {
                let label = item.predictions.first?.label
                for id in item.members ?? [item.image?.id ?? 0] {
                    #expect(label == nil || refuted[id]?.contains(label ?? "") != true)
                }
                if let members = item.members {
                    let name = label ?? truth[members[0]] ?? "?"
                    let odd = members.filter { truth[$0] != name }
                    guard odd.count < members.count else {
                        try submit(stage, item, .reject)
                        continue
                    }
                    for id in odd { refuted[id, default: []].insert(name) }
                    try submit(stage, item, .accept, label: name, except: odd)
                } else if let id = item.image?.id, let label, truth[id] != label {
                    refuted[id, default: []].insert(label)
                    try submit(stage, item, .reject)
                } else {
                    try submit(
                        stage,
                        item,
                        .correct,
                        annotations: [.classification(category: truth[item.image?.id ?? 0] ?? "?")]
                    )
                }
            }
        }
        #expect(!refuted.isEmpty)
    }

    private func submit(
        _ stage: ReviewStage,
        _ item: ReviewItem,
        _ decision: Decision,
        label: String? = nil,
        except: [Sample.ID]? = nil,
        annotations: [Label]? = nil
    ) throws {
        let results = try stage.decide([
            ReviewSubmission(
                item: item.item,
                lease: item.lease,
                reviewer: "a",
                decision: decision,
                label: label,
                except: except,
                annotations: annotations
            )
        ])
        #expect(results.map(\.status) == [.decided])
    }

    @Test func `what is left out of a group gets its class in the same decision`() throws {
        let fixture = try PipelineFixture.embedded(12)
        let stage = ReviewStage(dataset: fixture.dataset)
        let item = try #require(
            try stage.next(limit: 10, reviewer: "a").first { ($0.members?.count ?? 0) > 2 }
        )
        let members = try #require(item.members)
        let submission = ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "a",
            decision: .accept,
            label: "shoes",
            except: Array(members.prefix(2)),
            corrections: [.init(member: members[0], label: "hat")]
        )
        #expect(try stage.decide([submission]).map(\.status) == [.decided])
        #expect(try stage.decide([submission]).map(\.status) == [.repeated])
        func accepted(_ id: Sample.ID) throws -> [String] {
            try fixture.dataset.annotations()[id, default: []].filter { $0.state == .accepted }
                .map(\.label.category)
        }
        #expect(try accepted(members[0]) == ["hat"] && accepted(members[1]).isEmpty)
        #expect(try accepted(members[2]) == ["shoes"])
        let undone = try stage.undo(reviewer: "a", steps: 1)
        #expect(undone.first?.what.contains("as shoes") == true)
        #expect(try members.allSatisfy { try accepted($0).isEmpty })
    }

    @Test func `what is skipped comes again only when asked for`() throws {
        let fixture = try PipelineFixture.embedded(12)
        let stage = ReviewStage(dataset: fixture.dataset)
        var skipped = Set<Sample.ID>()
        while true {
            let items = try stage.next(limit: 10, reviewer: "a")
            if items.isEmpty { break }
            for item in items {
                let ids = item.members ?? [item.image?.id ?? 0]
                #expect(skipped.isDisjoint(with: ids))
                skipped.formUnion(ids)
                try submit(stage, item, .skip)
            }
        }
        #expect(skipped.count == 12)
        #expect(try !stage.next(limit: 1, reviewer: "a", includingSkipped: true).isEmpty)
        #expect(try !stage.next(limit: 1, reviewer: "b").isEmpty)
    }

    @Test func `replaying the recorded review labels nearly all for far less time`() throws {
        let fixture = try PipelineFixture(sources: [Fixtures.url("photos").path])
        let embedded = try EmbedStage(dataset: fixture.dataset).run()
        let report = try ReplayStage(dataset: fixture.dataset).run(
            answers: PipelineFixture.answers,
            reviewer: "test",
            target: 0.97
        )
        let cost = try #require(report.cost(at: 0.97))
        // The descriptor alone hardly tells clothes apart; the network does.
        #expect(cost < (embedded.fallback == nil ? 0.6 : 1.05))
        let status = try ReviewStage(dataset: fixture.dataset).status()
        #expect(status.decided >= 367)
        #expect(try #require(status.cost) <= cost / 0.97 + 0.001)
    }

    @Test func `undo takes back as many decisions as asked for, newest first`() throws {
        let fixture = try PipelineFixture.embedded(60)
        let stage = ReviewStage(dataset: fixture.dataset)
        let items = try stage.next(limit: 3, reviewer: "a")
        try #require(items.count == 3)
        for item in items { try submit(stage, item, .accept, label: "x") }
        let undone = try stage.undo(reviewer: "a", steps: 2)
        #expect(undone.map(\.item) == [items[2].item, items[1].item])
        #expect(try stage.status().decided == items[0].size)
        #expect(try stage.undo(reviewer: "nobody", steps: 1).isEmpty)
        let again = try stage.next(limit: 2, reviewer: "a")
        #expect(again.map(\.members) == [items[1].members, items[2].members])
        #expect(
            try !stage.next(limit: 1, reviewer: "a").contains { $0.members == items[1].members }
        )
        #expect(try VerifyStage(dataset: fixture.dataset).run().ok)
    }

    @Test(arguments: [
        ("", "cat"), ("r", " "), ("r", "a\u{0}b"), ("r", "a\nb"), ("r", " cat"),
        ("r", String(repeating: "x", count: 201)), ("a\u{0}", "cat"),
    ])
    func `names that nobody can read are refused`(reviewer: String, label: String) throws {
        let fixture = try PipelineFixture.embedded(12)
        let stage = ReviewStage(dataset: fixture.dataset)
        let item = try #require(try stage.next(limit: 1, reviewer: "r").first)
        let result = try stage.decide([
            ReviewSubmission(
                item: item.item,
                lease: item.lease,
                reviewer: reviewer,
                decision: .accept,
                label: label
            )
        ])
        #expect(result.map(\.status) == [.invalid])
        #expect(try VerifyStage(dataset: fixture.dataset).run().ok)
    }

    @Test func `taking back twice offers a group once`() throws {
        let fixture = try PipelineFixture.embedded(60)
        let stage = ReviewStage(dataset: fixture.dataset)
        for _ in 0..<2 {
            let item = try #require(try stage.next(limit: 1, reviewer: "a").first)
            try submit(stage, item, .accept, label: "x")
            _ = try stage.undo(reviewer: "a", steps: 1)
        }
        let items = try stage.next(limit: 10, reviewer: "a")
        let members = items.flatMap { $0.members ?? [$0.image?.id ?? 0] }
        #expect(Set(members).count == members.count)
    }

    @Test func `refused proposals count as wrong`() throws {
        let fixture = try PipelineFixture.embedded(120)
        let stage = ReviewStage(dataset: fixture.dataset)
        _ = try ReplayStage(dataset: fixture.dataset).run(
            answers: PipelineFixture.answers,
            reviewer: "r",
            target: 0.8
        )
        let before = try #require(try stage.status().accuracy).estimate
        try #require(before > 0)
        let items = try stage.next(limit: 5, reviewer: "a")
        try #require(items.contains { !$0.predictions.isEmpty })
        for item in items { try submit(stage, item, .reject) }
        #expect(try #require(try stage.status().accuracy).estimate < before)
    }

    @Test func `leases are lengthened, also when one is named twice`() throws {
        let fixture = try PipelineFixture.embedded(12)
        let stage = ReviewStage(dataset: fixture.dataset)
        let item = try #require(try stage.next(limit: 1, reviewer: "a").first)
        #expect(try stage.renew([item.lease, item.lease, "none"]).count == 1)
    }

    @Test func `before anything is embedded it says what to run`() throws {
        let fixture = try PipelineFixture(sources: try PipelineFixture.photos(3))
        let stage = ReviewStage(dataset: fixture.dataset)
        #expect(
            throws: CurationError.input("no picture has a vector yet: run `winnow embed` first")
        ) {
            try stage.next(limit: 1, reviewer: "a")
        }
    }

    @Test(arguments: [1, 2, 3])
    func `very small sets are reviewed to the end`(count: Int) throws {
        let fixture = try PipelineFixture.embedded(count)
        let stage = ReviewStage(dataset: fixture.dataset)
        for _ in 0..<10 {
            let items = try stage.next(limit: 20, reviewer: "a")
            if items.isEmpty { break }
            for item in items { try submit(stage, item, .accept, label: "x") }
        }
        #expect(try stage.status().decided == count)
    }
}
