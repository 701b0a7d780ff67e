import Foundation
import Logging
import ReviewServer
import TestKit
import Testing

@Suite struct ReviewServerSettingsTests {
    private func settings(_ dataset: String, port: Int? = nil) -> ReviewServerSettings {
        ReviewServerSettings(dataset: dataset, reviewer: "r1", tokenFile: "/nowhere", port: port)
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

    @Test func `a port that is taken is told`() async throws {
        try await TestServer.run { server in
            let folder = try TemporaryFolder()
            let settings = ReviewServerSettings(
                dataset: TestServer.dataset,
                reviewer: "r1",
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
