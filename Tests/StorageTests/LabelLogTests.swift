import CurationCore
import Foundation
import GRDB
import Storage
import TestKit
import Testing

@Suite struct LabelLogTests {
    private func states(_ store: DatasetStore) throws -> [String] {
        try store.annotations().map { "\($0.sample) \($0.label.category) \($0.state.rawValue)" }
    }

    private func raw(_ store: DatasetStore, _ sql: String) throws {
        let queue = try DatabaseQueue(path: DatasetStore.databaseFile(in: store.folder).path)
        try queue.write { try $0.execute(sql: sql) }
    }

    private func propose(_ fixture: StoreFixture, _ label: String, _ samples: [Int64]) throws {
        try fixture.store.replaceProposals(
            samples.map {
                Prediction(sample: $0, label: .classification(category: label), score: 0.75)
            },
            model: StoredModel(name: "m", digest: ContentDigest(of: label), parameters: ["k": "1"]),
            at: StoreFixture.moment
        )
    }

    @Test func `proposals of a model replace those of the one before`() throws {
        let fixture = try StoreFixture(samples: 2)
        try propose(fixture, "cat", [1, 2])
        try propose(fixture, "dog", [2])
        #expect(try states(fixture.store) == ["2 dog proposed"])
        #expect(try fixture.store.annotations().first?.score == 0.75)
        #expect(try fixture.store.verifyDatabase().isEmpty)
    }

    @Test func `a decision ends the proposal, and undo brings it back`() throws {
        let fixture = try StoreFixture(samples: 2)
        try propose(fixture, "cat", [1, 2])
        let task = try fixture.lease([1, 2])
        let result = try fixture.accept(task, as: "dog")
        #expect(result.status == .decided)
        #expect(try states(fixture.store) == ["1 dog accepted", "2 dog accepted"])
        let undone = try fixture.store.undo(reviewer: "r1", steps: 1, at: StoreFixture.moment)
        #expect(undone.map(\.what) == ["accepted 2 as dog"])
        #expect(try states(fixture.store) == ["1 cat proposed", "2 cat proposed"])
        #expect(try fixture.store.undo(reviewer: "r1", steps: 1, at: StoreFixture.moment).isEmpty)
        #expect(try fixture.store.verifyDatabase().isEmpty)
    }

    @Test func `undo does not bring an old proposal back beside a newer one`() throws {
        let fixture = try StoreFixture(samples: 1)
        try propose(fixture, "cat", [1])
        let task = try fixture.lease([1])
        _ = try fixture.store.decide(
            ReviewSubmission(
                item: "r-\(task.id)",
                lease: task.lease,
                reviewer: "r1",
                decision: .reject
            ),
            at: StoreFixture.moment
        ) { _ in
            ReviewEffects(
                labels: [
                    NewAnnotation(
                        sample: 1,
                        label: .classification(category: "cat"),
                        state: .rejected,
                        source: "reviewer:r1"
                    )
                ],
                label: nil,
                exceptions: 0
            )
        }
        #expect(try states(fixture.store) == ["1 cat rejected"])
        try propose(fixture, "dog", [1])
        _ = try fixture.store.undo(reviewer: "r1", steps: 1, at: StoreFixture.moment)
        #expect(try states(fixture.store) == ["1 dog proposed"])
        #expect(try fixture.store.verifyDatabase().isEmpty)
    }

    @Test func `a decision that was taken back is not sent again, but taken anew`() throws {
        let fixture = try StoreFixture(samples: 1)
        let task = try fixture.lease([1])
        _ = try fixture.accept(task, as: "cat")
        _ = try fixture.store.undo(reviewer: "r1", steps: 1, at: StoreFixture.moment)
        #expect(try fixture.accept(task, as: "cat").status == .expired)
        #expect(try fixture.store.undoneTasks(of: "r1").map(\.id) == [task.id])
        let again = try fixture.lease([1])
        #expect(try fixture.store.undoneTasks(of: "r1").isEmpty)
        #expect(try fixture.accept(again, as: "dog").status == .decided)
        #expect(try states(fixture.store) == ["1 dog accepted"])
    }

