import Foundation
import TestKit
import Testing

/// Runs the built command as a user would.
struct WinnowCommand {
    struct Output {
        let status: Int32
        let text: String
        let messages: String

        /// The JSON documents, one a line.
        func json() throws -> [[String: Any]] {
            try text.split(separator: "\n").map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: Any])
            }
        }
    }

    static let executable: URL = {
        // The test bundle and the command lie in the same folder.
        var folder = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appending(path: "winnow")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return URL(filePath: "winnow")
    }()

    let folder: TemporaryFolder
    /// What the command sees besides the environment of the tests.
    var environment: [String: String] = [:]
    var dataset: String { folder.url.appending(path: "set").path }

    init() throws { folder = try TemporaryFolder() }

    @discardableResult
    func run(_ words: [String], input: String = "") throws -> Output {
        let (process, output, messages) = try start(words, input: input)
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Output(
            status: process.terminationStatus,
            text: String(decoding: text, as: UTF8.self),
            messages: try String(contentsOf: messages, encoding: .utf8)
        )
    }

    func start(_ words: [String], input: String = "") throws -> (Process, Pipe, URL) {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = folder.url
        let output = Pipe()
        let messages = folder.url.appending(path: "messages-\(UUID().uuidString)")
        try Data().write(to: messages)
        let source = folder.url.appending(path: "input-\(UUID().uuidString)")
        try Data(input.utf8).write(to: source)
        process.standardInput = try FileHandle(forReadingFrom: source)
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: messages)
        try process.run()
        return (process, output, messages)
    }
}

@Suite struct CommandLineTests {
    private static let photos = Fixtures.url("photos").path

    @Test func `the whole line runs by commands, and every document is as its schema says`() throws
    {
        let winnow = try WinnowCommand()
        let set = ["-d", winnow.dataset, "--json"]
        var schemas = JSONSchemas()
        // Runs a verb and holds each line to the schema that has the verb's name.
        func documents(
            _ words: [String],
            input: String = "",
            of name: String? = nil
        ) throws -> [[String: Any]] {
            let needsSet = words[0] != "export-verify"
            let output = try winnow.run(words + (needsSet ? set : ["--json"]), input: input)
            #expect(output.status == 0, "\(words): \(output.messages)")
            for line in output.text.split(separator: "\n") {
                let faults = try schemas.faults(
                    in: try JSONDocument(parsing: line),
                    against: "cli-output.schema.json#/$defs/\(name ?? words[0])"
                )
                #expect(faults.isEmpty, "\(words): \(faults)")
            }
            return try output.json()
        }
        let stages = try documents(["run", Self.photos])
        #expect(stages.map { $0["stage"] as? String } == ["import", "embed", "cluster", "predict"])
        #expect(try documents(["import", Self.photos]).first?["unchanged"] as? Int == 379)
        #expect(try documents(["embed"]).first?["skipped"] as? Int == 379)
        #expect(try documents(["failures"]).count == 4)
        #expect(try documents(["cluster"]).count == 379)
        let near = try documents(["similar", "1", "-k", "3"])
        #expect(near.count == 3 && near.allSatisfy { $0["id"] as? Int != 1 })
        #expect(try documents(["outliers", "--limit", "5"]).count == 5)
        #expect(try documents(["duplicates"]).count >= 14)
        let next = ["review", "next", "--limit", "2", "--reviewer", "r"]
        let items = try documents(next, of: "review-next")
        #expect(items.count == 2)
        let decisions = items.map {
            #"{"item":"\#($0["item"] ?? "")","lease":"\#($0["lease"] ?? "")","reviewer":"r","#
                + #""decision":"accept","label":"x"}"#
        }.joined(separator: "\n")
        for expected in ["decided", "repeated"] {
            let answers = try documents(
                ["review", "decide"],
                input: decisions,
                of: "review-decide"
            )
            #expect(answers.map { $0["status"] as? String } == [expected, expected])
        }
        #expect(try documents(["review", "undo"], of: "review-undo").count == 1)
        #expect(try documents(["review", "status"], of: "review-status").count == 1)
        let replay = [
            "review", "replay", Fixtures.url("photos-answers.csv").path, "--target", "0.5",
        ]
        #expect(try documents(replay, of: "review-replay").count == 1)
        #expect(try documents(["predict"]).count == 1)
        #expect(try documents(["quality"]).count > 6)
        #expect(try documents(["commit", "-m", "m", "--tag", "v1"]).count == 1)
        #expect(try documents(["log"]).count == 1)
        #expect(try documents(["show", "v1"]).count == 1)
        #expect(try documents(["tag", "v2"]).count == 1)
        #expect(try documents(["diff", "v1"]).isEmpty)
        let out = winnow.folder.url.appending(path: "out").path
        #expect(try documents(["export", "v1", "--to", out]).count == 1)
        #expect(try documents(["export-verify", out]).first?["ok"] as? Bool == true)
        #expect(try documents(["verify"]).first?["ok"] as? Bool == true)
        #expect(try documents(["labels"]).count == 379)
        let manifest = try String(contentsOfFile: "\(out)/manifest.json", encoding: .utf8)
        let faults = try schemas.faults(
            in: try JSONDocument(parsing: manifest),
            against: "shard-manifest.schema.json"
        )
        #expect(faults.isEmpty, "\(faults)")
    }

