import Curation
import CurationCore
import Foundation
import Storage
import TestKit
import Testing

/// What is shown to who may still be asked: the same, whatever others said.
@Suite struct SightTests {
    /// A data set where Ann has answered all and Ben nothing; of one picture she said this or that.
    private struct World {
        let fixture: PipelineFixture
        let desk: ReviewDesk
        let target: Sample.ID
        let other: Sample.ID

        init(_ said: String, policy: ReviewPolicy = ReviewPolicy(overlap: 2)) throws {
            fixture = try PipelineFixture.embedded(16)
            desk = ReviewDesk(dataset: fixture.dataset)
            let samples = try fixture.dataset.samples()
            let labels = LabelStage(dataset: fixture.dataset)
            for (sample, name) in zip(samples, ["even", "odd"]) {
                let label = LabeledSample(
                    sample: sample,
                    labels: [.classification(category: name)]
                )
                _ = try labels.set([label], author: "import")
            }
            _ = try VersionStage(dataset: fixture.dataset)
                .commit(message: "first", author: "ann", tag: "v1")
            (target, other) = (samples[5].id, samples[8].id)
            let members = [target, other].map {
                DuplicateGroup.Member(id: $0, similarity: 1, transform: .identity)
            }
            let group = DuplicateGroup(kind: .near, keep: other, reason: "x", members: members)
            try DatasetStore(opening: fixture.dataset.folder).replaceDuplicates([group])
            try TeamStage(dataset: fixture.dataset).set(policy)
            try answer(by: "ann") { [target] in $0 == target ? said : "even" }
        }

        func answer(by reviewer: String, _ name: (Sample.ID) -> String) throws {
            let stage = ReviewStage(dataset: fixture.dataset)
            while let item = try stage.next(limit: 1, reviewer: reviewer).first {
                try decide(item, by: reviewer, name)
            }
        }

        func decide(
            _ item: ReviewItem,
            by reviewer: String,
            _ name: (Sample.ID) -> String
        ) throws {
            let stage = ReviewStage(dataset: fixture.dataset)
            #expect(try stage.decide([item.answer(by: reviewer, name)]).map(\.status) == [.decided])
        }

        /// What the routes answer to a reviewer that may speak of the target, by name.
        func answers(_ who: String) async throws -> [String: String] {
            var answers = try await views(who)
            answers.merge(try await pictures(who)) { $1 }
            answers.merge(try await history(who)) { $1 }
            answers.merge(try await issues(who)) { $1 }
            return answers
        }

        private func views(_ who: String) async throws -> [String: String] {
            var answers: [String: String] = [:]
            func ask(_ name: String, _ query: ViewQuery) async throws {
                let made = try await desk.makeView(query, for: who)
                let items = try await desk.items(of: made.view, from: 0, count: 99, for: who)
                answers["\(name) items"] = try text(items.items)
                let rows = try await desk.rows(of: made.view, from: 0, count: 99, for: who)
                answers["\(name) rows"] = "\(rows)"
                let fields = ["class", "label", "state", "score", "source"]
                answers["\(name) facets"] = try text(
                    try await desk.facets(of: made.view, fields: fields, for: who)
                )
            }
            try await ask("all", ViewQuery())
            for field in ["class", "label", "state", "source", "score"] {
                for isDescending in [false, true] {
                    let sort = ViewSort(field: field, descending: isDescending)
                    try await ask("sort \(field) \(isDescending)", ViewQuery(sort: sort))
                }
            }
            for (field, value) in [
                ("class", "even"), ("class", "odd"), ("label", "even"), ("label", "odd"),
                ("state", "accepted"), ("state", "corrected"), ("state", "proposed"),
                ("state", "none"), ("source", "reviewer:ann"),
            ] {
                let condition = ViewCondition(field: field, is: [.text(value)])
                try await ask("\(field) \(value)", ViewQuery(filter: [condition]))
                let old = ViewQuery(filter: [condition], version: "v2")
                try await ask("\(field) \(value) v2", old)
            }
            return answers
        }

        private func pictures(_ who: String) async throws -> [String: String] {
            var answers: [String: String] = [:]
            for (name, id) in [("target", target), ("other", other)] {
                let detail = try #require(try await desk.image(id, for: who))
                // Where nothing is kept back the moment is told, which is another each time.
                let labels = detail.annotations.map(\.content.category)
                answers["image \(name)"] = try text(detail.nearest) + "\(labels) \(detail.version)"
                let lines = try #require(try await desk.history(of: id, for: who))
                answers["history \(name)"] = "\(lines.map(\.label.category))"
            }
            return answers
        }

