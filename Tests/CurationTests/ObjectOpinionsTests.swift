import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct ObjectOpinionsTests {
    @Test func `two who mark the same things settle them, at the mean of their edges`() throws {
        let desk = try ObjectDesk()
        let first = try desk.work("ann", desk.truth)
        #expect(first.count == 3)
        #expect(try desk.stage.next(limit: 9, reviewer: "ann").isEmpty)
        var status = try desk.stage.status()
        #expect(status.secondLooks == 3 && status.adjudications == 0 && status.decided == 3)
        let before = try desk.labels()
        let second = try desk.work("ben") { desk.moved($0, by: 2) }
        #expect(Set(second.compactMap(\.image?.id)).count == 3)
        #expect(second.allSatisfy { $0.kind == .image && $0.reason == .audit })
        status = try desk.stage.status()
        #expect(status.secondLooks == 0 && status.adjudications == 0 && status.decided == 3)
        let after = try desk.labels()
        #expect(after != before)
        for (id, things) in after {
            #expect(things.count == before[id]?.count)
            for label in things {
                let box = try #require(label.boundingBox)
                #expect(
                    before[id, default: []].contains { old in
                        old.category == label.category
                            && abs(old.boundingBox.map { $0.x + 1 - box.x } ?? 9) < 0.2
                    }
                )
            }
        }
        let people = try desk.team.reviewers()
        #expect(people.map(\.reviewer) == ["ann", "ben"])
        #expect(people.allSatisfy { $0.agreement == 1 && $0.shared == 3 && $0.accuracy > 0.9 })
        let sources = try desk.fixture.dataset.annotations().values.flatMap(\.self)
            .filter { $0.state == .accepted }.map(\.source)
        #expect(Set(sources) == ["consensus"])
        #expect(try VerifyStage(dataset: desk.fixture.dataset).run().problems == [])
    }

    @Test func `identical answers change nothing`() throws {
        let desk = try ObjectDesk()
        try desk.work("ann", desk.truth)
        let before = try desk.fixture.dataset.annotations()
        try desk.work("ben", desk.truth)
        #expect(try desk.fixture.dataset.annotations() == before)
        #expect(try desk.stage.status().adjudications == 0)
    }

    @Test func `what two disagree on goes to a third one, who sees all sides, and settles it`()
        throws
    {
        let desk = try ObjectDesk()
        try desk.work("ann", desk.truth)
        let odd = try #require(try desk.labels().keys.min())
        let lone = Label.detection(
            category: "Platelets",
            box: BoundingBox(x: 1, y: 1, width: 9, height: 9)
        )
        try desk.work("ben") { $0 == odd ? desk.truth($0) + [lone] : desk.truth($0) }
        #expect(try desk.labels()[odd] == Set(desk.truth(odd)))
        #expect(try desk.stage.status().adjudications == 1)
        #expect(try desk.stage.next(limit: 9, reviewer: "ann").isEmpty)
        let items = try desk.work("cleo") { desk.truth($0) + [lone] }
        let item = try #require(items.first)
        #expect(items.count == 1 && item.reason == .disagreement && item.image?.id == odd)
        #expect(item.predictions.first?.annotation == lone)
        #expect(item.predictions.first?.source == "ben")
        #expect(
            item.predictions.dropFirst().allSatisfy { $0.source == "ann, ben" && $0.score > 0.9 }
        )
        #expect(Set(item.predictions.compactMap(\.annotation)) == Set(desk.truth(odd) + [lone]))
        #expect(try desk.labels()[odd] == Set(desk.truth(odd) + [lone]))
        #expect(try desk.stage.status().adjudications == 0)
        _ = try desk.stage.undo(reviewer: "cleo", steps: 1)
        #expect(try desk.labels()[odd] == Set(desk.truth(odd)))
        #expect(try desk.stage.status().adjudications == 1)
        #expect(try VerifyStage(dataset: desk.fixture.dataset).run().problems == [])
    }

    @Test func `another class at the same place is a disagreement, nothing in a picture an answer`()
        throws
    {
        let desk = try ObjectDesk(2)
        let ids = try desk.fixture.dataset.samples().map(\.id)
        try desk.work("ann") { $0 == ids[0] ? desk.truth($0) : [] }
        try desk.work("ben") {
            $0 == ids[0] ? desk.truth($0).map { $0.named("Platelets") } : []
        }
        let status = try desk.stage.status()
        #expect(status.secondLooks == 0 && status.adjudications == 1 && status.decided == 2)
        let item = try #require(try desk.stage.next(limit: 9, reviewer: "cleo").first)
        #expect(item.image?.id == ids[0])
        // Nothing of it is right.
        let reject = ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "cleo",
            decision: .reject
        )
        #expect(try desk.stage.decide([reject]).map(\.status) == [.decided])
        #expect(try desk.labels().isEmpty)
        #expect(try desk.stage.status().adjudications == 0)
    }

    @Test func `only adjudicators settle, and they may have answered before`() throws {
        let desk = try ObjectDesk(2, ReviewPolicy(overlap: 2, adjudicators: ["ann"]))
        try desk.work("ann", desk.truth)
        try desk.work("ben") { _ in [] }
        #expect(try desk.stage.status().adjudications == 2)
        #expect(try desk.stage.next(limit: 9, reviewer: "cleo").isEmpty)
        #expect(try desk.work("ann", desk.truth).count == 2)
        #expect(try desk.stage.status().adjudications == 0)
        #expect(try desk.labels() == desk.fixture.truth.mapValues(Set.init))
    }

    @Test func `the majority of three settles, and undo brings back what was`() throws {
        let desk = try ObjectDesk(2, ReviewPolicy(overlap: 3))
        try desk.work("ann") { Array(desk.truth($0).dropFirst()) }
        let before = try desk.labels()
        try desk.work("ben", desk.truth)
        #expect(try desk.labels() == before)
        #expect(try desk.stage.status().secondLooks == 2)
        try desk.work("cleo", desk.truth)
        #expect(try desk.labels() == desk.fixture.truth.mapValues(Set.init))
        #expect(try desk.stage.status().adjudications == 0)
        _ = try desk.stage.undo(reviewer: "cleo", steps: 2)
        #expect(try desk.labels() == before)
        #expect(try desk.stage.status().secondLooks == 2)
        let people = try desk.team.reviewers()
        #expect(people.map(\.answered) == [2, 2])
    }

    @Test func `where three each mark something else nothing is there, and the picture is done`()
        throws
    {
        let desk = try ObjectDesk(1, ReviewPolicy(overlap: 3, certainty: 0.5))
        func corner(_ place: Double) -> [Label] {
            let box = BoundingBox(x: place, y: place, width: 30, height: 30)
            return [.detection(category: "RBC", box: box)]
        }
        try desk.work("ann") { _ in corner(10) }
        try desk.work("ben") { _ in [] }
        try desk.work("cleo") { _ in corner(200) }
        #expect(try desk.labels().isEmpty)
        let status = try desk.stage.status()
        #expect(status.decided == 1 && status.adjudications == 0 && status.secondLooks == 0)
        #expect(try desk.stage.next(limit: 1, reviewer: "dan").isEmpty)
    }

    @Test func `two who are often right outweigh three who are not`() throws {
        let desk = try ObjectDesk(6, ReviewPolicy(overlap: 5))
        let last = try #require(try desk.fixture.dataset.samples().map(\.id).last)
        func careless(_ id: Sample.ID, _ part: Int) -> [Label] {
            let things = desk.truth(id)
            // In the last picture all overlook the same thing; elsewhere each something else.
            return id == last
                ? Array(things.dropFirst())
                : things.enumerated().filter { $0.offset % 3 != part }.map(\.element)
        }
        for who in ["ann", "ben"] { try desk.work(who, desk.truth) }
        for (part, who) in ["cleo", "dan", "eve"].enumerated() {
            try desk.work(who) { careless($0, part) }
        }
        let people = try desk.team.reviewers()
        #expect(people.prefix(2).allSatisfy { $0.accuracy > 0.95 })
        #expect(people.dropFirst(2).allSatisfy { (0.5..<0.85).contains($0.accuracy) })
        #expect(try desk.labels()[last] == Set(desk.truth(last)))
        #expect(try desk.stage.status().adjudications == 0)
    }

    @Test func `the second one sees nothing of what the first said`() async throws {
        let desk = try ObjectDesk(2)
        let marked = { (id: Sample.ID) in desk.moved(id, by: 3) }
        let first = try desk.work("ann", marked)
        let proposals = Dictionary(
            uniqueKeysWithValues: first.map {
                ($0.image?.id ?? 0, $0.predictions.map(\.annotation))
            }
        )
        // The lease must hold however long a busy machine takes.
        let later = Timestamp.now.advanced(by: 7200)
        let item = try #require(
            try desk.stage.next(limit: 1, reviewer: "ben", at: later).first
        )
        let id = try #require(item.image?.id)
        #expect(item.predictions.map(\.annotation) == proposals[id])
        let text = String(decoding: try JSONEncoder().encode(item), as: UTF8.self)
        #expect(!text.contains("ann\""))
        let review = ReviewDesk(dataset: desk.fixture.dataset)
        func seen(_ reviewer: String) async throws -> [Int] {
            let view = try await review.makeView(ViewQuery(), for: reviewer).view
            let items = try await review.items(of: view, from: 0, count: 9, for: reviewer).items
            let detail = try #require(try await review.image(id, for: reviewer))
            return [
                items.first { $0.id == id }?.annotations.count ?? 0, detail.annotations.count,
                detail.history.count,
            ]
        }
        #expect(try await seen("ben") == [0, 0, 0])
        #expect(try await !seen("ann").contains(0))
        let version = try #require(try await review.image(id, for: "ann")).version
        let edit = ImageEdit(id: "e", baseVersion: version, annotations: [])
        await #expect(throws: GridError.askedBlindly) {
            try await review.edit(edit, of: id, by: "ben")
        }
    }

    @Test func `what is sent twice counts once, and what does not fit changes nothing`() throws {
        let desk = try ObjectDesk(1)
        try desk.work("ann", desk.truth)
        let id = try #require(try desk.labels().keys.first)
        let item = try #require(try desk.stage.next(limit: 1, reviewer: "ben").first)
        let outside = BoundingBox(x: 5_000, y: 5_000, width: 10, height: 10)
        let wrong = desk.submission(item, "ben", [.detection(category: "RBC", box: outside)])
        #expect(try desk.stage.decide([wrong]).map(\.status) == [.invalid])
        let answer = desk.submission(item, "ben", desk.moved(id, by: 2))
        #expect(try desk.stage.decide([answer]).map(\.status) == [.decided])
        let settled = try desk.labels()
        #expect(try desk.stage.decide([answer, answer]).map(\.status) == [.repeated, .repeated])
        let other = desk.submission(item, "ben", [])
        #expect(try desk.stage.decide([other]).map(\.status) == [.conflict])
        #expect(try desk.labels() == settled)
        #expect(try desk.team.reviewers().map(\.answered) == [1, 1])
    }

    @Test func `when the first decision is taken back the picture is open, and the opinion stands`()
        throws
    {
        let desk = try ObjectDesk(1)
        try desk.work("ann", desk.truth)
        try desk.work("ben", desk.truth)
        #expect(try desk.stage.status().decided == 1)
        _ = try desk.stage.undo(reviewer: "ann", steps: 1)
        let status = try desk.stage.status()
        #expect(status.decided == 0 && status.pending == 1 && status.secondLooks == 0)
        #expect(try desk.team.reviewers().map(\.reviewer) == ["ben"])
        try desk.work("ann", desk.truth)
        #expect(try desk.stage.status().decided == 1)
        #expect(try desk.stage.status().secondLooks == 0)
        #expect(try desk.labels() == desk.fixture.truth.mapValues(Set.init))
    }

    @Test func `a skipped opinion is not asked again, and somebody else's is`() throws {
        let desk = try ObjectDesk(1)
        try desk.work("ann", desk.truth)
        let item = try #require(try desk.stage.next(limit: 1, reviewer: "ben").first)
        let skip = ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "ben",
            decision: .skip
        )
        #expect(try desk.stage.decide([skip]).map(\.status) == [.decided])
        #expect(try desk.stage.next(limit: 1, reviewer: "ben").isEmpty)
        #expect(try desk.stage.status().secondLooks == 1)
        #expect(try desk.work("cleo", desk.truth).count == 1)
        #expect(try desk.stage.status().secondLooks == 0)
    }

    @Test func `what somebody edited meanwhile is not written over`() throws {
        let desk = try ObjectDesk(1)
        try desk.work("ann", desk.truth)
        let sample = try #require(try desk.fixture.dataset.samples().first)
        let edited = Array(desk.truth(sample.id).dropFirst())
        _ = try LabelStage(dataset: desk.fixture.dataset).set(
            [LabeledSample(sample: sample, labels: edited)],
            author: "ann"
        )
        try desk.work("ben") { desk.moved($0, by: 2) }
        #expect(try desk.labels()[sample.id] == Set(edited))
        #expect(try desk.stage.status().adjudications == 1)
        try desk.work("cleo") { _ in edited }
        #expect(try desk.labels()[sample.id] == Set(edited))
        #expect(try desk.stage.status().adjudications == 0)
    }

    @Test(.enabled(if: CellsFixture.hasModel, "run scripts/setup first"))
    func `there are no screens of crops where several people are to look`() throws {
        let desk = try ObjectDesk(10, mirrored: true)
        var done = 0
        while done < 16 {
            let items = try desk.stage.next(limit: 9, reviewer: "ann")
            for item in items {
                let labels = desk.truth(item.image?.id ?? 0)
                _ = try desk.stage.decide([desk.submission(item, "ann", labels)])
            }
            done += items.count
        }
        try #require(done < 20)
        let items = try desk.stage.next(limit: 9, reviewer: "ann")
        #expect(!items.isEmpty && items.allSatisfy { $0.kind == .image })
        try desk.stage.release(items.map(\.lease))
        try desk.team.set(ReviewPolicy())
        let alone = try desk.stage.next(limit: 9, reviewer: "ann")
        #expect(!alone.isEmpty && alone.allSatisfy { $0.kind == .objects })
    }

    @Test func `a class that is renamed stays settled`() throws {
        let desk = try ObjectDesk(1)
        try desk.work("ann", desk.truth)
        try desk.work("ben", desk.truth)
        _ = try ClassStage(dataset: desk.fixture.dataset, author: "a").rename("RBC", to: "red")
        let status = try desk.stage.status()
        #expect(status.adjudications == 0 && status.secondLooks == 0)
    }

    @Test func `masks and polygons of several people become one of theirs`() throws {
        let desk = try ObjectDesk(1, task: .segmentation)
        func polygon(_ side: Double) throws -> [Label] {
            let ring = [20, 20, 20 + side, 20, 20 + side, 60, 20, 60]
            return [.polygon(category: "RBC", polygon: try Polygon(rings: [ring]))]
        }
        let (one, other) = (try polygon(40), try polygon(44))
        try desk.work("ann") { _ in one }
        try desk.work("ben") { _ in other }
        #expect(try desk.stage.status().adjudications == 0)
        let labels = try desk.labels()
        #expect(labels.values.first == Set(one) || labels.values.first == Set(other))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `nobody answers twice and nothing is given to two at once, whatever the order`(
        seed: UInt64
    ) throws {
        let desk = try ObjectDesk(5)
        var random = SeededGenerator(seed: seed)
        let people = ["ann", "ben", "cleo"]
        var held: [String: ReviewItem] = [:]
        var answered: [String: [Sample.ID]] = [:]
        func answer(_ item: ReviewItem, _ who: String) throws {
            let id = try #require(item.image?.id)
            let labels = random.unit() < 0.3 ? [] : desk.truth(id)
            #expect(
                try desk.stage.decide([desk.submission(item, who, labels)]).map(\.status)
                    == [.decided]
            )
            answered[who, default: []].append(id)
        }
        for _ in 0..<24 {
            let who = people[Int(random.unit() * 3)]
            if let item = held.removeValue(forKey: who) {
                try answer(item, who)
            } else if let item = try desk.stage.next(limit: 1, reviewer: who).first {
                #expect(!held.values.contains { $0.image?.id == item.image?.id })
                held[who] = item
            }
        }
        for (who, item) in held { try answer(item, who) }
        for who in people + people {
            for item in try desk.work(who, desk.truth) {
                answered[who, default: []].append(item.image?.id ?? 0)
            }
        }
        for all in answered.values { #expect(Set(all).count == all.count) }
        let status = try desk.stage.status()
        #expect(status.pending == 0 && status.secondLooks == 0 && status.adjudications == 0)
        #expect(try VerifyStage(dataset: desk.fixture.dataset).run().problems == [])
    }

    @Test func `known things are refused, and a share is several people's alone`() throws {
        let desk = try ObjectDesk(4, ReviewPolicy(overlap: 2, share: 0))
        #expect(throws: CurationError.self) {
            try desk.team.set(ReviewPolicy(overlap: 2, honeypots: 0.1))
        }
        try desk.work("ann", desk.truth)
        #expect(try desk.stage.next(limit: 9, reviewer: "ben").isEmpty)
        #expect(try desk.stage.status().secondLooks == 0)
    }
}
