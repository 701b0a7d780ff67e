import Curation
import Testing

/// Versions, issues and progress in a real browser, by keyboard alone.
@Suite(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct VersionsPageTests {
    private static let backspace = "\u{e003}"
    private static let enter = "\u{e007}"
    private static let right = "\u{e014}"
    private static let down = "\u{e015}"

    private static func question(_ words: String) -> String {
        "document.querySelector('.question').innerText.startsWith('\(words)')"
    }

    private static func said(_ words: String) -> String {
        "document.getElementById('last').innerText.includes('\(words)')"
    }

    private static func browse(
        _ body: @escaping @Sendable (WebDriver, MemoryBackend) async throws -> Void
    ) async throws {
        try await TestServer.run { server in
            try await WebDriver.browse { page in
                try await page.open(server.url)
                try await page.wait(until: "document.querySelectorAll('.tile img').length === 6")
                try await body(page, server.backend)
            }
        }
    }

    @Test func `the conflicts of a merge are settled, taken back and committed`() async throws {
        try await Self.browse { page, backend in
            let history = backend.history
            try await page.press("g", "v")
            try await page.wait(until: Self.question("Which side"))
            #expect(try await page.evaluate("document.querySelectorAll('.side').length") == "3")
            try await page.keep("journey-merge-conflict")
            try await page.press("3")
            try await page.wait(until: Self.said("Took stricter: shoes"))
            #expect(history.taken == [1: .theirs])
            // All that are left about the class, and back.
            try await page.wait(until: "document.body.innerText.includes('all 2 about hat')")
            try await page.press("a")
            try await page.wait(until: Self.question("Which side, for all 2 about hat"))
            try await page.press("2")
            try await page.wait(until: Self.said("Took main in 2 about hat"))
            #expect(history.taken == [1: .theirs, 2: .ours, 4: .ours])
            try await page.press(Self.backspace)
            try await page.wait(until: Self.said("Taken back"))
            try await page.wait(until: "document.body.innerText.includes('all 2 about hat')")
            #expect(history.taken == [1: .theirs])
            // One is looked at later; then each in turn.
            try await page.press("a", "1")
            try await page.wait(until: Self.said("Took the base in 2 about hat"))
            try await page.wait(until: "document.body.innerText.includes('2 open')")
            try await page.press(" ", "2")
            try await page.wait(until: Self.said("Took main: shoes"))
            #expect(history.taken[5] == .ours && history.taken[3] == nil)
            try await page.wait(until: "document.body.innerText.includes('1 open')")
            try await page.press("3")
            try await page.wait(until: Self.question("All conflicts are settled"))
            try await page.press("c", Self.enter)
            try await page.wait(until: Self.said("Committed as"))
            #expect(history.messages.last?.hasPrefix("merge ") == true)
            // An earlier version comes back as a new one, which is then that of now.
            let count = history.messages.count
            let isOffered =
                "[...document.querySelectorAll('#pane button')].some((node) => "
                + "node.innerText.includes('back'))"
            #expect(try await page.evaluate(isOffered) == "false")
            try await page.press(Self.down, Self.enter)
            try await page.wait(until: isOffered)
            try await page.keep("journey-versions-restore")
            try await page.chord("\u{e008}", "r")
            try await page.wait(until: Self.said("Brought"))
            #expect(history.messages.count == count + 1)
            #expect(history.messages.last?.hasPrefix("restore ") == true)
            try await page.wait(
                until: "document.querySelectorAll('#log .version').length === \(count + 1)"
            )
            #expect(try await page.evaluate("document.getElementById('undo').hidden") == "false")
        }
    }

    @Test func `two versions are compared, class by class, and a picture is restored`() async throws
    {
        try await Self.browse { page, backend in
            try await page.press("g", "v")
            try await page.wait(until: Self.question("Which side"))
            try await page.press(Self.down, Self.down, Self.down, "f")
            try await page.wait(until: Self.said("Compared from"))
            try await page.press("\u{e013}", Self.enter)
            try await page.wait(until: Self.question("4 pictures differ"))
            try await page.wait(until: "document.querySelectorAll('.card img').length === 4")
            try await page.keep("journey-versions-compared")
            #expect(
                try await page.evaluate(
                    "location.hash.includes('a=') && document.querySelectorAll('.move').length"
                ) == "2"
            )
            try await page.press(Self.right, Self.right)
            try await page.wait(until: "document.querySelector('aside h2').innerText === 'Image 2'")
            try await page.press("r")
            try await page.wait(until: Self.said("as it was before already"))
            #expect(backend.history.restored == [2])
            _ = try await page.evaluate("document.querySelectorAll('.move')[1].focus()")
            try await page.press(Self.enter)
            try await page.wait(until: "document.querySelectorAll('.card img').length === 1")
            try await page.press("\u{e00c}")
            try await page.wait(until: "document.querySelectorAll('.card img').length === 4")
        }
    }

    @Test func `copies are judged by one key, all at once, and taken back`() async throws {
        try await Self.browse { page, backend in
            let history = backend.history
            try await page.press("g", "i")
            try await page.wait(until: Self.question("Which of the 3 stays"))
            try await page.press("2")
            try await page.wait(until: Self.said("Kept 2.jpg, took 2 pictures out"))
            #expect(history.removed == [1, 3])
            try await page.wait(until: Self.question("Which of the two"))
            // What the reviewer did last is known after a reload, too.
            try await page.reload()
            try await page.wait(until: Self.question("Which of the two"))
            try await page.press(Self.backspace)
            try await page.wait(until: Self.question("Which of the 3 stays"))
            #expect(history.removed.isEmpty)
            try await page.press(" ")
            try await page.wait(until: Self.question("Which of the two"))
            try await page.press("a")
            try await page.wait(until: Self.question("All groups were looked at"))
            #expect(history.removed == [5])
        }
    }

    @Test func `a dark picture is taken out and put back in, and progress is told`() async throws {
        try await Self.browse { page, backend in
            try await page.press("g", "i")
            try await page.wait(until: Self.question("Which of the 3 stays"))
            try await page.press(Self.down, Self.down, Self.down, Self.enter)
            try await page.wait(until: Self.question("Too dark: 3 pictures"))
            try await page.press(Self.right, Self.right, "x")
            try await page.wait(until: "document.querySelectorAll('.card.out').length === 1")
            try await page.wait(until: Self.said("Took 9.jpg out"))
            #expect(backend.history.removed == [9])
            try await page.press("x")
            try await page.wait(until: Self.said("Put 9.jpg back in"))
            #expect(backend.history.removed.isEmpty)
            try await page.press("g", "p")
            try await page.wait(until: "document.body.innerText.includes('1,240 an hour')")
            let text = try await page.evaluate("document.getElementById('main').innerText")
            #expect(text.contains("By reviewer"))
            #expect(text.contains("r1") && text.contains("96"))
        }
    }
}
