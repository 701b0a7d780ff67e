import Curation
import CurationCore
import Testing

/// Flags, comments and splitting: by the routes, and by keys in a real browser.
@Suite struct RemarkTests {
    @Test func `flags and comments are kept, and what is none is refused`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            func post(_ path: String, _ json: String) async throws -> HTTPExchange {
                try await server.send("POST", "/api/v1/\(path)", headers: headers, json: json)
            }
            #expect(
                try await post("flags", #"{"images":[2,3],"on":true}"#).text == #"{"changed":2}"#
            )
            #expect(
                try await post("flags", #"{"images":[3],"on":false}"#).text == #"{"changed":1}"#
            )
            #expect(server.backend.flagged == [2])
            #expect(try await post("flags", #"{"images":[],"on":true}"#).status == 400)
            let said = try await post("images/2/comments", #"{"text":"<b>odd</b>"}"#)
            #expect(said.status == 200 && said.text.contains(#""reviewer":"r1""#))
            #expect(server.backend.comments == ["<b>odd</b>"])
            #expect(try await post("images/2/comments", #"{"text":""}"#).status == 400)
            let cut = try await post("images/2/comments", #"{"text":"a\u0000b"}"#)
            #expect(cut.status == 400 && cut.text.contains("U+0000"))
            #expect(try await post("images/99/comments", #"{"text":"x"}"#).status == 404)
        }
    }

    @Test func `a group is split by who holds it, and by nobody else`() async throws {
        try await TestServer.run { server in
            let headers = try await server.signedIn()
            let split = "/api/v1/clusters/r-1/split"
            let lease = #"{"lease":"lease-r-1"}"#
            let early = try await server.send("POST", split, headers: headers, json: lease)
            #expect(early.status == 410 && early.text.contains(#""code":"lost""#))
            _ = try await server.send("GET", "/api/v1/queue/next?limit=1", headers: headers)
            let halves = try await server.send("POST", split, headers: headers, json: lease)
            #expect(halves.status == 200 && halves.text.contains("lease-r-12"))
        }
    }

    @Test(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
    func `by keys a group is split, its next members shown, a picture flagged and spoken of`()
        async throws
    {
        try await TestServer.run { server in
            try await WebDriver.browse { page in
                try await page.open(server.url)
                try await Self.walk(page, server.backend)
            }
        }
    }

    private static func walk(_ page: WebDriver, _ backend: MemoryBackend) async throws {
        let tiles = "document.querySelectorAll('.tile').length"
        let last = "document.getElementById('last').innerText"
        try await page.wait(until: "\(tiles) === 6")
        try await page.press("m")
        try await page.wait(until: "\(tiles) === 24")
        let more = try await page.evaluate("document.querySelector('.primary').innerText")
        #expect(more.contains("30 and 66 unseen as shoes"))
        try await page.press("m", "m", "m", "m")
        try await page.wait(until: "\(tiles) === 6")
        try await page.press("s")
        try await page.wait(until: "\(tiles) === 4")
        try await page.press("f")
        try await page.wait(until: "\(last).includes('Flagged')")
        #expect(backend.flagged == [1])
        try await page.press("n")
        try await page.wait(until: "document.querySelector('dialog textarea')")
        try await page.press("o", "d", "d")
        _ = try await page.evaluate("document.querySelector('dialog .primary').click()")
        try await page.wait(until: "\(last).includes('Comment kept')")
        #expect(backend.comments == ["odd"])
        try await page.wait(until: "performance.now() - (window.since ??= performance.now()) > 250")
        try await page.press("a")
        try await page.wait(until: "\(tiles) === 2")
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
        #expect(backend.decided["r-11"]?.label == "shoes")
    }
}
