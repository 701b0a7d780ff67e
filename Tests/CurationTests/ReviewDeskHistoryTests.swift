import Curation
import CurationCore
import Testing

/// What the page of versions asks of a real data set.
@Suite struct ReviewDeskHistoryTests {
    private static func label(
        _ fixture: PipelineFixture,
        _ labels: [String?],
        by author: String
    ) throws {
        let samples = try fixture.dataset.samples()
        _ = try LabelStage(dataset: fixture.dataset).set(
            zip(samples, labels).map { sample, name in
                LabeledSample(
                    sample: sample,
                    labels: name.map { [.classification(category: $0)] } ?? []
                )
            },
            author: author
        )
    }

    /// Six pictures on two branches: the second, third and sixth were changed on both, in their own ways.
    private static func merging() throws -> (PipelineFixture, ReviewDesk) {
        let fixture = try PipelineFixture(
            sources: try PipelineFixture.photos(6),
            classes: ["hat", "shoes", "coat"]
        )
        let stage = VersionStage(dataset: fixture.dataset)
        try label(fixture, ["hat", "hat", "hat", "shoes", "shoes", "coat"], by: "anna")
        _ = try stage.commit(message: "first", author: "anna", tag: "v1")
        try stage.makeBranch("strict", at: try stage.version(named: "HEAD"))
        try stage.switchBranch(to: "strict", author: "ben")
        try label(fixture, ["hat", "shoes", "shoes", "coat", "shoes", nil], by: "ben")
        _ = try stage.commit(message: "strict", author: "ben")
        try stage.switchBranch(to: "main", author: "anna")
        try label(fixture, ["hat", "coat", "coat", "shoes", "shoes", "hat"], by: "anna")
        _ = try stage.commit(message: "second", author: "anna")
        let report = try stage.merge(
            try stage.version(named: "strict"),
            called: "strict",
            author: "anna"
        )
        #expect(report.conflicts == 3)
        return (fixture, ReviewDesk(dataset: fixture.dataset))
    }

    private static func category(_ label: Label?) -> String { label?.category ?? "-" }

    private static func labels(_ fixture: PipelineFixture) throws -> [String] {
        try VersionStage(dataset: fixture.dataset).content(of: nil)
            .sorted { $0.sample.id < $1.sample.id }
            .map { category($0.labels.first) }
    }

    @Test func `conflicts are settled one by one or by class, taken back, and then committed`()
        async throws
    {
        let (fixture, desk) = try Self.merging()
        let page = try await desk.conflicts(limit: 2, after: 0)
        #expect(page.open == 3 && page.ours == "main" && page.theirs == "strict")
        #expect(page.classes.map { "\($0.category) \($0.count)" } == ["coat 2", "hat 1"])
        let sides = page.items.map { [$0.base, $0.ours, $0.theirs].map(Self.category) }
        #expect(sides == [["hat", "coat", "shoes"], ["hat", "coat", "shoes"]])
        let rest = try await desk.conflicts(limit: 2, after: Int64(try #require(page.next)) ?? 0)
        #expect(
            rest.items.map { [$0.base, $0.ours, $0.theirs].map(Self.category) } == [
                ["coat", "hat", "-"]
            ]
        )
        #expect(rest.next == nil)

        let first = page.items[0].id
        let one = try await desk.settle(
            Settlement(take: .theirs, conflict: first),
            author: "reviewer:r1"
        )
        #expect(one.changed == 1)
        let again = try await desk.settle(
            Settlement(take: .base, conflict: first),
            author: "reviewer:r1"
        )
        #expect(again == ActReport(batch: nil, changed: 0))
        let all = try await desk.settle(
            Settlement(take: .base, category: "coat"),
            author: "reviewer:r1"
        )
        #expect(all.changed == 1)
        #expect(try Self.labels(fixture) == ["hat", "shoes", "hat", "coat", "shoes", "-"])
        await #expect(throws: CurationError.self) {
            try await desk.commit(message: "too early", tag: nil, author: "r1")
        }

        let back = try await desk.undo(
            batch: try #require(all.batch),
            again: false,
            author: "reviewer:r1"
        )
        #expect(back.changed == 1)
        #expect(try await desk.conflicts(limit: 9, after: 0).open == 2)
        let last = try await desk.settle(Settlement(take: .theirs), author: "reviewer:r1")
        #expect(last.changed == 2)
        #expect(try Self.labels(fixture) == ["hat", "shoes", "shoes", "coat", "shoes", "-"])
        let version = try await desk.commit(message: "joined", tag: "v2", author: "r1")
        #expect(version.parents.count == 2)
        let log = try await desk.versions(limit: 3, after: nil)
        #expect(log.items.map(\.message) == ["joined", "second", "strict"])
        #expect(
            log.tags.map(\.tag) == ["v1", "v2"] && log.branches.map(\.branch) == ["main", "strict"]
        )
        #expect(log.working.merging == nil && log.working.isClean)
        let older = try await desk.versions(
            limit: 3,
            after: ContentDigest(hex: try #require(log.next))
        )
        #expect(older.items.map(\.message) == ["first"] && older.next == nil)
        #expect(try VerifyStage(dataset: fixture.dataset).run().problems.isEmpty)
    }

