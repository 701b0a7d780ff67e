import CurationCore
import Foundation
import ReviewServer
import TestKit
import Synchronization
import Testing

/// What a reviewer decides while the server is away, in a real browser.
@Suite(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct RestartPageTests {
    private static let caption = "document.querySelector('.screen header p').innerText"
    private static let awake = "performance.now() - (window.since ??= performance.now()) > 250"
    private static let backspace = "\u{e003}"

    /// Runs `body` while a server of the same backend and the same tokens runs.
    private static func serving(
        _ backend: MemoryBackend,
        _ folder: TemporaryFolder,
        port: Int = 0,
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let tokens = folder.url.appending(path: "token")
        try await TestServer.run(backend, tokenFile: tokens, port: port, body: body)
    }

    @Test func `what was decided without a server arrives once it is back, each once`()
        async throws
    {
        let (backend, folder) = (MemoryBackend(singles: 12), try TemporaryFolder())
        try await WebDriver.browse { page in
            let port = Mutex(0)
            try await Self.serving(backend, folder) { server in
                port.withLock { $0 = server.port }
                try await page.open(server.url)
                try await page.wait(until: "document.querySelectorAll('.tile img').length === 6")
                try await page.wait(until: Self.awake)
                try await page.press("a")
                try await page.wait(until: "\(Self.caption).includes('r-2')")
                try await page.wait(
                    until: "document.querySelector('.single img')?.naturalWidth > 0"
                )
            }
            // The page goes on with what it holds, and says that nothing is saved.
            for item in 2...6 {
                try await page.wait(until: "\(Self.caption).includes('r-\(item)')")
                try await page.press("a")
            }
            try await page.wait(
                until: "document.getElementById('saved').innerText.startsWith('Saving 5')"
            )
            #expect(backend.decided.keys.sorted() == ["r-1"])
            try await page.keep("server-away")
            try await Self.serving(backend, folder, port: port.withLock(\.self)) { _ in
                try await page.wait(
                    until: "document.getElementById('saved').innerText.startsWith('Saved')"
                )
                try await page.wait(until: "\(Self.caption).includes('r-7')")
            }
            #expect(backend.decided.keys.sorted() == (1...6).map { "r-\($0)" })
            #expect(backend.submissions == 6)
        }
    }

    @Test func `a group is taken back after the server and the page were started again`()
        async throws
    {
        let (backend, folder) = (MemoryBackend(singles: 3), try TemporaryFolder())
        try await WebDriver.browse { page in
            let port = Mutex(0)
            try await Self.serving(backend, folder) { server in
                port.withLock { $0 = server.port }
                try await page.open(server.url)
                try await page.wait(until: "document.querySelectorAll('.tile img').length === 6")
                try await page.press("e", "\u{e014}", "e", "\u{e014}", "e")
                try await page.wait(until: "document.querySelectorAll('.tile.out').length === 3")
                try await page.wait(until: Self.awake)
                try await page.press("a")
                try await page.wait(until: "\(Self.caption).includes('r-2')")
                try await page.wait(
                    until: "document.getElementById('saved').innerText.startsWith('Saved')"
                )
            }
            #expect(backend.decided["r-1"]?.except?.count == 3)
            try await Self.serving(backend, folder, port: port.withLock(\.self)) { _ in
                try await page.reload()
                try await page.wait(until: "document.querySelector('.screen header p')")
                try await page.press(Self.backspace)
                try await page.wait(until: "document.querySelectorAll('.tile img').length === 6")
            }
            #expect(backend.decided["r-1"] == nil)
        }
    }
}
