import CurationCore
import Storage
import Testing

@Suite struct StoredObjectOpinionTests {
    private func box(_ x: Double, _ category: String = "cat") -> Label {
        .detection(category: category, box: BoundingBox(x: x, y: 0, width: 5, height: 5))
    }

    private func proposal(_ label: Label, _ source: String) -> ReviewItem.Proposal {
        ReviewItem.Proposal(label: label.category, score: 0.5, source: source, annotation: label)
    }

    /// Gives out an item and decides it.
    private func decide(
        _ fixture: StoreFixture,
        _ samples: [Sample.ID],
        _ proposals: [ReviewItem.Proposal],
        _ reviewer: String,
        _ decision: Decision,
        _ labels: [Label]? = nil,
        reason: ReviewReason = .representative,
        purpose: ReviewPurpose = .decide
    ) throws {
        let plan = PlannedTask(samples: samples, label: nil, score: nil, reason: reason)
        let now = StoreFixture.moment.seconds
        let name = "\(reviewer)-\(reason)-\(samples)"
        let task = try #require(
            try fixture.store.lease(
                [NewTask(plan: plan, proposals: proposals, lease: name, purpose: purpose)],
                to: reviewer,
                until: now + 9,
                now: now,
                since: try fixture.store.lastChange()
            ).first
        )
        let submission = ReviewSubmission(
            item: "r-\(task.id)",
            lease: task.lease,
            reviewer: reviewer,
            decision: decision,
            annotations: labels
        )
        let result = try fixture.store.decide(submission, at: StoreFixture.moment) { _ in
            ReviewEffects(labels: [], label: nil, exceptions: 0, scope: .labels)
        }
        #expect(result.status == .decided)
    }

    @Test func `an opinion is what was accepted as proposed, corrected, or refused`() throws {
        let fixture = try StoreFixture(samples: 2)
        let found = [proposal(box(1), "m@1"), proposal(box(9, "dog"), "m@1")]
        try decide(fixture, [1], found, "ann", .accept)
        try decide(
            fixture,
            [1],
            found,
            "ben",
            .correct,
            [box(2), .classification(category: "cat")],
            purpose: .opinion
        )
        try decide(fixture, [1], found, "cleo", .reject, purpose: .opinion)
        try decide(fixture, [1], found, "dan", .skip, purpose: .opinion)
        try decide(fixture, [1, 2], found, "eve", .accept, reason: .cluster)
        let read = try fixture.store.objectOpinions()
        let opinions = read.all
        #expect(opinions.map(\.reviewer) == ["ann", "ben", "cleo"])
        #expect(opinions.map(\.things) == [[box(1), box(9, "dog")], [box(2)], []])
        #expect(opinions.map(\.purpose) == [.decide, .opinion, .opinion])
        _ = try fixture.store.undo(reviewer: "ben", steps: 1, at: StoreFixture.moment)
        let fewer = try fixture.store.objectOpinions(startingFrom: read)
        #expect(fewer.all == [opinions[0], opinions[2]])
        _ = try fixture.store.change(
            .rename("dog", to: "hound"),
            author: "a",
            message: "",
            at: StoreFixture.moment
        )
        let renamed = try fixture.store.objectOpinions(startingFrom: fewer)
        #expect(renamed.all[0].things == [box(1), box(9, "hound")])
    }

    @Test func `what was accepted among crops is proposed again as the model proposed it`() throws {
        let fixture = try StoreFixture(samples: 2)
        let store = fixture.store
        #expect(try store.firstObjectProposals(of: 2, accepted: "accepted").isEmpty)
        let crops = [proposal(box(1), "m@1"), proposal(box(2), "m@1")]
        try decide(fixture, [1, 2], crops, "ann", .accept, reason: .cluster)
        let shown = [
            proposal(box(2, "dog"), "accepted"), proposal(box(30), "accepted"),
            proposal(box(20), "m@2"),
        ]
        try decide(fixture, [2], shown, "ann", .correct, [])
        // The class that somebody gave it and what somebody drew would tell.
        let first = try store.firstObjectProposals(of: 2, accepted: "accepted")
        #expect(first == [crops[1], shown[2]])
    }

    @Test func `an opinion that changed nothing leaves the picture as open as it was`() throws {
        let fixture = try StoreFixture(samples: 1)
        try decide(fixture, [1], [], "ann", .accept)
        try decide(fixture, [1], [], "ben", .accept, purpose: .opinion)
        #expect(try fixture.store.finishedSamples() == [1])
        _ = try fixture.store.undo(reviewer: "ann", steps: 1, at: StoreFixture.moment)
        #expect(try fixture.store.finishedSamples().isEmpty)
    }
}
