import Foundation
import TestKit
import Testing

@Suite struct ReviewTeamCommandTests {
    @Test func `two people, known pictures, flags and comments by commands`() throws {
        let session = try Session(photos: 4)
        try session.documents(["review", "policy"], of: "review-policy")
        let policy = try session.documents(
            ["review", "policy", "--overlap", "2", "--honeypots", "0.2", "--adjudicator", "cleo"],
            of: "review-policy"
        )
        #expect(policy.first?["overlap"] as? Int == 2)
        try answer(as: "ann", "hat", in: session)
        try answer(as: "ben", "shoe", in: session)
        let status = try session.documents(["review", "status"], of: "review-status")
        #expect(status.first?["adjudications"] as? Int == 4)
        try answer(as: "cleo", "shoe", in: session)
        #expect(try Set(session.classes().values) == ["shoe"])
        let people = try session.documents(["review", "reviewers"], of: "review-reviewers")
        #expect(people.map { $0["reviewer"] as? String } == ["ann", "ben", "cleo"])
        try session.documents(["review", "known", "1", "2"], of: "review-known")
        let known = try session.documents(["review", "known", "1", "--remove"], of: "review-known")
        #expect(known.map { $0["id"] as? Int } == [2])
        try session.documents(["review", "flag", "1", "3"], of: "review-flag")
        try session.documents(["review", "comment", "3", "<b>two?</b>"], of: "review-comment")
        let remarks = try session.documents(["review", "remarks"], of: "review-remarks")
        #expect(remarks.map { $0["id"] as? Int } == [1, 3])
        try session.documents(
            ["review", "assign", "ann", "--cluster", "0"],
            of: "review-assign"
        )
        try session.documents(["verify"])
    }

    @Test func `what does not fit is refused with the way out`() throws {
        let session = try Session(photos: 2)
        for words in [
            ["policy", "--overlap", "0"], ["policy", "--honeypots", "0.9"],
            ["policy", "--certainty", "0.2"], ["assign", "--cluster", "1"], ["assign", "ann"],
            ["assign", "ann", "--field", "=x"],
        ] {
            let output = try session.winnow.run(
                ["review"] + words + ["-d", session.winnow.dataset]
            )
            #expect(output.status == 64, "\(words)")
        }
        for words in [
            ["known", "1"], ["assign", "ann", "--field", "nothing=x"], ["comment", "1", " "],
        ] {
            let output = try session.winnow.run(
                ["review"] + words + ["-d", session.winnow.dataset]
            )
            #expect(output.status == 65, "\(words): \(output.messages)")
        }
    }

    @Test func `two people mark the things in a picture, and a third one settles`() throws {
        let session = try Session(cells: Fixtures.url("cells/BloodImage_00000.jpg").path)
        session.winnow.environment["WINNOW_DEPS"] = session.winnow.folder.url.path
        let options = ["review", "policy", "--overlap", "2"]
        try session.documents(options + ["--honeypots", "0.1"], of: "review-policy", status: 65)
        try session.documents(options, of: "review-policy")
        let (one, other) = ("[10,10,40,40]", "[200,200,30,30]")
        try mark([one], as: "ann", in: session)
        try mark([one, other], as: "ben", in: session)
        let status = try session.documents(["review", "status"], of: "review-status")
        #expect(status.first?["adjudications"] as? Int == 1)
        let people = try session.documents(["review", "reviewers"], of: "review-reviewers")
        let agreement = try #require(people.first?["agreement"] as? Double)
        #expect(people.count == 2 && abs(agreement - 2.0 / 3) < 1e-9)
        let item = try mark([one, other], as: "cleo", in: session)
        let sides = item["predictions"] as? [[String: Any]] ?? []
        #expect(sides.map { $0["source"] as? String } == ["ben", "ann, ben"])
        let labels = try session.documents(["labels"]).first?["annotations"] as? [[String: Any]]
        #expect(labels?.filter { $0["state"] as? String == "accepted" }.count == 2)
        try session.documents(["verify"])
    }

    /// Marks cells in the picture that a reviewer is offered.
    @discardableResult
    private func mark(
        _ boxes: [String],
        as reviewer: String,
        in session: Session
    ) throws -> [String: Any] {
        let next = ["review", "next", "--reviewer", reviewer]
        let item = try #require(try session.documents(next, of: "review-next").first)
        let labels = boxes.map { #"{"type":"box","label":"RBC","bbox":\#($0)}"# }
        let decision =
            #"{"item":"\#(item["item"] ?? "")","lease":"\#(item["lease"] ?? "")","#
            + #""reviewer":"\#(reviewer)","decision":"correct","#
            + #""annotations":[\#(labels.joined(separator: ","))]}"#
        let result = try session.documents(
            ["review", "decide"],
            of: "review-decide",
            input: decision
        )
        #expect(result.first?["status"] as? String == "decided")
        return item
    }

    /// Says of all that a reviewer is offered that it is of one class.
    private func answer(as reviewer: String, _ label: String, in session: Session) throws {
        while true {
            let items = try session.documents(
                ["review", "next", "--reviewer", reviewer],
                of: "review-next"
            )
            guard let item = items.first else { return }
            let isGroup = item["kind"] as? String == "cluster"
            var decision: [String: Any] = [
                "item": item["item"] ?? "", "lease": item["lease"] ?? "", "reviewer": reviewer,
                "decision": isGroup ? "accept" : "correct",
            ]
            if isGroup {
                decision["label"] = label
            } else {
                decision["annotations"] = [["type": "classification", "label": label]]
            }
            let line = try JSONSerialization.data(withJSONObject: decision)
            try session.documents(
                ["review", "decide"],
                of: "review-decide",
                input: String(decoding: line, as: UTF8.self)
            )
        }
    }
}