        private func history(_ who: String) async throws -> [String: String] {
            var answers: [String: String] = [:]
            for (before, after) in [("v1", "working"), ("v1", "v2"), ("v2", "v1")] {
                let request = DiffRequest(before: before, after: after, limit: 99)
                let page = try await desk.diff(request, for: who)
                answers["diff \(before) \(after)"] = try text(page.summary) + text(page.items)
            }
            for number in 1...20 {
                let label = "a-\(number)"
                do {
                    let lineage = try await desk.why(label, for: who)
                    answers[label] = "\(lineage.chain.map(\.revision.label.category))"
                } catch { answers[label] = "\(error)" }
            }
            return answers
        }

        private func issues(_ who: String) async throws -> [String: String] {
            var answers: [String: String] = [:]
            for kind in try await desk.issues().kinds where !kind.kind.hasPrefix("dupl") {
                let page = try await desk.issues(of: kind.kind, limit: 99, after: nil, for: who)
                answers[kind.kind] = try text(page)
            }
            let copies = try await desk.duplicates(of: nil, limit: 9, after: nil, for: who)
            #expect(copies.items.count == 1)
            answers["copies"] = try text(copies)
            return answers
        }

        private func text(_ value: some Encodable) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
                .replacing(fixture.folder.url.path, with: "")
        }
    }

    /// Both worlds, with a version of what Ann said.
    private static func worlds() throws -> (World, World) {
        let worlds = try (World("even"), World("odd"))
        for world in [worlds.0, worlds.1] {
            _ = try VersionStage(dataset: world.fixture.dataset)
                .commit(message: "second", author: "ann", tag: "v2")
        }
        return worlds
    }

    @Test func `no answer tells who may still be asked what another person said`() async throws {
        let (one, two) = try Self.worlds()
        let (first, second) = (try await one.answers("ben"), try await two.answers("ben"))
        #expect(first.count > 60)
        for (name, answer) in first { #expect(second[name] == answer, "\(name)") }
        // Who has answered sees all of it, on nearly every way.
        let (known, other) = (try await one.answers("ann"), try await two.answers("ann"))
        let told = known.filter { other[$0.key] != $0.value }.map(\.key)
        for name in ["all rows", "all items", "all facets", "class even items", "copies"] {
            #expect(told.contains(name), "\(name)")
        }
        #expect(told.contains("diff v1 working") && told.contains("image target"))
    }

    @Test func `what was taken out of the data set is kept back as before`() async throws {
        let (one, two) = try Self.worlds()
        for world in [one, two] {
            _ = try await world.desk.setMembership(
                .images([world.target]),
                isPresent: false,
                id: "m",
                author: "reviewer:ben"
            )
        }
        func seen(_ world: World) async throws -> String {
            let page = try await world.desk.issues(of: "removed", limit: 9, after: nil, for: "ben")
            let label = try #require(page?.items.first?.image?.id == world.target ? page : nil)
                .items[0].label
            let detail = try await world.desk.image(world.target, for: "ben")
            return "\(label ?? "-") \(detail?.annotations.count ?? -1)"
        }
        #expect(try await seen(one) == "- 0")
        #expect(try await seen(two) == "- 0")
    }

    @Test func `nothing is decided in the grid about what one may be asked in the queue`()
        async throws
    {
        let world = try World("odd")
        let view = try await world.desk.makeView(ViewQuery(), for: "ben").view
        let decision = ViewDecision(
            id: "d",
            decision: .label,
            label: "odd",
            ranges: [[0, 16]],
            expectedCount: 16
        )
        let result = try await world.desk.decide(decision, about: view, by: "ben")
        #expect(result.changed == 1 && result.asked == 14)
        let labels = try await world.desk.image(world.other, for: "ann")?.annotations
        #expect(labels?.map(\.content.category) == ["even"])
        await #expect(throws: GridError.askedBlindly) {
            try await world.desk.restore(image: world.target, to: "v1", by: "ben")
        }
        _ = try await world.desk.restore(image: world.target, to: "v1", by: "ann")
        // It is open again; what was said of it before stays a secret.
        #expect(try await world.desk.image(world.target, for: "ben")?.isBlind == true)
    }

    @Test func `a view is its maker's, also after a restart`() async throws {
        let world = try World("odd")
        let condition = ViewCondition(field: "class", is: [.text("odd")])
        let query = ViewQuery(filter: [condition])
        let own = try await world.desk.makeView(query, for: "ann")
        #expect(own.count == 2)
        #expect(try await world.desk.makeView(query, for: "ben").count == 1)
        for desk in [world.desk, ReviewDesk(dataset: world.fixture.dataset)] {
            await #expect(throws: GridError.noView) {
                try await desk.rows(of: own.view, from: 0, count: 9, for: "ben")
            }
            await #expect(throws: GridError.noView) {
                try await desk.items(of: own.view, from: 0, count: 9, for: "ben")
            }
            await #expect(throws: GridError.noView) {
                try await desk.facets(of: own.view, fields: ["class"], for: "ben")
            }
            await #expect(throws: GridError.noView) {
                try await desk.makeView(ViewQuery(within: own.view), for: "ben")
            }
            #expect(
                try await desk.items(of: own.view, from: 0, count: 9, for: "ann").items.count == 2
            )
        }
    }

    @Test func `once enough have answered, or one has oneself, all is told`() async throws {
        let world = try World("odd", policy: ReviewPolicy(overlap: 2, certainty: 0.5))
        func isKept(_ reviewer: String) async throws -> Bool {
            try #require(try await world.desk.image(world.other, for: reviewer)).isBlind
        }
        #expect(try await isKept("ben"))
        #expect(try await isKept("cleo"))
        #expect(try await !isKept("ann"))
        try world.answer(by: "ben") { $0 == world.target ? "odd" : "even" }
        #expect(try await !isKept("ben"))
        #expect(try await !isKept("cleo"))
        try TeamStage(dataset: world.fixture.dataset).set(ReviewPolicy(overlap: 3))
        #expect(try await isKept("cleo"))
        try TeamStage(dataset: world.fixture.dataset).set(ReviewPolicy())
        #expect(try await !isKept("cleo"))
    }

    @Test func `what others marked in a picture is kept back until one has answered`() async throws
    {
        let work = try ObjectDesk(2)
        let desk = ReviewDesk(dataset: work.fixture.dataset)
        func seen(_ reviewer: String) async throws -> [Int] {
            var counts: [Int] = []
            for id in work.fixture.truth.keys.sorted() {
                let detail = try #require(try await desk.image(id, for: reviewer))
                #expect(detail.isBlind == detail.annotations.isEmpty)
                counts.append(detail.annotations.count)
            }
            return counts
        }
        try work.work("ann") { work.truth($0) }
        let all = try await seen("ann")
        #expect(!all.contains(0))
        #expect(try await seen("ben") == [0, 0])
        try work.work("ben", most: 1) { work.truth($0) }
        #expect(try await seen("ben").filter { $0 > 0 }.count == 1)
        try work.work("ben") { work.truth($0) }
        #expect(try await seen("cleo") == all)
    }

    @Test func `what is kept back is read on as people decide, as if it were read anew`()
        async throws
    {
        let world = try World("odd", policy: ReviewPolicy(overlap: 3, certainty: 0.5))
        let stage = ReviewStage(dataset: world.fixture.dataset)
        let samples = try world.fixture.dataset.samples().map(\.id)
        func kept(_ desk: ReviewDesk) async throws -> [String: [Bool]] {
            var kept: [String: [Bool]] = [:]
            for who in ["ann", "ben", "cleo", "dora"] {
                for id in samples {
                    kept[who, default: []].append(
                        try await desk.image(id, for: who)?.isBlind == true
                    )
                }
            }
            return kept
        }
        func check() async throws {
            let anew = ReviewDesk(dataset: world.fixture.dataset)
            let (now, then) = (try await kept(world.desk), try await kept(anew))
            #expect(now == then)
        }
        try await check()
        for turn in 0..<9 {
            let who = ["ben", "cleo", "dora"][turn % 3]
            let item = try #require(try stage.next(limit: 1, reviewer: who).first)
            try world.decide(item, by: who) { $0 % 2 == 0 ? "even" : "odd" }
            try await check()
            if turn % 4 == 3 {
                _ = try await world.desk.undoActs(of: who, steps: 1)
                try await check()
                _ = try await world.desk.redoActs(of: who, steps: 1)
                try await check()
            }
        }
    }

    @Test func `of known pictures nothing is told before one was asked`() async throws {
        let world = try World("odd", policy: ReviewPolicy())
        let team = TeamStage(dataset: world.fixture.dataset)
        #expect(try team.addKnown([world.target]).isEmpty)
        func labels(_ reviewer: String) async throws -> Int? {
            try await world.desk.image(world.target, for: reviewer)?.annotations
                .count { $0.state == .accepted }
        }
        #expect(try await labels("ben") == 1)
        try team.set(ReviewPolicy(honeypots: 1))
        #expect(try await labels("ben") == 0)
        #expect(try await labels("ann") == 1)
        try world.answer(by: "ben") { _ in "even" }
        #expect(try await labels("ben") == 1)
    }
}
