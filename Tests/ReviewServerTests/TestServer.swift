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
    /// The tokens of all reviewers.
    let tokens: [String: String]

    /// Runs `body` while a server runs, on a free port unless one is named.
    static func run(
        _ backend: MemoryBackend = MemoryBackend(),
        tokenFile: URL? = nil,
        reviewers: [String] = ["r1"],
        binding: ReviewBinding = .loopback,
        limits: ServerLimits = ServerLimits(),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        clock: @escaping @Sendable () -> Timestamp = { .now },
        port: Int = 0,
        body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await serve(
            backend,
            tokenFile: tokenFile,
            reviewers: reviewers,
            binding: binding,
            limits: limits,
            logger: logger,
            clock: clock,
            port: port
        ) { try await body(TestServer(backend, $0)) }
    }

    /// Runs `body`, which is given the addresses, while a server of any backend runs.
    static func serve(
        _ backend: some ReviewBackend,
        tokenFile: URL? = nil,
        reviewers: [String] = ["r1"],
        binding: ReviewBinding = .loopback,
        limits: ServerLimits = ServerLimits(),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        clock: @escaping @Sendable () -> Timestamp = { .now },
        port: Int = 0,
        body: @escaping @Sendable ([ReviewAddress]) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let settings = ReviewServerSettings(
            dataset: dataset,
            reviewers: reviewers,
            tokenFile: (tokenFile ?? folder.url.appending(path: "token")).path,
            port: port,
            binding: binding,
            limits: limits,
            clock: clock
        )
        let (urls, started) = AsyncStream.makeStream(of: [ReviewAddress].self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { started.finish() }
                try await serveReview(backend, settings: settings, logger: logger) {
                    started.yield($0)
                }
            }
            for await addresses in urls {
                try await body(addresses)
                break
            }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    private init(_ backend: MemoryBackend, _ addresses: [ReviewAddress]) throws {
        let parts = try addresses.map { try #require(URLComponents(string: $0.url)) }
        let tokens = try parts.map { try #require($0.fragment).replacing("token=", with: "") }
        self.backend = backend
        url = addresses[0].url
        port = try #require(parts[0].port)
        token = tokens[0]
        self.tokens = Dictionary(uniqueKeysWithValues: zip(addresses.map(\.reviewer), tokens))
    }

    /// Names the cookie, and is in the path of a thumbnail.
    var datasetKey: String { String(ContentDigest(of: Self.dataset).hex.prefix(16)) }

    /// The headers that the page itself sends with a write.
    var ownHeaders: [String: String] {
        [
            "Host": "127.0.0.1:\(port)", "Origin": "http://127.0.0.1:\(port)",
            "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin",
        ]
    }

    /// The headers of a page that is signed in, as the first reviewer or another.
    func signedIn(as reviewer: String? = nil) async throws -> [String: String] {
        let token = reviewer.flatMap { tokens[$0] } ?? token
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
