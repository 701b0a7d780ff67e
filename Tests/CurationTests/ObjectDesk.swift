import Curation
import CurationCore
import Testing

/// A few pictures of cells, the queue, and people who mark what they see.
struct ObjectDesk {
    let fixture: CellsFixture
    let stage: ReviewStage
    let team: TeamStage

    init(
        _ pictures: Int = 3,
        _ policy: ReviewPolicy = ReviewPolicy(overlap: 2),
        task: LabelTask = .detection,
        mirrored: Bool = false
    ) throws {
        fixture = try CellsFixture(mirrored: mirrored, task: task, photos: pictures)
        stage = ReviewStage(dataset: fixture.dataset)
        team = TeamStage(dataset: fixture.dataset)
        try team.set(policy)
    }

    func truth(_ id: Sample.ID) -> [Label] { fixture.truth[id] ?? [] }

    /// The things of a picture, each this many pixels aside.
    func moved(_ id: Sample.ID, by pixels: Double) -> [Label] {
        truth(id).map { label in
            guard var box = label.boundingBox else { return label }
            box.x += pixels
            return .detection(category: label.category, box: box)
        }
    }

    func labels() throws -> [Sample.ID: Set<Label>] {
        try fixture.dataset.annotations().mapValues { all in
            Set(all.filter { $0.state == .accepted }.map(\.label))
        }.filter { !$0.value.isEmpty }
    }

    func submission(
        _ item: ReviewItem,
        _ reviewer: String,
        _ labels: [Label]
    ) -> ReviewSubmission {
        ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: reviewer,
            decision: .correct,
            annotations: labels
        )
    }

    /// Answers all that a reviewer is offered.
    @discardableResult
    func work(
        _ reviewer: String,
        most: Int = 100,
        _ labels: (Sample.ID) -> [Label]
    ) throws -> [ReviewItem] {
        var done: [ReviewItem] = []
        while done.count < most, let item = try stage.next(limit: 1, reviewer: reviewer).first {
            done.append(item)
            let result = try stage.decide([
                submission(item, reviewer, labels(item.image?.id ?? 0))
            ])
            #expect(result.map(\.status) == [.decided])
        }
        return done
    }
}
