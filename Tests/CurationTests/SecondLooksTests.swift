import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct SecondLooksTests {
    /// A data set, the queue, and what a person answers who knows the names of the files.
    private struct Desk {
        let fixture: PipelineFixture
        let stage: ReviewStage
        let team: TeamStage

        init(_ pictures: Int = 16, _ policy: ReviewPolicy = ReviewPolicy(overlap: 2)) throws {
            fixture = try PipelineFixture.embedded(pictures)
            stage = ReviewStage(dataset: fixture.dataset)
            team = TeamStage(dataset: fixture.dataset)
            try team.set(policy)
        }

        func labels() throws -> [Sample.ID: String] {
            var query = LabelQuery()
            query.state = .accepted
            let all = try LabelStage(dataset: fixture.dataset).page(query, limit: 1000)
            return Dictionary(
                uniqueKeysWithValues: all.map {
                    ($0.annotation.sample, $0.annotation.label.category)
                }
            )
        }

        /// Answers all that a reviewer is offered, as `name` says for each picture.
        @discardableResult
        func work(
            _ reviewer: String,
            most: Int = 1000,
            _ name: (Sample.ID) -> String
        ) throws -> [ReviewItem] {
            var done: [ReviewItem] = []
            while done.count < most, let item = try stage.next(limit: 1, reviewer: reviewer).first {
                done.append(item)
                try answer(item, reviewer, name)
            }
            return done
        }

        func answer(
            _ item: ReviewItem,
            _ reviewer: String,
            _ name: (Sample.ID) -> String
        ) throws {
            let result = try stage.decide([item.answer(by: reviewer, name)])
            #expect(result.map(\.status) == [.decided])
        }
    }

    private static func parity(_ id: Sample.ID) -> String { id % 2 == 0 ? "even" : "odd" }

    @Test func `a second person is asked about all that the first decided, without its answer`()
        throws
    {
        let desk = try Desk()
        try desk.work("ann", Self.parity)
        #expect(try desk.labels().count == 16)
        #expect(try desk.stage.next(limit: 9, reviewer: "ann").isEmpty)
        #expect(try desk.stage.status().secondLooks == 16)
        let before = try desk.labels()
        let seen = try desk.work("ben", Self.parity)
        #expect(Set(seen.compactMap(\.image?.id)).count == 16)
        #expect(seen.allSatisfy { $0.reason == .audit && $0.kind == .image })
        #expect(try desk.labels() == before)
        let status = try desk.stage.status()
        #expect(status.secondLooks == 0 && status.adjudications == 0 && status.decided == 16)
        let people = try desk.team.reviewers()
        #expect(people.map(\.reviewer) == ["ann", "ben"])
        #expect(people.allSatisfy { $0.agreement == 1 && $0.shared == 16 && $0.accuracy > 0.9 })
    }

    @Test func `answers still agree when their class is renamed`() throws {
        let desk = try Desk(8)
        for who in ["ann", "ben"] { try desk.work(who, Self.parity) }
        _ = try ClassStage(dataset: desk.fixture.dataset, author: "a").rename("odd", to: "uneven")
        #expect(try desk.stage.status().adjudications == 0)
    }

    @Test func `second looks say nothing of how right the proposals were`() async throws {
        let desk = try Desk(40)
        try desk.work("ann", Self.parity)
        func looks() async throws -> Int {
            let progress = try await ReviewDesk(dataset: desk.fixture.dataset)
                .progress(detail: true)
            return try #require(progress.categories).map(\.looks).reduce(0, +)
        }
        let (first, accuracy) = (try await looks(), try desk.stage.status().accuracy)
        try #require(first > 0)
        try desk.work("ben", Self.parity)
        #expect(try await looks() == first)
        #expect(try desk.stage.status().accuracy == accuracy)
    }

    @Test func `where two disagree a third one settles it, seeing both sides`() throws {
        let desk = try Desk()
        try desk.work("ann", Self.parity)
        let odd = try #require(try desk.labels().keys.min())
        try desk.work("ben") { $0 == odd ? "neither" : Self.parity($0) }
        #expect(try desk.labels()[odd] == Self.parity(odd))
        #expect(try desk.stage.status().adjudications == 1)
        #expect(try desk.stage.next(limit: 9, reviewer: "ann").isEmpty)
        let items = try desk.work("cleo") { _ in "neither" }
        let item = try #require(items.first)
        #expect(items.count == 1 && item.reason == .disagreement && item.image?.id == odd)
        #expect(Set(item.predictions.map(\.label)) == [Self.parity(odd), "neither"])
        #expect(Set(item.predictions.map(\.source)) == ["ann", "ben"])
        #expect(try desk.labels()[odd] == "neither")
        #expect(try desk.stage.status().adjudications == 0)
        _ = try desk.stage.undo(reviewer: "cleo", steps: 1)
        #expect(try desk.labels()[odd] == Self.parity(odd))
        #expect(try desk.stage.status().adjudications == 1)
    }

    @Test func `only adjudicators settle, and they may have answered before`() throws {
        let policy = ReviewPolicy(overlap: 2, adjudicators: ["ann"])
        let desk = try Desk(12, policy)
        try desk.work("ann", Self.parity)
        try desk.work("ben") { _ in "neither" }
        #expect(try desk.stage.status().adjudications == 12)
        #expect(try desk.stage.next(limit: 9, reviewer: "cleo").isEmpty)
        #expect(try desk.work("ann", Self.parity).count == 12)
        #expect(try desk.stage.status().adjudications == 0)
        #expect(try desk.labels().values.allSatisfy { $0 != "neither" })
    }

    @Test func `a label that later answers speak against goes to an adjudicator, too`() throws {
        let desk = try Desk(12, ReviewPolicy(overlap: 2, adjudicators: ["cleo"]))
        try desk.work("ann", Self.parity)
        try desk.work("ben") { _ in "neither" }
        // The adjudicator finds Ben right each time, so that his word weighs more and more.
        try desk.work("cleo") { _ in "neither" }
        #expect(try desk.labels().values.allSatisfy { $0 == "neither" })
        #expect(try desk.stage.status().adjudications == 0)
    }

    @Test func `three of whom two agree against the first change the label`() throws {
        let desk = try Desk(12, ReviewPolicy(overlap: 3))
        try desk.work("ann", Self.parity)
        try desk.work("ben") { _ in "even" }
        #expect(try desk.labels().values.contains("odd"))
        try desk.work("cleo") { _ in "even" }
        #expect(try desk.labels().values.allSatisfy { $0 == "even" })
        _ = try desk.stage.undo(reviewer: "cleo", steps: 12)
        #expect(try desk.labels().values.count { $0 == "odd" } == 6)
        #expect(try desk.stage.status().secondLooks == 12)
    }

    @Test func `the share says how many pictures it holds for`() throws {
        let desk = try Desk(60, ReviewPolicy(overlap: 2, share: 0.25))
        try desk.work("ann", Self.parity)
        let waiting = try #require(try desk.stage.status().secondLooks)
        #expect((5...25).contains(waiting))
        #expect(try desk.work("ben", Self.parity).count == waiting)
    }

    @Test func `first looks go on while others wait for a second one`() throws {
        let desk = try Desk(40)
        try desk.work("ann", most: 4, Self.parity)
        let items = try desk.work("ben", most: 8, Self.parity)
        #expect(items.contains { $0.reason == .audit })
        #expect(items.contains { $0.reason != .audit })
    }

    @Test func `known pictures test each person once and change no label`() throws {
        let desk = try Desk(20, ReviewPolicy(honeypots: 0.5))
        try desk.work("ann", Self.parity)
        let before = try desk.labels()
        let known = Array(before.keys.sorted().prefix(5))
        #expect(try desk.team.addKnown(known + [999]) == [999])
        #expect(try desk.stage.next(limit: 5, reviewer: "ann").isEmpty)
        // What waits is taken apart so that there is something to mix them into.
        _ = try desk.stage.undo(reviewer: "ann", steps: 1)
        let trapped = try desk.work("ben") { known.contains($0) ? "wrong" : Self.parity($0) }
            .compactMap(\.image?.id).filter(known.contains)
        #expect(Set(trapped).count == trapped.count && !trapped.isEmpty)
        for id in trapped { #expect(try desk.labels()[id] == before[id]) }
        let ben = try #require(try desk.team.reviewers().first { $0.reviewer == "ben" })
        #expect(ben.known == trapped.count && ben.right == 0)
        try desk.team.removeKnown(known)
        #expect(try desk.team.known().isEmpty)
    }

    @Test func `known pictures and second looks come evenly, also where many were missed`() throws {
        let desk = try Desk(60, ReviewPolicy())
        let samples = try desk.fixture.dataset.samples()
        _ = try LabelStage(dataset: desk.fixture.dataset).set(
            samples.prefix(20).map {
                LabeledSample(
                    sample: $0,
                    labels: [.classification(category: Self.parity($0.id))]
                )
            },
            author: "import"
        )
        let known = samples.prefix(20).map(\.id)
        #expect(try desk.team.addKnown(known).isEmpty)
        // Many pictures with few decisions, none of them known.
        let first = try desk.work("ben", most: 3, Self.parity)
        let pictures = first.flatMap { $0.members ?? [0] }
        try #require(pictures.count > 10)
        try desk.team.set(ReviewPolicy(honeypots: 0.2))
        let items = try desk.work("ben", Self.parity)
        let places = items.indices.filter { known.contains(items[$0].image?.id ?? 0) }
        try #require(places.count > 1)
        for (place, next) in zip(places, places.dropFirst()) { #expect(next - place >= 5) }
    }

    @Test func `who is asked without what others said sees nothing of it, and answers there only`()
        async throws
    {
        let desk = try Desk(12)
        try desk.work("ann", Self.parity)
        // The lease must hold however long a busy machine takes.
        let later = Timestamp.now.advanced(by: 7200)
        let item = try #require(
            try desk.stage.next(limit: 1, reviewer: "ben", at: later).first
        )
        let id = try #require(item.image?.id)
        let review = ReviewDesk(dataset: desk.fixture.dataset)
        func seen(_ reviewer: String) async throws -> (Int, Int, [UInt8]) {
            let view = try await review.makeView(ViewQuery(), for: reviewer).view
            let items = try await review.items(of: view, from: 0, count: 99, for: reviewer).items
            let rows = try await review.rows(of: view, from: 0, count: 99, for: reviewer)
            let place = try #require(items.firstIndex { $0.id == id })
            let history = try #require(try await review.history(of: id, for: reviewer))
            let start = 8 + 8 * place + 4
            return (items[place].annotations.count, history.count, Array(rows[start..<(start + 3)]))
        }
        let (own, other) = (try await seen("ben"), try await seen("ann"))
        #expect(own.0 == 0 && own.1 == 0 && own.2 == [0, 0, 0])
        #expect(other.0 == 1 && other.1 == 1 && other.2 != [0, 0, 0])
        let decision = ViewDecision(
            id: "d",
            decision: .label,
            label: "even",
            ranges: [[0, 12]],
            expectedCount: 12
        )
        let view = try await review.makeView(ViewQuery(), for: "ben").view
        let decided = try await review.decide(decision, about: view, by: "ben")
        #expect(decided.changed == 0 && decided.asked == 12)
        let version = try #require(try await review.image(id, for: "ann")).version
        let edit = ImageEdit(
            id: "e",
            baseVersion: version,
            annotations: [.classification(category: "neither")]
        )
        await #expect(throws: GridError.askedBlindly) {
            try await review.edit(edit, of: id, by: "ben")
        }
        try desk.answer(item, "ben", Self.parity)
        #expect(try await seen("ben").1 == 1)
        #expect(try await review.edit(edit, of: id, by: "ben").version != version)
    }

    @Test func `what is somebody's is offered to nobody else`() throws {
        let desk = try Desk(60, ReviewPolicy())
        let clusters = try desk.fixture.dataset.clusterMembers()
        let mine = Set(clusters.filter { $0.cluster == 0 }.map(\.id))
        try #require(!mine.isEmpty && mine.count < 60)
        try desk.team.assign(clusters: [0], fields: [], to: "ann")
        let others = try desk.work("ben", Self.parity).flatMap { $0.members ?? [$0.image?.id ?? 0] }
        #expect(mine.isDisjoint(with: others))
        #expect(Set(others).count == 60 - mine.count)
        let own = try desk.work("ann", Self.parity).flatMap { $0.members ?? [$0.image?.id ?? 0] }
        #expect(Set(own) == mine)
        #expect(throws: (any Error).self) {
            try desk.team.assign(clusters: [], fields: [("nothing", "x")], to: "ann")
        }
        try desk.team.assign(clusters: [0], fields: [], to: "ann", isOn: false)
        #expect(try desk.team.assignments().isEmpty)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `nobody answers twice and nothing is given to two at once, whatever the order`(
        seed: UInt64
    ) throws {
        let desk = try Desk(14, ReviewPolicy(overlap: 2, certainty: 0.7))
        var random = SeededGenerator(seed: seed)
        var held: [String: [ReviewItem]] = [:]
        var answered: [String: Set<Sample.ID>] = [:]
        for _ in 0..<120 {
            let who = ["ann", "ben", "cleo"][Int(random.unit() * 3)]
            if held[who, default: []].isEmpty {
                let items = try desk.stage.next(limit: 2, reviewer: who)
                let given = items.flatMap { $0.members ?? [$0.image?.id ?? 0] }
                let others = held.values.joined().flatMap { $0.members ?? [$0.image?.id ?? 0] }
                #expect(Set(given).isDisjoint(with: others))
                held[who] = items
            } else if let item = held[who]?.removeFirst() {
                let ids = item.members ?? [item.image?.id ?? 0]
                #expect(answered[who, default: []].isDisjoint(with: ids))
                let isWrong = random.unit() < 0.2
                try desk.answer(item, who) { isWrong ? "neither" : Self.parity($0) }
                let isGroup = item.kind == .cluster
                let right = isWrong ? ids : ids.filter { Self.parity($0) == Self.parity(ids[0]) }
                answered[who, default: []].formUnion(isGroup ? right : ids)
            }
        }
        for who in ["ann", "ben", "cleo"] {
            for item in held[who] ?? [] { try desk.answer(item, who, Self.parity) }
        }
        for who in ["ann", "ben", "cleo", "ann", "ben", "cleo"] { try desk.work(who, Self.parity) }
        let status = try desk.stage.status()
        #expect(status.pending == 0 && status.secondLooks == 0)
        let problems = try VerifyStage(dataset: desk.fixture.dataset).run().problems
        #expect(problems.isEmpty)
    }

    @Test func `flags and comments are kept, listed and forgotten with the picture`() throws {
        let fixture = try PipelineFixture.embedded(3)
        let remarks = RemarkStage(dataset: fixture.dataset)
        let ids = try fixture.dataset.samples().map(\.id)
        #expect(try remarks.flag(ids, by: "ann") == 3)
        #expect(try remarks.flag([ids[0], 999], by: "ben") == 0)
        #expect(try remarks.flag([ids[2]], isOn: false, by: "ben") == 1)
        _ = try remarks.comment("two cats?", on: ids[2], by: "ben")
        let long = String(repeating: "x", count: 4001)
        for text in ["", " \n", long] {
            #expect(throws: CurationError.self) {
                try remarks.comment(text, on: ids[0], by: "ann")
            }
        }
        #expect(throws: CurationError.self) { try remarks.comment("x", on: 999, by: "ann") }
        #expect(try remarks.remarks().map(\.flaggedBy) == ["ann", "ann", nil])
        #expect(try remarks.remarks()[2].comments.map(\.text) == ["two cats?"])
        _ = try ForgetStage(dataset: fixture.dataset).run([ids[2]], author: "ann")
        #expect(try remarks.remarks().map(\.id) == [ids[0], ids[1]])
    }
}
