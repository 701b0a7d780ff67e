import CurationCore
import Foundation
import TestKit
import Testing

/// What is left of the store when its writers are killed, when there are two of them, and when the disk
/// is full.
@Suite(.serialized) struct StoreResilienceTests {
    private static let kills = 200

    private static func filled(_ photos: Int) throws -> WinnowCommand {
        var winnow = try WinnowCommand()
        winnow.environment["WINNOW_DEPS"] = winnow.folder.url.path
        let names = (1...photos).map {
            Fixtures.url("photos/IMG_\(String(10_000 + $0).dropFirst()).jpg").path
        }
        try winnow.run(["import"] + names + ["-d", winnow.dataset, "--quiet"])
        if !FileManager.default.fileExists(atPath: winnow.dataset) {
            try winnow.run(["init", winnow.dataset])
            try winnow.run(["import"] + names + ["-d", winnow.dataset, "--quiet"])
        }
        return winnow
    }

    private static func classes(_ winnow: WinnowCommand) throws -> [Int: String] {
        var classes: [Int: String] = [:]
        for line in try winnow.run(["labels", "-d", winnow.dataset, "--json"]).json() {
            let annotations = line["annotations"] as? [[String: Any]] ?? []
            classes[line["id"] as? Int ?? 0] = annotations.first?["label"] as? String
        }
        return classes
    }

    @Test func `of writers that are killed two hundred times no acknowledged change is lost`()
        throws
    {
        let winnow = try Self.filled(20)
        var random = SeededGenerator(seed: 11)
        var expected = try Self.classes(winnow)
        var (killed, attempt) = (0, 0)
        while killed < Self.kills {
            attempt += 1
            let image = Int.random(in: 1...20, using: &random)
            let name = "c\(attempt)"
            let words =
                switch attempt % 8 {
                case 0: ["commit", "-m", "n\(attempt)"]
                case 4: ["classes", "add", name]
                default: ["label", "\(image)", "--as", name]
                }
            let (process, output, _) = try winnow.start(
                words + ["-d", winnow.dataset, "--json", "--quiet"]
            )
            Thread.sleep(forTimeInterval: Double.random(in: 0.002...0.03, using: &random))
            if process.isRunning {
                kill(process.processIdentifier, SIGKILL)
                killed += 1
            }
            let text = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            if words[0] == "label" {
                // What was printed is done; what was not may be done or not.
                if text.isEmpty {
                    let now = try Self.classes(winnow)[image]
                    #expect(now == expected[image] || now == name)
                    expected[image] = now
                } else {
                    expected[image] = name
                }
            }
            if attempt % 20 == 0 {
                #expect(try Self.classes(winnow) == expected)
                let verify = try winnow.run(["verify", "-d", winnow.dataset])
                #expect(verify.status == 0, "\(verify.text) \(verify.messages)")
            }
        }
        #expect(try Self.classes(winnow) == expected)
        #expect(try winnow.run(["verify", "-d", winnow.dataset]).status == 0)
    }

    @Test func `two writers at once lose nothing`() throws {
        let winnow = try Self.filled(10)
        let writers = try (0..<2).map { writer in
            let script = (1...25).map {
                "'\(WinnowCommand.executable.path)' label \($0 % 5 + 1 + 5 * writer) --as w\(writer)n\($0) "
                    + "-d '\(winnow.dataset)' --quiet || exit 1"
            }
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", script.joined(separator: "\n")]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            return process
        }
        for process in writers {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let batches = try winnow.run(["history", "--limit", "100", "-d", winnow.dataset, "--json"])
        #expect(try batches.json().count { $0["kind"] as? String == "label" } == 50)
        #expect(
            try Self.classes(winnow) == [
                1: "w0n25", 2: "w0n21", 3: "w0n22", 4: "w0n23", 5: "w0n24", 6: "w1n25",
                7: "w1n21", 8: "w1n22", 9: "w1n23", 10: "w1n24",
            ]
        )
        #expect(try winnow.run(["verify", "-d", winnow.dataset]).status == 0)
    }

    @Test func `a folder that cannot be written is an error that says so`() throws {
        let winnow = try Self.filled(3)
        let files = FileManager.default
        try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: winnow.dataset)
        defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: winnow.dataset) }
        // Root writes everywhere, so there somebody else tries it, with a copy of the program.
        let program = winnow.folder.url.appending(path: "winnow")
        try files.copyItem(at: WinnowCommand.executable, to: program)
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: winnow.folder.url.path)
        let somebody = getuid() == 0 ? ["setpriv", "--reuid=65534", "--clear-groups"] : []
        for words in [["label", "1", "--as", "cat"], ["status"], ["commit", "-m", "x"]] {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = somebody + [program.path] + words + ["-d", winnow.dataset]
            let messages = Pipe()
            process.standardError = messages
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            let text = String(
                decoding: try messages.fileHandleForReading.readToEnd() ?? Data(),
                as: UTF8.self
            )
            process.waitUntilExit()
            #expect(process.terminationStatus == 74, "\(words): \(text)")
            #expect(text.contains("cannot be written"))
        }
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: winnow.dataset)
        #expect(try winnow.run(["verify", "-d", winnow.dataset]).status == 0)
    }

    @Test func `a full disk is an error that says so, and nothing is lost`() throws {
        let winnow = try Self.filled(20)
        try winnow.run(["label", "1", "--as", "first", "-d", winnow.dataset])
        let file = winnow.folder.url.appending(path: "labels.jsonl")
        let lines = (1...20).map { image in
            #"{"id":\#(image),"annotations":[{"type":"classification","label":"\#(String(repeating: "x", count: 150))\#(image)"}]}"#
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let words =
            "'\(WinnowCommand.executable.path)' label --from '\(file.path)' -d '\(winnow.dataset)'"
        var refused = 0
        // Files may not grow beyond so many blocks of 1,024 bytes.
        for blocks in [1, 8, 16, 32, 40, 48, 64, 96, 128] {
            let process = Process()
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = ["-c", "ulimit -f \(blocks); \(words)"]
            let messages = Pipe()
            process.standardError = messages
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            let text = try messages.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            if process.terminationStatus != 0 {
                refused += 1
                #expect(process.terminationStatus == 74, "\(String(decoding: text, as: UTF8.self))")
                #expect(try Self.classes(winnow)[1] == "first")
            }
            let verify = try winnow.run(["verify", "-d", winnow.dataset])
            #expect(verify.status == 0, "\(verify.text) \(verify.messages)")
            if process.terminationStatus == 0 { break }
        }
        #expect(refused > 0)
        #expect(try winnow.run(["label", "--from", file.path, "-d", winnow.dataset]).status == 0)
        #expect(try Self.classes(winnow)[1]?.hasPrefix("xxx") == true)
    }
}