    @Test func `a difference is told class by class and read in pages`() async throws {
        let (fixture, desk) = try Self.merging()
        let page = try await desk.diff(
            DiffRequest(before: "v1", after: "main", limit: 2),
            for: "r1"
        )
        let moves = page.summary.moves.map { "\($0.from ?? "-")>\($0.to ?? "-") \($0.count)" }
        #expect(moves == ["hat>coat 2", "coat>hat 1"])
        #expect(page.summary.images == 3 && page.matching == 3 && page.items.count == 2)
        let samples = try fixture.dataset.samples()
        #expect(page.items.map(\.image.id) == [samples[1].id, samples[2].id])
        #expect(page.items[0].labels.first?.annotation?.hasPrefix("a-") == true)
        let rest = try await desk.diff(
            DiffRequest(
                before: "v1",
                after: "main",
                cursor: Int64(try #require(page.next)),
                limit: 2
            ),
            for: "r1"
        )
        #expect(rest.items.map(\.image.id) == [samples[5].id] && rest.next == nil)
        let only = try await desk.diff(
            DiffRequest(before: "v1", after: "strict", from: "coat", to: "", limit: 9),
            for: "r1"
        )
        #expect(only.matching == 1 && only.items.map(\.image.id) == [samples[5].id])
        await #expect(throws: CurationError.self) {
            try await desk.diff(DiffRequest(before: "v1", after: "nothing", limit: 9), for: "r1")
        }
    }

    /// Three pictures that are hats in the version v1.
    private static func threeHats() async throws -> (PipelineFixture, ReviewDesk) {
        let fixture = try PipelineFixture(
            sources: try PipelineFixture.photos(3),
            classes: ["hat", "shoes"]
        )
        let desk = ReviewDesk(dataset: fixture.dataset)
        try label(fixture, ["hat", "hat", "hat"], by: "anna")
        _ = try await desk.commit(message: "first", tag: "v1", author: "anna")
        return (fixture, desk)
    }

    @Test func `a whole version comes back as a new one, and that is taken back like any act`()
        async throws
    {
        let (fixture, desk) = try await Self.threeHats()
        try Self.label(fixture, ["hat", "shoes", "shoes"], by: "anna")
        await #expect(throws: CurationError.self) {
            try await desk.restore(version: "v1", by: "r1")
        }
        _ = try await desk.commit(message: "second", tag: "v2", author: "anna")
        let made = try await desk.restore(version: "v1", by: "r1")
        #expect(made?.message.hasSuffix("first") == true && made?.author == "reviewer:r1")
        #expect(try Self.labels(fixture) == ["hat", "hat", "hat"])
        #expect(try await desk.versions(limit: 9, after: nil).items.count == 3)
        #expect(try await desk.restore(version: "v1", by: "r1") == nil)
        let undone = try await desk.undoActs(of: "r1", steps: 1)
        #expect(undone.acts.count == 1)
        #expect(try Self.labels(fixture) == ["hat", "shoes", "shoes"])
        await #expect(throws: CurationError.self) {
            try await desk.restore(version: "nothing", by: "r1")
        }
    }

    @Test func `one picture goes back to what it was, in or out of the data set`() async throws {
        let (fixture, desk) = try await Self.threeHats()
        let id = try fixture.dataset.samples()[1].id
        try Self.label(fixture, ["hat", "shoes", "shoes"], by: "anna")
        _ = try await desk.setMembership(
            .images([id]),
            isPresent: false,
            id: "m",
            author: "reviewer:r1"
        )
        let working = try await desk.diff(
            DiffRequest(before: "v1", after: DiffRequest.working, limit: 9),
            for: "r1"
        )
        #expect(working.after == nil && working.summary.removed == 1)
        let report = try await desk.restore(image: id, to: "v1", by: "r1")
        #expect(report.batch != nil)
        #expect(try Self.labels(fixture) == ["hat", "hat", "shoes"])
        let nothing = try await desk.restore(image: id, to: "v1", by: "r1")
        #expect(nothing.batch == nil)
        _ = try await desk.undo(
            batch: try #require(report.batch),
            again: false,
            author: "reviewer:r1"
        )
        #expect(try fixture.dataset.samples().count == 2)
        let lines = try #require(try await desk.history(of: id, for: "r1"))
        #expect(lines.map(\.label.category).contains("shoes"))
        let lineage = try await desk.why(lines[0].annotation, for: "r1")
        #expect(lineage.chain.count == lines.count)
        let none = try await desk.history(of: 999, for: "r1")
        #expect(none == nil)
    }

    @Test func `what was taken out or restored is a reviewer's act like any other`() async throws {
        let (fixture, desk) = try await Self.threeHats()
        try Self.label(fixture, ["hat", "shoes", "shoes"], by: "anna")
        let ids = try fixture.dataset.samples().map(\.id)
        _ = try await desk.restore(image: ids[1], to: "v1", by: "r1")
        _ = try await desk.setMembership(
            .images([ids[0]]),
            isPresent: false,
            id: "m",
            author: "reviewer:r1"
        )
        let out = try await desk.undoActs(of: "r1", steps: 1)
        #expect(out.acts.map(\.what) == ["took out 1"] && out.canUndo && out.canRedo)
        #expect(try fixture.dataset.samples().count == 3)
        let back = try await desk.undoActs(of: "r1", steps: 1)
        #expect(back.acts.map(\.what) == ["restored 1 picture"] && !back.canUndo)
        #expect(try Self.labels(fixture) == ["hat", "shoes", "shoes"])
        let again = try await desk.redoActs(of: "r1", steps: 2)
        #expect(again.acts.map(\.what) == ["restored 1 picture", "took out 1"])
        #expect(try fixture.dataset.samples().count == 2 && !again.canRedo)
    }
}
