import Foundation
import TestKit
import Testing

/// The store by its commands: each document is held to the schema that has the verb's name.
@Suite struct VersionCommandTests {
    @Test
    func `a newcomer commits, branches, relabels, merges with a conflict, blames and restores`()
        throws
    {
        let session = try Session(photos: 8)
        #expect(try session.documents(["status"]).first?["images_added"] as? Int == 8)
        try session.documents(["label", "1", "2", "3", "--as", "cat", "--author", "anna"])
        try session.documents(["label", "4", "IMG_0005.jpg", "--as", "dog", "-m", "sure"])
        let first = try session.documents(["commit", "-m", "one", "--tag", "v1"])
        try session.documents(["switch", "-c", "strict"])
        #expect(try session.documents(["branch"]).count == 2)
        try session.documents(["label", "1", "--as", "dog", "--author", "bob"])
        try session.documents(["label", "2", "--as", "bird", "--author", "bob"])
        // What is not committed is not left behind.
        try session.documents(["switch", "main"], status: 1)
        try session.documents(["commit", "-m", "stricter"])
        try session.documents(["switch", "main"])
        #expect(try session.classes()[1] == "cat")
        try session.documents(["label", "1", "--as", "bird"])
        try session.documents(["label", "6", "--as", "cat"])
        try session.documents(["commit", "-m", "more"])
        let merge = try session.documents(["merge", "strict"], status: 1)
        #expect(merge.first?["conflicts"] as? Int == 1)
        try session.documents(["commit", "-m", "too early"], status: 1)
        let next = ["review", "next", "--limit", "1", "--reviewer", "r"]
        let item = try #require(try session.documents(next, of: "review-next").first)
        #expect(item["reason"] as? String == "disagreement")
        let sides = (item["predictions"] as? [[String: Any]] ?? []).map { $0["source"] as? String }
        #expect(sides == ["main", "strict"])
        let decision =
            #"{"item":"\#(item["item"] ?? "")","lease":"\#(item["lease"] ?? "")","reviewer":"r","#
            + #""decision":"accept","label":"dog"}"#
        try session.documents(["review", "decide"], of: "review-decide", input: decision)
        let merged = try session.documents(["commit", "-m", "merged"])
        #expect((merged.first?["parents"] as? [String])?.count == 2)
        #expect(
            try session.classes() == [1: "dog", 2: "bird", 3: "cat", 4: "dog", 5: "dog", 6: "cat"]
        )
        let blame = try session.documents(["blame", "1"])
        #expect(blame.first?["source"] as? String == "reviewer:r")
        let annotation = try #require(blame.first?["annotation"] as? String)
        let why = try #require(try session.documents(["why", annotation]).first)
        #expect((why["chain"] as? [[String: Any]])?.first?["review"] != nil)
        let prov = try session.winnow.run([
            "why", annotation, "--prov", "-d", session.winnow.dataset,
        ])
        #expect(try prov.json().first?["wasGeneratedBy"] != nil)
        let diff = try session.documents(["diff", "v1", "HEAD"])
        #expect(diff.count { $0["change"] as? String == "class-changed" } == 2)
        try session.documents(["restore", "v1"])
        #expect(try session.classes() == [1: "cat", 2: "cat", 3: "cat", 4: "dog", 5: "dog"])
        let names = ["v1", "HEAD~1", String((first[0]["id"] as? String ?? "").prefix(8))]
        for name in names { try session.documents(["show", name]) }
        #expect(
            try session.documents(["verify", "--rebuild"], of: "verify").first?["ok"] as? Bool
                == true
        )
    }

    @Test func `everything is undone and done again by its batch`() throws {
        let session = try Session(photos: 6)
        try session.documents(["label", "1", "2", "--as", "cat"])
        let rename = try session.documents(
            ["classes", "rename", "cat", "tabby"],
            of: "classes-edit"
        )
        try session.documents(["classes", "add", "dog", "--color", "#aa0000"], of: "classes-edit")
        try session.documents(["label", "3", "--as", "dog"])
        let merge = try session.documents(["classes", "merge", "dog", "tabby"], of: "classes-edit")
        #expect(try session.classes() == [1: "tabby", 2: "tabby", 3: "tabby"])
        let batch = try #require(merge.first?["batch"] as? String)
        try session.documents(["undo", batch])
        #expect(try session.classes() == [1: "tabby", 2: "tabby", 3: "dog"])
        try session.documents(["undo", batch], status: 66)
        try session.documents(["redo", batch])
        #expect(try session.classes()[3] == "tabby")
        try session.documents(["undo", batch])
        try session.documents(["undo", try #require(rename.first?["batch"] as? String)])
        #expect(try session.classes() == [1: "cat", 2: "cat", 3: "dog"])
        try session.documents(["remove", "1", "-m", "blurred"])
        #expect(try session.documents(["labels"]).count == 5)
        try session.documents(["undo"])
        #expect(try session.documents(["labels"]).count == 6)
        try session.documents(["classes", "split", "cat", "tabby", "calico"], of: "classes-edit")
        #expect(try session.classes() == [3: "dog"])
        try session.documents(["undo"])
        try session.documents(["classes", "delete", "cat"], of: "classes-edit", status: 65)
        try session.documents(
            ["classes", "delete", "cat", "--labels", "to=dog"],
            of: "classes-edit"
        )
        #expect(try session.classes() == [1: "dog", 2: "dog", 3: "dog"])
        #expect(try session.documents(["classes"]).first?["labels"] as? Int == 3)
        #expect(try session.documents(["history"]).count >= 12)
        #expect(try session.documents(["verify"]).first?["ok"] as? Bool == true)
    }

    @Test func `labels go out and come in again`() throws {
        let session = try Session(photos: 4)
        try session.documents(["label", "1", "2", "--as", "cat"])
        try session.documents(["commit", "-m", "one"])
        let lines = try session.winnow.run(["labels", "-d", session.winnow.dataset, "--json"]).text
        let file = session.winnow.folder.url.appending(path: "labels.jsonl")
        try Data(lines.utf8).write(to: file)
        let same = try session.documents(["label", "--from", file.path])
        #expect(same.first?["changed"] as? Int == 0 && same.first?["batch"] == nil)
        let other = lines.replacing("\"label\":\"cat\"", with: "\"label\":\"dog\"")
        try Data(other.utf8).write(to: file)
        #expect(try session.documents(["diff", "HEAD", "--with", file.path]).count == 2)
        try session.documents(["label", "--from", file.path])
        #expect(try session.classes() == [1: "dog", 2: "dog"])
        try Data("{\"id\":1}\n".utf8).write(to: file)
        try session.documents(["label", "--from", file.path], status: 65)
        try session.documents(["label", "99", "--as", "cat"], status: 66)
    }

    @Test func `an import is undone as a whole, and what it brought comes back with the next one`()
        throws
    {
        let winnow = try WinnowCommand()
        try winnow.run(["init", winnow.dataset])
        let photos = Fixtures.url("photos").path
        func count() throws -> Int {
            try winnow.run(["labels", "-d", winnow.dataset, "--json"]).json().count
        }
        try winnow.run(["import", photos, "-d", winnow.dataset, "--quiet"])
        let all = try count()
        #expect(all == 379)
        // More than one batch of the log.
        let history = try winnow.run(["history", "-d", winnow.dataset, "--json"]).json()
        #expect(history.count { $0["kind"] as? String == "import" } > 1)
        try winnow.run(["remove", "7", "-d", winnow.dataset])
        #expect(try winnow.run(["undo", "b-2", "-d", winnow.dataset]).status == 0)
        #expect(try count() == 0)
        #expect(try winnow.run(["redo", "b-2", "-d", winnow.dataset]).status == 0)
        #expect(try count() == all - 1)
        try winnow.run(["undo", "b-2", "-d", winnow.dataset])
        try winnow.run(["import", photos, "-d", winnow.dataset, "--quiet"])
        // What somebody took out stays out.
        #expect(try count() == all - 1)
        #expect(try winnow.run(["verify", "-d", winnow.dataset]).status == 0)
    }

    @Test func `labels are listed by class and state, a page at a time`() throws {
        let session = try Session(photos: 6)
        try session.documents(["label", "1", "2", "4", "6", "--as", "cat"])
        try session.documents(["label", "3", "--as", "dog"])
        func page(_ words: String...) throws -> [Int] {
            try session.documents(["labels"] + words).compactMap { $0["id"] as? Int }
        }
        #expect(try page("--class", "cat") == [1, 2, 4, 6])
        #expect(try page("--class", "cat", "--limit", "2") == [1, 2])
        let last = try session.documents(["labels", "--class", "cat", "--limit", "2"]).last
        let name = try #require(
            (last?["annotations"] as? [[String: Any]])?.first?["id"] as? String
        )
        #expect(try page("--class", "cat", "--after", name) == [4, 6])
        #expect(try page("--state", "accepted", "--limit", "3") == [1, 2, 3])
        #expect(try page("--class", "fox").isEmpty)
        try session.documents(["predict"])
        #expect(try page("--state", "proposed") == [5])
        #expect(try page("--state", "proposed", "--min-score", "1", "--max-score", "1").count <= 1)
        try session.documents(["labels", "--state", "lost"], status: 64)
        try session.documents(["labels", "--limit", "1", "--after", "a-99"], status: 66)
    }

    @Test func `shards say where each label comes from, the same after what is done later`() throws
    {
        let session = try Session(photos: 5)
        try session.documents(["label", "1", "2", "3", "4", "5", "--as", "cat"])
        try session.documents(["commit", "-m", "one", "--tag", "v1"])
        func export(_ name: String) throws -> [[String: Any]] {
            let target = session.winnow.folder.url.appending(path: name).path
            return try session.documents(
                ["export", "v1", "--to", target, "--provenance", "--split", "train=1"]
            )
        }
        let first = try export("one")
        try session.documents(["label", "1", "--as", "dog"])
        try session.documents(["classes", "rename", "cat", "tabby"], of: "classes-edit")
        try session.documents(["commit", "-m", "two"])
        let second = try export("two")
        func digests(_ report: [[String: Any]]) -> [String] {
            (report.first?["files"] as? [[String: Any]] ?? []).compactMap {
                $0["sha256"] as? String
            }
        }
        #expect(!digests(first).isEmpty && digests(first) == digests(second))
        let folder = session.winnow.folder.url.appending(path: "one")
        let tar = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .first { $0.hasSuffix(".tar") }
        )
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            "tar xOf '\(folder.appending(path: tar).path)' --wildcards '*.prov.json' | head -c 4000",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(),
            as: UTF8.self
        )
        process.waitUntilExit()
        #expect(text.contains("\"wasGeneratedBy\"") && text.contains("winnow:b-3"))
        #expect(try session.winnow.run(["export-verify", folder.path]).status == 0)
    }

    @Test func `rules that people write propose classes, and are held to what was decided`() throws
    {
        let session = try Session(photos: 6)
        try session.documents(["fields", "set", "source", "shop", "1", "2", "3"], of: "fields-set")
        try session.documents(["label", "1", "2", "--as", "shoes"])
        try session.documents(["label", "3", "--as", "hat"])
        let file = session.winnow.folder.url.appending(path: "labelers.yaml")
        let text = """
            labelers:
              - {name: shop, label: shoes, field: {source: shop}}
              - {label: hat, path: "*IMG_000[4-6].jpg"}
              - {label: wide, width: {above: 1}}
            """
        try Data(text.utf8).write(to: file)
        let words = ["predict", "--labelers", file.path]
        let report = try #require(try session.documents(words, of: "predict-labelers").first)
        let rules = try #require(report["labelers"] as? [[String: Any]])
        #expect(rules.map { $0["covered"] as? Int } == [3, 3, 6])
        #expect(rules.map { $0["checked"] as? Int } == [3, 0, 3])
        let accuracy = try #require(rules[0]["accuracy"] as? Double)
        #expect(abs(accuracy - 2 / 3) < 1e-9)
        #expect(report["predicted"] as? Int == 3)
        // What a model says may be a part of a rule; before it has said anything that is an error.
        let second = "labelers: [{label: hat, proposed: [shoes, hat], sure: 0}]"
        try Data(second.utf8).write(to: file)
        try session.documents(words, status: 66)
        let found = try session.documents(["predict"])
        #expect(found.first?["predicted"] as? Int == 3)
        let again = try session.documents(words, of: "predict-labelers")
        let rule = try #require((again.first?["labelers"] as? [[String: Any]])?.first)
        #expect(rule["covered"] as? Int == 3)
        try Data("labelers: [".utf8).write(to: file)
        try session.documents(words, status: 65)
        try session.documents(["predict", "--labelers", "nowhere.yaml"], status: 66)
    }

    @Test func `what a rule holds back and what is forgotten is in no export`() throws {
        let session = try Session(photos: 5)
        try session.documents(["label", "1", "2", "3", "4", "5", "--as", "cat"])
        try session.documents(
            ["fields", "add", "consent", "--type", "boolean"],
            of: "fields-add"
        )
        try session.documents(
            ["fields", "set", "consent", "true", "1", "2", "3", "4"],
            of: "fields-set"
        )
        try session.documents(
            ["fields", "set", "consent", "perhaps", "5"],
            of: "fields-set",
            status: 65
        )
        try session.documents(
            ["rules", "add", "consent", "absent", "--reason", "nobody agreed"],
            of: "rules-add"
        )
        #expect(try session.documents(["rules", "held"], of: "rules-held").count == 1)
        try session.documents(["commit", "-m", "one", "--tag", "v1"])
        let target = session.winnow.folder.url.appending(path: "export").path
        let export = try session.documents(["export", "v1", "--to", target, "--format", "csv"])
        #expect(export.first?["held_back"] as? Int == 1)
        #expect((export.first?["splits"] as? [String: Int])?.values.reduce(0, +) == 4)
        let backup = session.winnow.folder.url.appending(path: "backup").path
        try session.documents(["backup", backup])
        try session.documents(["backup", backup], status: 73)
        try session.documents(["forget", "2"], status: 64)
        try session.documents(["forget", "2", "--yes"])
        let second = session.winnow.folder.url.appending(path: "export2").path
        let fewer = try session.documents(["export", "v1", "--to", second, "--format", "csv"])
        #expect((fewer.first?["splits"] as? [String: Int])?.values.reduce(0, +) == 3)
        #expect(try session.documents(["verify"]).first?["ok"] as? Bool == true)
        // The backup still has it: the whole data set comes back.
        try session.documents(["restore-from", backup], status: 73)
        try session.documents(["restore-from", backup, "--overwrite"])
        #expect(try session.classes().count == 5)
        #expect(try session.documents(["verify"]).first?["ok"] as? Bool == true)
    }
}
