import CurationCore
import Foundation
import Synchronization
import TestKit
import Testing

/// Several reviewers at once at a server that is killed in the middle; `Tests/Benchmarks/queue_stress.py`
/// is the same with many.
@Suite struct QueueStressTests {
    private static let reviewers = (1...8).map { "r\($0)" }
    private static let decisions = 40
    private static let photos = 160

    /// The process that serves, and what is needed to reach it.
    private final class Server: Sendable {
        private struct Address: Decodable {
            struct One: Decodable {
                let reviewer: String
                let url: String
            }
            let reviewers: [One]
        }

        private struct State {
            var process = Process()
            var port = 0
            var tokens: [String: String] = [:]
        }

        private let state = Mutex(State())
        private let dataset: String

        init(dataset: String) throws {
            self.dataset = dataset
            try start()
        }

        var port: Int { state.withLock { $0.port } }

        func token(of reviewer: String) -> String { state.withLock { $0.tokens[reviewer] ?? "" } }

        func start() throws {
            let port = port
            let process = Process()
            process.executableURL = executable
            process.arguments =
                ["review", "-d", dataset, "--json", "--reviewers"]
                + [QueueStressTests.reviewers.joined(separator: ",")]
                + (port > 0 ? ["--port", "\(port)"] : [])
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let line = output.fileHandleForReading.availableData
            let address = try JSONDecoder().decode(Address.self, from: line)
            let tokens = address.reviewers.map {
                ($0.reviewer, $0.url.components(separatedBy: "token=")[1])
            }
            let url = try #require(URLComponents(string: address.reviewers[0].url))
            let opened = try #require(url.port)
            state.withLock {
                $0 = State(
                    process: process,
                    port: opened,
                    tokens: Dictionary(uniqueKeysWithValues: tokens)
                )
            }
        }

        func end(by signal: Int32) {
            state.withLock { state in
                kill(state.process.processIdentifier, signal)
                state.process.waitUntilExit()
            }
        }
    }

    /// What the reviewers' threads count together.
    private final class Tally: Sendable {
        let count = Mutex(0)
        let isKilled = Mutex(false)
    }

    private struct Items: Decodable { let items: [ReviewItem] }
    private struct Results: Decodable { let results: [SubmissionResult] }

    /// Asks until the server is there, some seconds at most.
    private static func ask(
        _ server: Server,
        _ method: String,
        _ path: String,
        _ headers: [String: String],
        _ json: String = ""
    ) throws -> HTTPExchange {
        for _ in 0..<400 {
            do {
                return try HTTPExchange(
                    method,
                    path,
                    port: server.port,
                    headers: headers.merging([
                        "Host": "127.0.0.1:\(server.port)",
                        "Origin": "http://127.0.0.1:\(server.port)", "Connection": "close",
                        "Content-Type": "application/json",
                    ]) { $1 },
                    body: Array(json.utf8)
                )
            } catch is NoAnswer {
                // The server is down between its kill and its next start.
                Thread.sleep(forTimeInterval: 0.02)
            }
        }
        throw POSIXError(.ETIMEDOUT)
    }

    private static func decision(_ item: ReviewItem, _ reviewer: String, _ number: Int) -> String {
        let label = "c\((item.image?.id ?? 0) % 3)"
        let what =
            item.kind == .cluster
            ? #""accept","label":"c1""#
            : #""correct","annotations":[{"type":"classification","label":"\#(label)"}]"#
        return #"{"decisions":[{"id":"\#(reviewer)-\#(number)","item":"\#(item.item)","#
            + #""lease":"\#(item.lease)","reviewer":"\#(reviewer)","decision":\#(what)}]}"#
    }

    /// Decides until enough was acknowledged or nothing is left; the items that were.
    private static func review(
        _ server: Server,
        as reviewer: String,
        acknowledged: @Sendable () -> Void
    ) throws -> [String] {
        let json = #"{"token":"\#(server.token(of: reviewer))"}"#
        let signed = try ask(server, "POST", "/api/v1/session", [:], json)
        let cookie = try #require(signed.headers["set-cookie"]).split(separator: ";")[0]
        let headers = ["Cookie": String(cookie)]
        var items: [String] = []
        for number in 0..<decisions {
            let next = try ask(server, "GET", "/api/v1/queue/next?limit=1", headers)
            try #require(next.status == 200, "\(next.text)")
            guard let item = try next.json(Items.self).items.first else {
                // Others may have what is left, or it pays to learn from them first.
                if number > decisions / 2 { break }
                Thread.sleep(forTimeInterval: 0.05)
                continue
            }
            let text = decision(item, reviewer, number)
            let answer = try ask(server, "POST", "/api/v1/decisions", headers, text)
            try #require(answer.status == 200, "\(answer.text)")
            let result = try #require(try answer.json(Results.self).results.first)
            try #require([.decided, .repeated].contains(result.status), "\(answer.text)")
            items.append(item.item)
            acknowledged()
        }
        return items
    }

    @Test func `what was acknowledged before and after a kill is in the store once`() async throws {
        let folder = try TemporaryFolder()
        let dataset = folder.url.appending(path: "set").path
        try await blocking { try Self.make(dataset, in: folder.url) }
        let server = try await blocking { try Server(dataset: dataset) }
        let tally = Tally()
        try await withThrowingTaskGroup(of: [String].self) { group in
            for reviewer in Self.reviewers {
                group.addTask {
                    try await blocking {
                        try Self.review(server, as: reviewer) { tally.count.withLock { $0 += 1 } }
                    }
                }
            }
            group.addTask {
                try await blocking {
                    for _ in 0..<4000 where tally.count.withLock({ $0 }) < 10 {
                        Thread.sleep(forTimeInterval: 0.005)
                    }
                    server.end(by: SIGKILL)
                    try server.start()
                    tally.isKilled.withLock { $0 = true }
                    return []
                }
            }
            var items: [String] = []
            for try await some in group { items += some }
            #expect(tally.isKilled.withLock { $0 })
            #expect(items.count >= 10 && Set(items).count == items.count)
            let status = try await blocking { try Self.status(dataset, server) }
            #expect(status.decided == Self.photos - status.pending)
            #expect(status.decided >= items.count)
        }
    }

    private static func make(_ dataset: String, in folder: URL) throws {
        let photos = (1...photos).map {
            Fixtures.url("photos/IMG_\(String(10_000 + $0).dropFirst()).jpg").path
        }
        try run(["init", dataset, "--classes", "c0,c1,c2"], in: folder)
        try run(["import"] + photos + ["-d", dataset, "--quiet"], in: folder)
        try run(["embed", "-d", dataset, "--quiet"], in: folder)
    }

    private static func status(_ dataset: String, _ server: Server) throws -> ReviewStatus {
        server.end(by: SIGINT)
        try run(["verify", "-d", dataset], in: URL(filePath: dataset))
        let text = try run(
            ["review", "status", "-d", dataset, "--json"],
            in: URL(filePath: dataset)
        )
        return try JSONDecoder().decode(ReviewStatus.self, from: text)
    }

    @discardableResult
    private static func run(_ words: [String], in folder: URL) throws -> Data {
        let process = Process()
        process.executableURL = executable
        process.arguments = words
        // Without the models a run is quick.
        process.environment = ProcessInfo.processInfo.environment
            .merging(["WINNOW_DEPS": folder.path]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(words)")
        return data
    }
}

/// The command, which lies in the folder of the test bundle.
private let executable: URL = {
    var folder = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
    for _ in 0..<4 {
        let candidate = folder.appending(path: "winnow")
        if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        folder = folder.deletingLastPathComponent()
    }
    return URL(filePath: "winnow")
}()
