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
            let page = try WebDriver()
            defer { page.quit() }
            try page.open(server.url)
            try Self.acceptGroupAndUndo(page, server.backend)
            try Self.decideSingles(page, server.backend)
        }
    }

    private static func acceptGroupAndUndo(_ page: WebDriver, _ backend: MemoryBackend) throws {
        try page.wait(until: "document.querySelectorAll('.tile img').length === 6")
        try page.wait(until: "document.querySelector('.tile img').naturalWidth === 1")
        #expect(try page.evaluate("location.href.includes('token')") == "false")
        #expect(try page.evaluate("document.cookie") == "")
        try page.press(right, "e", right, "e", right, "e")
        try page.wait(until: "document.querySelectorAll('.tile.out').length === 3")
        #expect(try page.evaluate("document.querySelector('.primary').innerText").contains("3 as"))
        try page.wait(until: awake)
        try page.press("a")
        try page.wait(until: "document.querySelector('.single')")
        try page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
        #expect(backend.decided["r-1"]?.except == [1, 2, 3])
        #expect(backend.decided["r-1"]?.label == "shoes")

        try page.press(backspace)
        try page.wait(until: "document.querySelectorAll('.tile img').length === 6")
        #expect(backend.decided.isEmpty)
        try page.wait(until: "delete window.since")
        try page.wait(until: awake)
        try page.press("3", "a")
        try page.wait(until: "document.querySelector('.single')")
    }

    private static func decideSingles(_ page: WebDriver, _ backend: MemoryBackend) throws {
        for (key, item) in [("a", 2), ("1", 3), ("x", 4)] {
            try page.wait(until: "\(caption).includes('r-\(item)')")
            try page.press(key)
        }
        try page.wait(until: "\(caption).includes('r-5')")
        try page.press("c")
        try page.wait(until: "document.querySelector('dialog input')")
        try page.press("c", "a", "p", enter)
        try page.wait(until: "document.querySelector('h1').innerText.startsWith('All proposals')")
        try page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")

        let decided = backend.decided
        #expect(decided["r-1"]?.label == "dress")
        #expect(decided["r-2"]?.decision == .accept)
        #expect(decided["r-3"]?.annotations == [.classification(category: "hat")])
        #expect(decided["r-4"]?.decision == .reject)
        #expect(decided["r-5"]?.annotations == [.classification(category: "cap")])
        #expect(backend.submissions == 6)
    }
}
