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
            try await WebDriver.browse { page in
                try await page.open(server.url)
                try await Self.acceptGroupAndUndo(page, server.backend)
                try await Self.decideSingles(page, server.backend)
            }
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
        try await page.keep("journey-group-with-exceptions")
        // A class is for the one that has the focus and is taken out.
        try await page.press("1")
        try await page.wait(until: "document.querySelector('.chip .dot')")
        let named = try await page.evaluate("document.querySelector('h1').innerText")
        #expect(named.contains("shoes"))
        try await page.wait(until: awake)
        try await page.press("a")
        try await page.wait(until: "document.querySelector('.single')")
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
        #expect(backend.decided["r-1"]?.except == [1, 2, 3])
        #expect(backend.decided["r-1"]?.corrections == [.init(member: 3, label: "hat")])
        #expect(backend.decided["r-1"]?.label == "shoes")

        try await page.press(backspace)
        try await page.wait(until: "document.querySelectorAll('.tile img').length === 6")
        #expect(backend.decided.isEmpty)
        try await page.wait(until: "delete window.since")
        // With Shift a click takes all out from the one before, or back in.
        _ = try await page.evaluate("document.querySelectorAll('.tile')[1].click()")
        let shift = "new MouseEvent('click', { shiftKey: true })"
        _ = try await page.evaluate("document.querySelectorAll('.tile')[4].dispatchEvent(\(shift))")
        try await page.wait(until: "document.querySelectorAll('.tile.out').length === 4")
        _ = try await page.evaluate("document.querySelectorAll('.tile')[1].click()")
        _ = try await page.evaluate("document.querySelectorAll('.tile')[4].dispatchEvent(\(shift))")
        try await page.wait(until: "document.querySelectorAll('.tile.out').length === 0")
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

        try await page.keep("journey-all-decided")

        let decided = backend.decided
        #expect(decided["r-1"]?.label == "dress")
        #expect(decided["r-2"]?.decision == .accept)
        #expect(decided["r-3"]?.annotations == [.classification(category: "hat")])
        #expect(decided["r-4"]?.decision == .reject)
        #expect(decided["r-5"]?.annotations == [.classification(category: "cap")])
        #expect(backend.submissions == 6)
    }

    @Test func `things are drawn, moved, named and taken away, and crops taken out`() async throws {
        try await TestServer.run(MemoryBackend(task: .detection)) { server in
            try await WebDriver.browse { page in
                try await page.open(server.url)
                try await Self.editBoxes(page, server.backend)
                try await Self.takeCropOut(page, server.backend)
                try await Self.drawByKeys(page, server.backend)
            }
        }
    }

    private static let delete = "\u{e017}"
    private static let escape = "\u{e00c}"
    private static let down = "\u{e015}"
    private static let left = "\u{e012}"

    /// Where a pixel of the picture is in the window.
    private static func place(
        _ page: WebDriver,
        _ x: Double,
        _ y: Double
    ) async throws -> (x: Double, y: Double) {
        let matrix = "document.querySelector('.shapes').getScreenCTM()"
        func value(_ part: String) async throws -> Double {
            Double(try await page.evaluate("\(matrix).\(part)")) ?? 0
        }
        let scale = try await value("a")
        return (try await value("e") + scale * x, try await value("f") + scale * y)
    }

    private static func editBoxes(_ page: WebDriver, _ backend: MemoryBackend) async throws {
        try await page.wait(
            until: "document.querySelectorAll('.shape.proposed.under').length === 2"
        )
        try await page.press("f")
        try await page.wait(
            until: "document.getElementById('last').innerText === 'Flagged: 1 picture.'"
        )
        // A third one is drawn, named by a key and moved by keys.
        try await page.drag(from: place(page, 300, 200), to: place(page, 360, 260))
        try await page.wait(until: "document.querySelectorAll('.shapelist button').length === 3")
        try await page.press("3", right, right, down)
        try await page.wait(
            until:
                "document.querySelector('.shapelist li:last-child').innerText.startsWith('dress')"
        )
        // The first is moved by the pointer, and that is taken back; the second goes.
        try await page.drag(from: place(page, 40, 70), to: place(page, 100, 120))
        try await page.press(backspace, escape, ";", ";", delete)
        try await page.wait(until: "document.querySelectorAll('.shapelist button').length === 2")
        try await page.press("a")
        try await page.wait(until: "document.querySelectorAll('.crop').length === 3")
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
        let decided = try #require(backend.decided["r-1"])
        let labels = try #require(decided.annotations)
        #expect(decided.decision == .correct && labels.count == 2)
        #expect(labels[0] == MemoryBackend.box("hat", 10))
        let drawn = try #require(labels[1].boundingBox)
        #expect(labels[1].category == "dress")
        for (value, expected) in [
            (drawn.x, 302.0), (drawn.y, 201.0), (drawn.width, 60.0), (drawn.height, 60.0),
        ] {
            #expect(abs(value - expected) <= 1.5)
        }
    }

    private static func takeCropOut(_ page: WebDriver, _ backend: MemoryBackend) async throws {
        try await page.wait(until: "delete window.since")
        try await page.press(right, right, "e")
        try await page.wait(until: "document.querySelectorAll('.tile.out').length === 1")
        try await page.wait(until: awake)
        try await page.press("a")
        try await page.wait(until: "document.querySelector('h1').innerText === 'Is anything here?'")
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
        #expect(backend.decided["r-2"]?.except == [2])
        #expect(backend.decided["r-2"]?.label == "hat")
    }

    private static func drawByKeys(_ page: WebDriver, _ backend: MemoryBackend) async throws {
        try await page.press("b", enter, "2", escape, left)
        try await page.wait(until: "document.querySelector('.readonly')")
        // What was drawn and not sent is still there after a look back.
        try await page.press(right)
        try await page.wait(until: "document.querySelectorAll('.shapelist button').length === 1")
        try await page.press("a")
        try await page.wait(
            until: "document.querySelector('h1').innerText.startsWith('All proposals')"
        )
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
        let box = BoundingBox(x: 160, y: 120, width: 80, height: 60)
        #expect(
            backend.decided["r-3"]?.annotations == [.detection(category: "shoes", box: box)]
        )
    }
}
