import CurationCore
import Foundation
import TestKit
import Testing

/// What is left of an import that is killed, and of two at once.
@Suite(.serialized) struct ImportResilienceTests {
    private static let kills = 50

    /// The photos of the fixtures three times over, as links to the same files on disk.
    private static func source(in folder: TemporaryFolder) throws -> String {
        let photos = Fixtures.url("photos")
        let names = try FileManager.default.contentsOfDirectory(atPath: photos.path)
        for copy in 1...3 {
            let target = folder.url.appending(path: "source/\(copy)")
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
            for name in names {
                try FileManager.default.copyItem(
                    at: photos.appending(path: name),
                    to: target.appending(path: name)
                )
            }
        }
        return folder.url.appending(path: "source").path
    }

    /// What is left that does not depend on the clock.
    private static func state(of winnow: WinnowCommand, _ dataset: String) throws -> [String] {
        let labels = try winnow.run(["labels", "-d", dataset, "--json"]).text
        let failures = try winnow.run(["failures", "-d", dataset, "--json"]).text
        let verify = try winnow.run(["verify", "-d", dataset, "--json"]).text
        let files = try ["features", "thumbnails"].flatMap { part in
            let folder = URL(filePath: dataset).appending(path: part)
            return try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
                .map { "\($0) \((try? digest(of: folder.appending(path: $0))) ?? "folder")" }
        }
        return [labels, failures, verify] + files
    }

    private static func digest(of file: URL) throws -> String {
        ContentDigest(of: Array(try Data(contentsOf: file))).hex
    }

    @Test func `killed fifty times, a run ends as one that was not`() throws {
        var winnow = try WinnowCommand()
        // Without the models a run is quick, and its vectors are the descriptor's.
        winnow.environment["WINNOW_DEPS"] = winnow.folder.url.path
        let source = try Self.source(in: winnow.folder)
        let whole = winnow.folder.url.appending(path: "whole").path
        #expect(try winnow.run(["run", source, "-d", whole, "--quiet"]).status == 0)
        let expected = try Self.state(of: winnow, whole)
        try #require(expected[2].contains("\"ok\":true") && expected.count > 300)
        var generator = SeededGenerator(seed: 9)
        var killed = 0
        var finished = 0
        while killed < Self.kills {
            let dataset = winnow.folder.url.appending(path: "killed-\(finished)").path
            var isWhole = false
            while !isWhole, killed < Self.kills {
                let (process, output, _) = try winnow.start(
                    ["run", source, "-d", dataset, "--json", "--quiet"]
                )
                Thread.sleep(forTimeInterval: Double.random(in: 0.05...0.6, using: &generator))
                if process.isRunning {
                    kill(process.processIdentifier, SIGKILL)
                    killed += 1
                }
                process.waitUntilExit()
                isWhole = process.terminationReason == .exit
                try output.fileHandleForReading.close()
                guard FileManager.default.fileExists(atPath: dataset + "/features") else {
                    continue
                }
                let verify = try winnow.run(["verify", "-d", dataset])
                #expect(verify.status == 0, "\(verify.text) \(verify.messages)")
            }
            #expect(try winnow.run(["run", source, "-d", dataset, "--quiet"]).status == 0)
            #expect(try Self.state(of: winnow, dataset) == expected)
            finished += 1
        }
    }

    @Test func `of two imports at once one waits or says that it is busy`() throws {
        let winnow = try WinnowCommand()
        let source = try Self.source(in: winnow.folder)
        try winnow.run(["init", winnow.dataset])
        let words = ["import", source, "-d", winnow.dataset, "--json", "--quiet"]
        let clock = ContinuousClock()
        let (first, firstOutput, _) = try winnow.start(words)
        let start = clock.now
        let second = try winnow.run(words)
        let waited = clock.now - start
        first.waitUntilExit()
        _ = try firstOutput.fileHandleForReading.readToEnd()
        let statuses = [first.terminationStatus, second.status]
        #expect(statuses.allSatisfy { $0 == 0 || $0 == 75 } && statuses.contains(0))
        #expect(second.status == 0 || waited < .seconds(5))
        let last = try #require(try winnow.run(words).json().first)
        #expect(last["imported"] as? Int == 0)
        #expect(try winnow.run(["verify", "-d", winnow.dataset]).status == 0)
    }
}
