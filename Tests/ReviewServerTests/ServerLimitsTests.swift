import CurationCore
import Foundation
import Logging
import ReviewServer
import Synchronization
import Testing

/// What one client can take of the server.
@Suite struct ServerLimitsTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    @Test func `who asks too often is told when to ask again, others are not held up`()
        async throws
    {
        var limits = ServerLimits()
        limits.reads = .init(burst: 5, perSecond: 0.5)
        limits.writes = .init(burst: 2, perSecond: 1)
        let time = TestClock(Self.now)
        try await TestServer.run(
            reviewers: ["r1", "r2"],
            limits: limits,
            clock: { time.now }
        ) { server in
            let first = try await server.signedIn()
            let second = try await server.signedIn(as: "r2")
            func read(_ headers: [String: String]) async throws -> HTTPExchange {
                try await server.send("GET", "/api/v1/progress", headers: headers)
            }
            for _ in 0..<5 { #expect(try await read(first).status == 200) }
            let refused = try await read(first)
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == "2")
            #expect(refused.text.contains("\"code\":\"too-often\""))
            #expect(try await read(second).status == 200)
            time.pass(2)
            #expect(try await read(first).status == 200)
            #expect(try await read(first).status == 429)
            // Writes have a bucket of their own.
            var writes: [Int] = []
            for _ in 0..<3 {
                let path = "/api/v1/undo"
                writes.append(
                    try await server.send("POST", path, headers: first, json: #"{"steps":1}"#)
                        .status
                )
            }
            #expect(writes == [200, 200, 429])
        }
    }

    @Test func `tokens cannot be tried without end`() async throws {
        var limits = ServerLimits()
        limits.tries = .init(burst: 10, perSecond: 1)
        try await TestServer.run(limits: limits, clock: { Self.now }) { server in
            var statuses: [Int: Int] = [:]
            for _ in 0..<30 {
                let json = #"{"token":"00000000000000000000000000000000"}"#
                let status = try await server.send("POST", "/api/v1/session", json: json).status
                statuses[status, default: 0] += 1
            }
            #expect(statuses == [401: 10, 429: 20])
        }
    }

    @Test func `a grid that scrolls as fast as it can is not held up`() async throws {
        try await TestServer.run(clock: { Self.now }) { server in
            let headers = try await server.signedIn()
            for index in 0..<2000 {
                let path = "/d/\(server.datasetKey)/thumbs/\(index % 10 + 1)/320.jpg"
                let status = try await server.send("GET", path, headers: headers).status
                try #require(status == 200)
            }
        }
    }

    @Test func `too long an address and too large a head are refused`() async throws {
        try await TestServer.run { server in
            var headers = try await server.signedIn()
            let long = "/api/v1/progress?q=" + String(repeating: "x", count: 9000)
            let address = try await server.send("GET", long, headers: headers)
            #expect(address.status == 414)
            #expect(address.text.contains("\"code\":\"long-address\""))
            headers["X-Much"] = String(repeating: "x", count: 17_000)
            let head = try await server.send("GET", "/api/v1/progress", headers: headers)
            #expect(head.status == 431)
            #expect(head.text.contains("\"code\":\"large-head\""))
            // Far above, the connection ends; the server goes on.
            headers["X-Much"] = String(repeating: "x", count: 200_000)
            let end = try? await server.send("GET", "/api/v1/progress", headers: headers)
            #expect(end == nil || end?.status == 400)
            headers["X-Much"] = nil
            #expect(
                try await server.send("GET", "/api/v1/progress", headers: headers).status == 200
            )
        }
    }

    @Test(arguments: ["", "GET / HTTP/1.1\r\nHost: 127", "WRITE\r\nContent-Length: 5\r\n\r\n{"])
    func `a client that never ends its request is cut off`(start: String) async throws {
        var limits = ServerLimits()
        limits.idleSeconds = 0.2
        limits.transferSeconds = 0.2
        try await TestServer.run(limits: limits) { server in
            let head = try await server.signedIn().map { "\($0): \($1)\r\n" }.joined()
            let text = start.replacing("WRITE", with: "POST /api/v1/undo HTTP/1.1\r\n\(head)X: y")
            // Until the end of the connection; an answer may come before it.
            try await blocking { [port = server.port] in
                let connection = try #require(HTTPConnection(port: port))
                _ = connection.send(Array(text.utf8))
                while !connection.receive().isEmpty {}
            }
            #expect(try await server.send("GET", "/", headers: server.ownHeaders).status == 200)
        }
    }

    @Test func `connections above the limit wait for the end of others`() async throws {
        var limits = ServerLimits()
        limits.connections = 2
        try await TestServer.run(limits: limits) { server in
            let host = "Host: 127.0.0.1:\(server.port)\r\n\r\n"
            try await blocking { [port = server.port] in
                var open = try (0..<2).map { _ in try #require(HTTPConnection(port: port)) }
                for connection in open {
                    _ = connection.send(Array("GET /icon.svg HTTP/1.1\r\n\(host)".utf8))
                    #expect(!connection.receive().isEmpty)
                }
                let third = try #require(HTTPConnection(port: port))
                _ = third.send(Array("GET /icon.svg HTTP/1.1\r\n\(host)".utf8))
                open.removeAll()
                #expect(!third.receive().isEmpty)
            }
        }
    }

    @Test func `tokens and cookies are never in the log`() async throws {
        let log = CollectedLog()
        let logger = Logger(label: "test") { _ in log }
        try await TestServer.run(logger: logger) { server in
            let good = try await server.signedIn()
            let cookie = try #require(good["Cookie"]?.split(separator: "=").last)
            var wrong = good
            wrong["Cookie"] = "winnow_0=\(cookie)"
            for headers in [good, wrong] {
                _ = try await server.send("GET", "/api/v1/progress", headers: headers)
                _ = try await server.send("POST", "/api/v1/undo", headers: headers, json: "{")
                _ = try await server.send(
                    "GET",
                    "/api/v1/x?token=\(server.token)",
                    headers: headers
                )
            }
            // A body with the token where it does not belong.
            let json = #"{"token":"\#(server.token)","token":1}"#
            _ = try await server.send("POST", "/api/v1/session", json: json)
            let text = log.text
            try #require(text.contains("Server"))
            #expect(!text.contains(server.token))
            #expect(!text.contains(cookie))
        }
    }
}

/// A clock that stands until it is moved.
private final class TestClock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp) { time = Mutex(start) }

    var now: Timestamp { time.withLock { $0 } }

    func pass(_ seconds: Double) { time.withLock { $0 = $0.advanced(by: seconds) } }
}

/// All that was logged, down to the finest level.
private final class CollectedLog: LogHandler, Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    var metadata: Logger.Metadata {
        get { [:] }
        set { lines.withLock { $0.append("\(newValue)") } }
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set { lines.withLock { $0.append("\(key) \(String(describing: newValue))") } }
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
