import CurationCore
import Testing

/// The journeys of a reviewer in a real browser, by keyboard alone.
@Suite(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct ReviewPageTests {
    private static let right = "\u{e014}"
    private static let backspace = "\u{e003}"
    private static let enter = "\u{e007}"
    private static let caption = "document.querySelector('.screen header p').innerText"
    // A group takes no deciding key in its first moments.
    private static let awake = "performance.now() - (window.since ??= performance.now()) > 250"

    @Test func `a group with exceptions, its undo, then single pictures`() async throws {
        try await TestServer.run { server in
            let page = try await WebDriver()
            do {
                try await page.open(server.url)
                try await Self.acceptGroupAndUndo(page, server.backend)
                try await Self.decideSingles(page, server.backend)
            } catch {
                await page.quit()
                throw error
            }
            await page.quit()
        }
    }

    private static func acceptGroupAndUndo(_ page: WebDriver, _ backend: MemoryBackend) async throws
    {
        try await page.wait(until: "document.querySelectorAll('.tile img').length === 6")
        try await page.wait(until: "document.querySelector('.tile img').naturalWidth === 1")
        #expect(try await page.evaluate("location.href.includes('token')") == "false")
        #expect(try await page.evaluate("document.cookie") == "")
        // What an acceptance would take along unseen is said where it is pressed, and beside it.
        let whole = try await page.evaluate("document.querySelector('.primary').innerText")
        #expect(whole.contains("6 and 90 unseen as shoes"))
        let beside = try await page.evaluate("document.body.innerText")
        #expect(beside.contains("at most 1 % are"))
        try await page.press(right, "e", right, "e", right, "e")
        try await page.wait(until: "document.querySelectorAll('.tile.out').length === 3")
        let primary = try await page.evaluate("document.querySelector('.primary').innerText")
        #expect(primary.contains("3 as"))
        try await page.wait(until: awake)
        try await page.press("a")
        try await page.wait(until: "document.querySelector('.single')")
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
        #expect(backend.decided["r-1"]?.except == [1, 2, 3])
        #expect(backend.decided["r-1"]?.label == "shoes")

        try await page.press(backspace)
        try await page.wait(until: "document.querySelectorAll('.tile img').length === 6")
        #expect(backend.decided.isEmpty)
        try await page.wait(until: "delete window.since")
        try await page.wait(until: awake)
        try await page.press("3", "a")
        try await page.wait(until: "document.querySelector('.single')")
    }

    private static func decideSingles(_ page: WebDriver, _ backend: MemoryBackend) async throws {
        for (key, item) in [("a", 2), ("1", 3), ("x", 4)] {
            try await page.wait(until: "\(caption).includes('r-\(item)')")
            try await page.press(key)
        }
        try await page.wait(until: "\(caption).includes('r-5')")
        try await page.press("c")
        try await page.wait(until: "document.querySelector('dialog input')")
        try await page.press("c", "a", "p", enter)
        try await page.wait(
            until: "document.querySelector('h1').innerText.startsWith('All proposals')"
        )
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")

        let decided = backend.decided
        #expect(decided["r-1"]?.label == "dress")
        #expect(decided["r-2"]?.decision == .accept)
        #expect(decided["r-3"]?.annotations == [.classification(category: "hat")])
        #expect(decided["r-4"]?.decision == .reject)
        #expect(decided["r-5"]?.annotations == [.classification(category: "cap")])
        #expect(backend.submissions == 6)
    }
}
