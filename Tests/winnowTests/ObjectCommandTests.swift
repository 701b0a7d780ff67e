import Foundation
import TestKit
import Testing

/// Things in pictures, by commands.
@Suite(.enabled(if: Session.hasModels, "run scripts/setup first"))
struct ObjectCommandTests {
    @Test func `boxes are marked, found, decided and exported`() throws {
        let session = try Session(cells: Fixtures.url("cells").path)
        let next = ["review", "next", "--limit", "5", "--reviewer", "r"]
        let first = try session.documents(next, of: "review-next")
        // One after the other while there is nothing to learn from.
        #expect(first.count == 1 && (first[0]["predictions"] as? [Any])?.isEmpty == true)
        let cells = try CellBoxes().cells
        func decide(_ item: [String: Any]) throws {
            let path = (item["image"] as? [String: Any])?["path"] as? String ?? ""
            let annotations = (cells[URL(filePath: path).lastPathComponent] ?? []).map {
                #"{"type":"box","label":"\#($0.label)","bbox":\#($0.box)}"#
            }.joined(separator: ",")
            let decision =
                #"{"item":"\#(item["item"] ?? "")","lease":"\#(item["lease"] ?? "")","#
                + #""reviewer":"r","decision":"correct","annotations":[\#(annotations)]}"#
            let result = try session.documents(
                ["review", "decide"],
                of: "review-decide",
                input: decision
            )
            #expect(result.first?["status"] as? String == "decided")
        }
        try decide(first[0])
        let status = try session.documents(["review", "status"], of: "review-status")
        #expect(status.first?["decided"] as? Int == 1 && status.first?["pending"] as? Int == 13)
        for _ in 0..<3 {
            let item = try #require(try session.documents(next, of: "review-next").first)
            try decide(item)
        }
        let found = try session.documents(["predict"])
        #expect((found.first?["by_source"] as? [String: Int])?["detector"] ?? 0 > 0)
        let fused = try session.documents(["predict", "--with", "u2netp,detector"])
        #expect(fused.first?["predicted"] as? Int ?? 0 > 0)
        try session.documents(["predict", "--with", "neighbors"], status: 65)
        try session.documents(["predict", "--with", "no-such-model"], status: 69)
        let item = try #require(try session.documents(next, of: "review-next").first)
        let proposals = item["predictions"] as? [[String: Any]] ?? []
        #expect(proposals.allSatisfy { $0["type"] as? String == "box" })
        try session.documents(["commit", "-m", "boxes"])
        let folder = session.winnow.folder.url.appending(path: "coco").path
        try session.documents(["export", "HEAD", "--to", folder, "--format", "coco"])
    }

    @Test func `without the models pictures are given out all the same`() throws {
        let session = try Session(cells: Fixtures.url("cells").path)
        session.winnow.environment["WINNOW_DEPS"] = session.winnow.folder.url.path
        let next = ["review", "next", "--limit", "1", "--reviewer", "r"]
        for _ in 0..<2 {
            let item = try #require(try session.documents(next, of: "review-next").first)
            #expect((item["predictions"] as? [Any])?.isEmpty == true)
            let decision =
                #"{"item":"\#(item["item"] ?? "")","lease":"\#(item["lease"] ?? "")","#
                + #""reviewer":"r","decision":"correct","annotations":["#
                + #"{"type":"box","label":"RBC","bbox":[1,2,30,40]}]}"#
            let result = try session.documents(
                ["review", "decide"],
                of: "review-decide",
                input: decision
            )
            #expect(result.first?["status"] as? String == "decided")
        }
    }

    @Test func `what is about classes says so`() throws {
        let session = try Session(cells: Fixtures.url("cells").path)
        try session.documents(["certify"], status: 65)
        let answers = Fixtures.url("photos-answers.csv").path
        try session.documents(["review", "replay", answers], of: "review-replay", status: 65)
    }
}