    @Test func `crops of a forgotten picture go from the screens that showed them`() throws {
        let fixture = try StoreFixture(samples: 4)
        let store = fixture.store
        let samples: [Sample.ID] = [1, 2, 1, 3, 2]
        let proposals = samples.enumerated().map { number, _ in
            ReviewItem.Proposal(
                label: "cat",
                score: 0.5,
                source: "detector@1",
                annotation: .detection(
                    category: "cat",
                    box: BoundingBox(x: Double(number), y: 0, width: 1, height: 1)
                )
            )
        }
        let plan = PlannedTask(samples: samples, label: "cat", score: 0.5, reason: .cluster)
        let task = try #require(
            try store.lease(
                [NewTask(plan: plan, proposals: proposals, lease: "l")],
                to: "r",
                until: StoreFixture.moment.seconds + 9,
                now: StoreFixture.moment.seconds,
                since: 0
            ).first
        )
        for (gone, left) in [(2, [0, 2, 3]), (1, [3])] {
            let sample = try #require(try store.samples([Sample.ID(gone)]).first)
            _ = try store.forget([sample], author: "a", message: "", at: StoreFixture.moment)
            let now = try #require(try store.task(task.id))
            #expect(now.proposals == left.map { proposals[$0] })
            #expect(now.samples == left.map { samples[$0] })
        }
        #expect(try store.verifyDatabase().isEmpty)
    }

    @Test func `a picture of things is not given out once more after it was decided`() throws {
        let fixture = try StoreFixture(samples: 2)
        let store = fixture.store
        let planned = try store.lastChange()
        func give(_ sample: Sample.ID, since: Int64) throws -> StoredTask? {
            let plan = PlannedTask(samples: [sample], label: nil, score: nil, reason: .uncertain)
            return try store.lease(
                [NewTask(plan: plan, proposals: [], lease: UUID().uuidString)],
                to: "r1",
                until: StoreFixture.moment.seconds + 9,
                now: StoreFixture.moment.seconds,
                since: since
            ).first
        }
        let task = try #require(try give(1, since: planned))
        _ = try fixture.accept(task, as: "cat")
        // Planned before the decision, leased after it.
        #expect(try give(1, since: planned) == nil)
        #expect(try give(2, since: planned) != nil)
        // A plan that knows the decision may ask what else is there.
        #expect(try give(1, since: store.lastChange()) != nil)
    }

    @Test func `nobody is given what somebody else has or has decided`() throws {
        let fixture = try StoreFixture(samples: 3)
        let start = StoreFixture.moment.seconds
        let task = try fixture.lease([1, 2])
        func give(_ samples: [Int64], now: Double) throws -> Int {
            let plan = PlannedTask(samples: samples, label: nil, score: nil, reason: .cluster)
            let new = NewTask(plan: plan, proposals: [], lease: UUID().uuidString)
            return try fixture.store.lease([new], to: "r2", until: now + 300, now: now).count
        }
        #expect(try give([2, 3], now: start) == 0)
        _ = try fixture.accept(task, as: "cat")
        #expect(try give([2, 3], now: start + 301) == 0)
        #expect(try give([3], now: start + 301) == 1)
    }

    @Test func `two reviewers may call their decisions the same`() throws {
        let fixture = try StoreFixture(samples: 2)
        for (sample, reviewer) in [(Int64(1), "r1"), (2, "r2")] {
            let task = try fixture.lease([sample], to: reviewer)
            let result = try fixture.store.decide(
                ReviewSubmission(
                    id: "1",
                    item: "r-\(task.id)",
                    lease: task.lease,
                    reviewer: reviewer,
                    decision: .skip
                ),
                at: StoreFixture.moment
            ) { _ in ReviewEffects(labels: [], label: nil, exceptions: 0) }
            #expect(result.status == .decided)
        }
    }

    @Test func `the pace of the newest decisions is that of all of them`() throws {
        let fixture = try StoreFixture(samples: 20)
        let store = fixture.store
        for number in 0..<20 {
            let reviewer = number % 2 == 0 ? "r1" : "r2"
            let task = try fixture.lease([Int64(number + 1)], to: reviewer)
            let submission = ReviewSubmission(
                item: "r-\(task.id)",
                lease: task.lease,
                reviewer: reviewer,
                decision: .accept
            )
            let moment = StoreFixture.moment.advanced(by: 10 * Double(number))
            _ = try store.decide(submission, at: moment) { _ in
                ReviewEffects(labels: [], label: "cat", exceptions: 0)
            }
        }
        let few = try store.recentWork(decisions: 3)
        #expect(few.decisions == 3 && few.pictures == 3 && abs(few.seconds - 60) < 0.01)
        let all = try store.recentWork(decisions: 100)
        // The first decision of each person has none before it.
        #expect(all.decisions == 20 && abs(all.seconds - 18 * 20) < 0.01)
    }

    @Test func `sending a decision twice counts once, another one is a conflict`() throws {
        let fixture = try StoreFixture(samples: 1)
        let task = try fixture.lease([1])
        #expect(try fixture.accept(task, as: "cat").status == .decided)
        #expect(try fixture.accept(task, as: "cat").status == .repeated)
        #expect(try fixture.accept(task, as: "dog").status == .conflict)
        #expect(try fixture.accept(task, as: "dog", id: "other").status == .conflict)
        #expect(try states(fixture.store) == ["1 cat accepted"])
        #expect(try fixture.store.reviews().count == 1)
    }

    @Test func `a lease that ran out counts until somebody else has the picture`() throws {
        let fixture = try StoreFixture(samples: 2)
        let start = StoreFixture.moment.seconds
        let first = try fixture.lease([1])
        let second = try fixture.lease([2])
        #expect(try fixture.store.leasedSamples(now: start) == [1, 2])
        #expect(try fixture.store.leasedSamples(now: start + 301).isEmpty)
        _ = try fixture.lease([2], to: "r2", now: start + 301)
        #expect(try fixture.accept(first, as: "cat").status == .decided)
        #expect(try fixture.accept(second, as: "cat").status == .expired)
    }

    @Test func `leases are lengthened while they hold, and given back`() throws {
        let fixture = try StoreFixture(samples: 1)
        let start = StoreFixture.moment.seconds
        let task = try fixture.lease([1])
        #expect(
            try fixture.store.renew([task.lease, "none"], until: start + 900, now: start + 10) == [
                task.lease
            ]
        )
        #expect(try fixture.store.leasedSamples(now: start + 600) == [1])
        try fixture.store.release([task.lease])
        #expect(try fixture.store.leasedSamples(now: start + 600).isEmpty)
        #expect(try fixture.store.renew([task.lease], until: start + 900, now: start + 10).isEmpty)
    }

    @Test func `a decision on no item, or that does not fit, changes nothing`() throws {
        let fixture = try StoreFixture(samples: 1)
        let task = try fixture.lease([1])
        for item in ["r-99", "r-", "x", ""] {
            let submission = ReviewSubmission(
                item: item,
                lease: nil,
                reviewer: "r",
                decision: .accept
            )
            let result = try fixture.store.decide(submission, at: StoreFixture.moment) { _ in
                ReviewEffects(labels: [], label: nil, exceptions: 0)
            }
            #expect(result.status == .invalid)
        }
        let refused = try fixture.store.decide(
            ReviewSubmission(
                item: "r-\(task.id)",
                lease: "wrong",
                reviewer: "r",
                decision: .accept
            ),
            at: StoreFixture.moment
        ) { _ in ReviewEffects(labels: [], label: nil, exceptions: 0) }
        #expect(refused.status == .invalid)
        #expect(try fixture.store.reviews().isEmpty)
    }

    @Test(arguments: [
        "UPDATE change SET author = 'x' WHERE id = 1", "DELETE FROM change WHERE id = 1",
        "UPDATE change SET payload = '{}' WHERE id = 1",
        "UPDATE annotation SET state = 'rejected'", "DELETE FROM annotation",
        "UPDATE prediction SET score = 0.5", "DELETE FROM prediction",
        "UPDATE categoryRevision SET name = 'x'", "DELETE FROM categoryRevision",
        "INSERT INTO annotation (id, object, sample, kind, category, state, source, change) "
            + "VALUES (99, 99, 1, 'box', 1, 'accepted', 'x', 1)",
        "INSERT INTO annotation (id, object, sample, kind, category, state, source, change) "
            + "VALUES (99, 99, 99, 'classification', 1, 'accepted', 'x', 1)",
    ])
    func `the database itself refuses to rewrite labels`(sql: String) throws {
        let fixture = try StoreFixture(samples: 1)
        try propose(fixture, "cat", [1])
        _ = try fixture.accept(try fixture.lease([1]), as: "cat")
        #expect(throws: DatabaseError.self) { try raw(fixture.store, sql) }
    }

    @Test(
        arguments: [
            ("UPDATE change SET author = 'x' WHERE id = 2", "change_is_never_updated"),
            (
                "UPDATE change SET payload = NULL WHERE id = 2; UPDATE change SET payload = '{}'",
                "change_is_never_updated"
            ),
            ("UPDATE prediction SET score = 0.5", "prediction_is_never_updated"),
            ("UPDATE annotation SET category = 1", "annotation_is_never_updated"),
            (
                "UPDATE categoryRevision SET name = 'x' WHERE id = 1",
                "categoryRevision_is_never_updated"
            ),
            ("UPDATE sample SET sha256 = replace(sha256, 'a', 'b')", nil),
            ("UPDATE sample SET width = width + 1", nil),
            ("UPDATE sample SET present = 0", nil),
            ("UPDATE category SET name = 'x' WHERE id = 1", nil),
            ("UPDATE currentLabel SET category = 1", nil),
            ("DELETE FROM currentLabel", nil),
            ("UPDATE predictionRun SET retiredBy = run", nil),
        ] as [(String, String?)]
    )
    func `verify finds what was altered behind the store's back`(
        sql: String,
        trigger: String?
    ) throws {
        let fixture = try StoreFixture(samples: 3)
        try propose(fixture, "cat", [1])
        _ = try fixture.accept(try fixture.lease([2]), as: "dog")
        #expect(try fixture.store.verifyDatabase().isEmpty)
        if let trigger { try raw(fixture.store, "DROP TRIGGER \(trigger)") }
        try raw(fixture.store, sql)
        #expect(try fixture.store.verifyDatabase().count >= 1)
    }
}