    @Test func `a document that breaks its schema is told`() throws {
        var schemas = JSONSchemas()
        for text in ["{}", "[]", #"{"ok":1,"problems":[]}"#, #"{"ok":true,"problems":"none"}"#] {
            let faults = try schemas.faults(
                in: try JSONDocument(parsing: text),
                against: "cli-output.schema.json#/$defs/verify"
            )
            #expect(!faults.isEmpty, "\(text)")
        }
    }

    @Test(
        arguments: [
            (["frobnicate"], 64), (["export"], 64), (["review", "next", "--limit", "0"], 64),
            (["labels", "-d", "nowhere"], 66), (["import", "nowhere", "-d", "set"], 66),
            (["show", "v9", "-d", "set"], 66), (["init", "set"], 73), (["init", "words"], 73),
            (["embed", "--model", "none", "-d", "set"], 69), (["export-verify", "nowhere"], 66),
            (["labels"], 66), (["--help"], 0), (["--version"], 0),
            (["quality", "--metric", "none", "-d", "set"], 64),
            (["quality", "--against", "words", "-d", "set"], 65),
        ] as [([String], Int32)]
    )
    func `exit codes are those of the contract`(words: [String], status: Int32) throws {
        let winnow = try WinnowCommand()
        try winnow.folder.write(Array("no,columns\n1,2\n".utf8), to: "words")
        #expect(try winnow.run(["init", "set"]).status == 0)
        let result = try winnow.run(words)
        #expect(result.status == status, "\(words): \(result.messages)")
        if status != 0 { #expect(result.text.isEmpty && !result.messages.isEmpty) }
    }

    @Test func `lines that are no decisions are named, and what came before is taken`() throws {
        let winnow = try WinnowCommand()
        try winnow.run(["run", "\(Self.photos)/IMG_0001.jpg", "-d", winnow.dataset])
        let item = try #require(
            try winnow.run(["review", "next", "--json", "-d", winnow.dataset]).json().first
        )
        let good =
            #"{"item":"\#(item["item"] ?? "")","lease":"\#(item["lease"] ?? "")","#
            + #""reviewer":"r","decision":"correct","#
            + #""annotations":[{"type":"classification","label":"x"}]}"#
        let result = try winnow.run(
            ["review", "decide", "-d", winnow.dataset],
            input: "\(good)\n{\"item\":1}\n"
        )
        #expect(result.status == 65 && result.messages.contains("line 2"))
        let status = try winnow.run(["review", "status", "--json", "-d", winnow.dataset]).json()
        #expect(status.first?["decided"] as? Int == 1)
    }

    @Test func `the help of every verb teaches with an example`() throws {
        let winnow = try WinnowCommand()
        let verbs =
            [
                "run", "init", "import", "embed", "cluster", "duplicates", "similar", "outliers",
                "predict", "quality",
                "failures", "labels", "commit", "log", "show", "diff", "tag", "verify", "export",
                "export-verify", "review",
            ].map { [$0] }
            + ["next", "decide", "undo", "status", "replay", "serve"].map { ["review", $0] }
        for verb in verbs {
            let help = try winnow.run(verb + ["--help"]).text
            #expect(help.contains("Example"), "\(verb)")
            #expect(
                help.contains("winnow \(verb.joined(separator: " ").replacing(" serve", with: ""))")
            )
        }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a signal leaves a state that the next run goes on from`(signal: Int32) throws {
        let winnow = try WinnowCommand()
        let (process, _, messages) = try winnow.start(["run", Self.photos, "-d", winnow.dataset])
        // The first line of progress says that a batch is done and others wait.
        while try process.isRunning && Data(contentsOf: messages).isEmpty { usleep(500) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        try resume(winnow)
    }

    @Test(arguments: [20, 150, 400, 900] as [UInt32])
    func `a killed run loses nothing that the next one does not bring back`(after: UInt32) throws {
        let winnow = try WinnowCommand()
        let (process, _, _) = try winnow.start(["run", Self.photos, "-d", winnow.dataset])
        usleep(after * 1000)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try resume(winnow)
    }

    private func resume(_ winnow: WinnowCommand) throws {
        let result = try winnow.run(["run", Self.photos, "-d", winnow.dataset, "--json"])
        #expect(result.status == 0, "\(result.messages)")
        #expect(try winnow.run(["labels", "--json", "-d", winnow.dataset]).json().count == 379)
        let verify = try winnow.run(["verify", "-d", winnow.dataset])
        #expect(verify.status == 0, "\(verify.text)")
    }

    @Test func `two imports at once are both right`() throws {
        let winnow = try WinnowCommand()
        try winnow.run(["init", winnow.dataset])
        let started = try (0..<2).map { _ in
            try winnow.start(["import", Self.photos, "-d", winnow.dataset])
        }
        for (process, _, _) in started {
            process.waitUntilExit()
            #expect([0, 75].contains(process.terminationStatus))
        }
        #expect(try winnow.run(["labels", "--json", "-d", winnow.dataset]).json().count == 379)
        #expect(try winnow.run(["verify", "-d", winnow.dataset]).status == 0)
    }
}
