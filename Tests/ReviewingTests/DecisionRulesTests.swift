import CurationCore
import Reviewing
import Testing

@Suite struct DecisionRulesTests {
    private let group = PlannedTask(samples: [1, 2, 3], label: "cat", score: 0.9, reason: .cluster)
    private let nameless = PlannedTask(
        samples: [1, 2, 3],
        label: nil,
        score: nil,
        reason: .cluster
    )
    private let image = PlannedTask(samples: [7], label: "cat", score: 0.5, reason: .uncertain)
    private let cat = Label.classification(category: "cat")
    private let dog = Label.classification(category: "dog")

    @Test func `accepting a group labels its members and refutes the exceptions`() throws {
        let changes = try DecisionRules.changes(of: decide(.accept, except: [2]), on: group)
        #expect(changes == [accept(1, cat), refute(2, cat), accept(3, cat)])
    }

    @Test func `a group is accepted as the class that the reviewer names`() throws {
        let named = decide(.accept, label: "dog", except: [3])
        for task in [group, nameless] {
            let changes = try DecisionRules.changes(of: named, on: task)
            #expect(changes == [accept(1, dog), accept(2, dog), refute(3, dog)])
        }
    }

    @Test func `what a member that is left out is instead goes with the same decision`() throws {
        func corrected(_ member: Sample.ID, _ label: String) -> ReviewSubmission {
            decide(.accept, except: [1, 2], corrections: [.init(member: member, label: label)])
        }
        let changes = try DecisionRules.changes(of: corrected(1, "dog"), on: group)
        #expect(changes == [refute(1, cat), refute(2, cat), accept(3, cat), accept(1, dog)])
        for (member, label) in [(Sample.ID(3), "dog"), (9, "dog"), (1, "cat")] {
            #expect(throws: ReviewingError.badCorrection(item: "r-1", member: member)) {
                try DecisionRules.changes(of: corrected(member, label), on: group)
            }
        }
        #expect(throws: ReviewingError.badLabel(item: "r-1", name: " ")) {
            try DecisionRules.changes(of: corrected(1, " "), on: group)
        }
        let box = BoundingBox(x: 1, y: 2, width: 3, height: 4)
        let things = ["cat", "cat", "cat"].map { Label.detection(category: $0, box: box) }
        let seen = try ObjectRules.changes(of: corrected(2, "dog"), on: [5, 6, 7], things)
        #expect(seen.last == accept(6, .detection(category: "dog", box: box)))
        #expect(seen.count == 4 && seen[1] == refute(6, things[1]))
    }

    @Test func `shapes outside of the picture are refused, and masks of another size`() throws {
        let mask = try RunLengthMask(height: 3, width: 4, counts: [2, 4, 6])
        let ring = try Polygon(rings: [[-5, 1, 2, 1, 2, 3]])
        let box = BoundingBox(x: 3.5, y: 2, width: 9, height: 4)
        let labels: [Label] = [
            .mask(category: "cat", mask: mask), .polygon(category: "cat", polygon: ring),
            .detection(category: "cat", box: box),
        ]
        for label in labels {
            let decision = decide(.correct, annotations: [label])
            try DecisionRules.checkPlaces(decision, width: 4, height: 3)
            #expect(throws: ReviewingError.outsideOfPicture(item: "r-1")) {
                try DecisionRules.checkPlaces(decision, width: 3, height: 1)
            }
        }
    }

    @Test func `rejecting or skipping a group changes no label`() throws {
        for decision in [Decision.reject, .skip] {
            #expect(try DecisionRules.changes(of: decide(decision), on: group).isEmpty)
        }
    }

    @Test func `a single image takes the proposal, loses it, or is corrected`() throws {
        func changes(_ submission: ReviewSubmission) throws -> [LabelChange] {
            try DecisionRules.changes(of: submission, on: image, proposals: [cat])
        }
        #expect(try changes(decide(.accept)) == [accept(7, cat)])
        #expect(try changes(decide(.accept, label: "dog")) == [refute(7, cat), accept(7, dog)])
        #expect(try changes(decide(.reject)) == [refute(7, cat)])
        #expect(try changes(decide(.skip)).isEmpty)
        #expect(
            try changes(decide(.correct, annotations: [dog])) == [refute(7, cat), accept(7, dog)]
        )
        #expect(try changes(decide(.correct, annotations: [cat])) == [accept(7, cat)])
    }

    @Test func `a corrected image keeps the boxes that stay`() throws {
        let box = BoundingBox(x: 1, y: 2, width: 3, height: 4)
        let moved = BoundingBox(x: 2, y: 2, width: 3, height: 4)
        let right = Label.detection(category: "cat", box: box)
        let wrong = Label.detection(category: "dog", box: box)
        let added = Label.detection(category: "dog", box: moved)
        let changes = try DecisionRules.changes(
            of: decide(.correct, annotations: [right, added]),
            on: image,
            kind: .detection,
            proposals: [right, wrong]
        )
        #expect(changes == [refute(7, wrong), accept(7, right), accept(7, added)])
    }

    @Test func `decisions that do not fit the item are refused with a reason`() {
        let cases: [(ReviewSubmission, PlannedTask, ReviewingError)] = [
            (decide(.accept), nameless, .noLabel(item: "r-1")),
            (decide(.accept, label: ""), group, .badLabel(item: "r-1", name: "")),
            (decide(.accept), image, .noLabel(item: "r-1")),
            (decide(.accept, except: [9]), group, .notMember(item: "r-1", sample: 9)),
            (decide(.accept, except: [1, 2, 3]), group, .nothingAccepted(item: "r-1")),
            (decide(.correct), image, .noAnnotations(item: "r-1")),
            (decide(.correct, annotations: []), image, .noAnnotations(item: "r-1")),
            (decide(.correct, annotations: [dog]), group, .groupCorrected(item: "r-1")),
            (decide(.accept, except: [7]), image, .exceptionsOnImage(item: "r-1")),
            (decide(.correct, annotations: [cat, dog]), image, .severalClasses(item: "r-1")),
            (
                decide(
                    .correct,
                    annotations: [
                        .detection(
                            category: "cat",
                            box: BoundingBox(x: 1, y: 1, width: 2, height: 2)
                        )
                    ]
                ), image, .badBox(item: "r-1")
            ),
        ]
        for (submission, task, expected) in cases {
            #expect(throws: expected) { try DecisionRules.changes(of: submission, on: task) }
            #expect(expected.description.contains("r-1"))
        }
    }

    private func decide(
        _ decision: Decision,
        label: String? = nil,
        except: [Sample.ID]? = nil,
        corrections: [ReviewSubmission.Correction]? = nil,
        annotations: [Label]? = nil
    ) -> ReviewSubmission {
        ReviewSubmission(
            item: "r-1",
            lease: "l",
            reviewer: "r1",
            decision: decision,
            label: label,
            except: except,
            corrections: corrections,
            annotations: annotations
        )
    }

    private func accept(_ sample: Sample.ID, _ label: Label) -> LabelChange {
        LabelChange(sample: sample, verdict: .accept, label: label)
    }

    private func refute(_ sample: Sample.ID, _ label: Label) -> LabelChange {
        LabelChange(sample: sample, verdict: .refute, label: label)
    }
}
