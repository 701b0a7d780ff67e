import CurationCore
import Foundation
import Logging
import ReviewServer
import TestKit
import Testing

/// A running server, and how a page signs in to it.
struct TestServer: Sendable {
    static let dataset = "/data/clothing"

    let backend: MemoryBackend
    let url: String
    let port: Int
    let token: String

    /// Runs `body` while a server runs on a free port.
    static func run(
        _ backend: MemoryBackend = MemoryBackend(),
        tokenFile: URL? = nil,
        clock: @escaping @Sendable () -> Timestamp = { .now },
        body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let settings = ReviewServerSettings(
            dataset: dataset,
            reviewer: "r1",
            tokenFile: (tokenFile ?? folder.url.appending(path: "token")).path,
            port: 0,
            clock: clock
        )
        let (urls, started) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { started.finish() }
                try await serveReview(
                    backend,
                    settings: settings,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                ) { started.yield($0) }
            }
            for await url in urls {
                try await body(TestServer(backend, url: url))
                break
            }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    private init(_ backend: MemoryBackend, url: String) throws {
        let parts = try #require(URLComponents(string: url))
        self.backend = backend
        self.url = url
        port = try #require(parts.port)
        token = try #require(parts.fragment).replacing("token=", with: "")
    }

    /// The headers that the page itself sends with a write.
    var ownHeaders: [String: String] {
        [
            "Host": "127.0.0.1:\(port)", "Origin": "http://127.0.0.1:\(port)",
            "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin",
        ]
    }

    /// The headers of a page that is signed in.
    func signedIn() async throws -> [String: String] {
        let answer = try await send("POST", "/api/v1/session", json: #"{"token":"\#(token)"}"#)
        try #require(answer.status == 204)
        let cookie = try #require(answer.headers["set-cookie"]).split(separator: ";")[0]
        return ownHeaders.merging(["Cookie": String(cookie)]) { $1 }
    }

    /// Sends a request; without `headers` as the page would before it is signed in.
    func send(
        _ method: String,
        _ path: String,
        headers: [String: String]? = nil,
        json: String = ""
    ) async throws -> HTTPExchange {
        let headers = headers ?? ownHeaders
        return try await blocking {
            try HTTPExchange(method, path, port: port, headers: headers, body: Array(json.utf8))
        }
    }
}
