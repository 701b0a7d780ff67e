import Foundation
import Logging
import ReviewServer
import TestKit
import Testing

@Suite struct ReviewServerSettingsTests {
    private func settings(_ dataset: String, port: Int? = nil) -> ReviewServerSettings {
        ReviewServerSettings(dataset: dataset, reviewers: ["r1"], tokenFile: "/nowhere", port: port)
    }

    @Test(arguments: 0..<100)
    func `a data set has ports of its own`(number: Int) {
        let first = settings("/data/\(number)")
        #expect(first.ports == settings("/data/\(number)").ports)
        #expect(first.ports != settings("/data/\(number + 1)").ports)
        #expect(first.ports.allSatisfy { (20_000..<60_000).contains($0) })
        #expect(Set(first.ports).count == 16)
    }

    @Test func `a port that was asked for is the only one`() {
        #expect(settings("/data", port: 8080).ports == [8080])
    }

    @Test func `the names of the server are those that it listens on`() {
        let plain = ReviewBinding.loopback
        #expect(plain.isLoopback)
        let far = ReviewBinding(address: "0.0.0.0", hostNames: ["Pictures.example"])
        #expect(!far.isLoopback && far.isAnyAddress)
        for (address, isLoopback) in [
            ("127.0.0.2", true), ("::1", true), ("localhost", true), ("127.0.0.1.example", false),
            ("128.0.0.1", false), ("192.168.1.2", false), ("::", false), ("127.1", false),
        ] {
            #expect(ReviewBinding(address: address).isLoopback == isLoopback, "\(address)")
        }
    }

    @Test func `a certificate that cannot be used is told`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Array("no PEM".utf8), to: "cert.pem")
        let path = folder.url.appending(path: "cert.pem").path
        let settings = ReviewServerSettings(
            dataset: TestServer.dataset,
            reviewers: ["r1"],
            tokenFile: folder.url.appending(path: "token").path,
            port: 0,
            binding: ReviewBinding(certificate: .init(certificateFile: path, keyFile: path))
        )
        let error = await #expect(throws: ReviewServerError.self) {
            try await serveReview(
                MemoryBackend(),
                settings: settings,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) { _ in }
        }
        #expect(error?.description.contains(path) == true)
    }

    @Test func `a port that is taken is told`() async throws {
        try await TestServer.run { server in
            let folder = try TemporaryFolder()
            let settings = ReviewServerSettings(
                dataset: TestServer.dataset,
                reviewers: ["r1"],
                tokenFile: folder.url.appending(path: "token").path,
                port: server.port
            )
            let error = await #expect(throws: ReviewServerError.self) {
                try await serveReview(
                    server.backend,
                    settings: settings,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                ) { _ in }
            }
            #expect(error?.description.contains("127.0.0.1:\(server.port)") == true)
        }
    }
}
