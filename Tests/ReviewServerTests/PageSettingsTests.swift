import ReviewServer
import Testing

/// What a reviewer chooses, and what others do, in a real browser.
@Suite(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct PageSettingsTests {
    private static let enter = "\u{e007}"
    private static let escape = "\u{e00c}"
    // A group takes no deciding key in its first moments.
    private static let awake =
        "document.querySelector('.tile') && "
        + "performance.now() - (window.since ??= performance.now()) > 250"
    private static let caption = "document.querySelector('.screen header p').innerText"

    private static func running(
        reviewers: [String] = ["r1"],
        body: @escaping @Sendable (TestServer, WebDriver) async throws -> Void
    ) async throws {
        var limits = ServerLimits()
        limits.eventSeconds = 0.05
        try await TestServer.run(reviewers: reviewers, limits: limits) { server in
            try await WebDriver.browse { page in
                try await page.open(server.url)
                try await page.wait(until: "document.querySelector('.screen header p')")
                try await body(server, page)
            }
        }
    }

    /// Presses the button of a row of the dialog.
    private static func change(_ what: String, _ page: WebDriver) async throws {
        let row =
            "[...document.querySelectorAll('.keylist dd')].find((row) => "
            + "row.innerText.startsWith('\(what)'))"
        _ = try await page.evaluate("(\(row).querySelector('button').focus(), 1)")
        try await page.press(enter)
        try await page.wait(until: "\(row).innerText.includes('press a key')")
    }

    @Test func `a key is put elsewhere, one that is taken is refused, letters are switched off`()
        async throws
    {
        try await Self.running { _, page in
            try await page.press("?")
            try await page.wait(until: "document.querySelector('dialog .keylist')")
            try await Self.change("skip", page)
            try await page.press("q")
            try await page.wait(
                until: "[...document.querySelectorAll('.keylist dt')].some((key) => "
                    + "key.innerText === 'Q')"
            )
            try await Self.change("accept as named", page)
            try await page.press("x")
            try await page.wait(
                until: "document.querySelector('dialog').innerText.includes('X is taken')"
            )
            try await page.press(Self.escape)
            try await page.wait(until: "!document.querySelector('dialog')")
            // Buttons show the new key, also after the page was loaded anew.
            try await page.wait(until: "document.body.innerText.includes('Q skip')")
            try await page.wait(
                until: "fetch('/api/v1/me/settings').then((a) => a.json())"
                    + ".then((s) => window.kept = JSON.stringify(s)), "
                    + "window.kept === '{\"keymap\":{\"review.skip\":[\"q\"]}}'"
            )
            _ = try await page.evaluate("location.reload()")
            try await page.wait(until: "document.body.innerText.includes('Q skip')")
            try await page.wait(until: Self.awake)
            try await page.press(" ")
            #expect(try await page.evaluate("document.querySelectorAll('.tile').length") == "6")
            try await page.press("q")
            try await page.wait(until: "\(Self.caption).includes('r-2')")

            try await page.press("?")
            try await page.wait(until: "document.querySelector('dialog .keylist')")
            _ = try await page.evaluate("document.querySelector('.keychoices input').click()")
            try await page.press(Self.escape, "x", "q")
            #expect(try await page.evaluate("\(Self.caption).includes('r-2')") == "true")
        }
    }

    @Test func `a command is found by its name`() async throws {
        try await Self.running { _, page in
            _ = try await page.evaluate(
                "document.body.dispatchEvent(new KeyboardEvent('keydown', "
                    + "{key: 'k', ctrlKey: true, bubbles: true}))"
            )
            try await page.wait(until: "document.querySelector('#commands [role=option]')")
            try await page.press("l", "i", "g", "h", "t", Self.enter)
            try await page.wait(until: "document.documentElement.dataset.theme === 'dark'")
        }
    }

    @Test func `what another reviewer decides is seen at once`() async throws {
        try await Self.running(reviewers: ["r1", "r2"]) { server, page in
            try await page.wait(
                until: "document.getElementById('counts').innerText === '5 pending'"
            )
            let headers = try await server.signedIn(as: "r2")
            let json =
                #"{"decisions":[{"id":"d","item":"r-9","lease":"l","reviewer":"r2","#
                + #""decision":"skip"}]}"#
            let path = "/api/v1/decisions"
            let answer = try await server.send("POST", path, headers: headers, json: json)
            try #require(answer.status == 200)
            try await page.wait(
                until: "document.getElementById('counts').innerText === '4 pending'"
            )
        }
    }
}
