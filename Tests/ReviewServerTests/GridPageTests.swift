import Curation
import CurationCore
import Foundation
import ReviewServer
import TestKit
import Testing

/// The grid and the single picture in a real browser, over a real data set of photos.
@Suite(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct GridPageTests {
    private static let (right, left, down) = ("\u{e014}", "\u{e012}", "\u{e015}")
    private static let (enter, escape, backspace) = ("\u{e007}", "\u{e00c}", "\u{e003}")
    private static let (shift, control, end) = ("\u{e008}", "\u{e009}", "\u{e010}")

    private static let matches = "document.querySelector('h1').innerText"
    private static let chosen = "document.getElementById('chosen').innerText"
    private static let last = "document.getElementById('last').innerText"
    private static let focused = "document.activeElement.getAttribute('aria-label')"

    /// Opens the grid of a data set whose photos have a proposed class each.
    private static func run(
        _ body: @escaping @Sendable (WebDriver, Dataset) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let dataset = try PhotoDataset.make(in: folder.url)
        try await TestServer.serve(ReviewDesk(dataset: dataset)) { addresses in
            try await WebDriver.browse { page in
                try await page.open(addresses[0].url)
                try await page.wait(until: "location.hash === '#/review'")
                _ = try await page.evaluate("location.hash = '#/grid'")
                try await page.wait(until: "\(matches) === '36 match'")
                try await page.wait(
                    until: "document.querySelector('.pic img')?.naturalWidth > 0"
                )
                try await body(page, dataset)
            }
        }
    }

    /// The classes that a person stands behind, with how many pictures each has.
    private static func accepted(_ dataset: Dataset) async throws -> [String: Int] {
        let classes = try await ReviewDesk(dataset: dataset).overview().classes
        return Dictionary(
            uniqueKeysWithValues: classes.filter { $0.count > 0 }.map { ($0.name, $0.count) }
        )
    }

    @Test func `by class and by a drag, all that matches is accepted and taken back`() async throws
    {
        try await Self.run { page, dataset in
            // Another class, then a part of what its pictures measure.
            _ = try await page.evaluate("document.querySelector('.value[data-value=hat]').click()")
            try await page.wait(until: "\(Self.matches) === '12 match'")
            _ = try await page.evaluate(
                "[...document.querySelectorAll('summary')].find(s => s.innerText === 'Brightness').click()"
            )
            try await Self.drag(page)
            try await page.wait(until: "document.querySelectorAll('.condition').length === 2")
            try await page.wait(until: "/^([1-9]|1[01]) match$/.test(\(Self.matches))")
            let count = try #require(
                try await page.evaluate(Self.matches).split(separator: " ").first.flatMap {
                    Int($0)
                }
            )

            try await page.chord(Self.control, "a")
            try await page.wait(until: "\(Self.chosen) === '\(count) match, \(count) chosen'")
            try await page.press("a")
            try await page.wait(until: "\(Self.last).startsWith('Accepted')")
            try await page.keep("journey-all-that-matches")
            #expect(try await Self.accepted(dataset) == ["hat": count])
            try await page.wait(
                until: "document.querySelectorAll('.is-accepted').length >= \(count)"
            )
            try await page.press(Self.backspace)
            try await page.wait(until: "\(Self.last).startsWith('Taken back')")
            #expect(try await Self.accepted(dataset) == [:])
            try await page.chord(Self.control, Self.shift, "z")
            try await page.wait(until: "\(Self.last).startsWith('Done again')")
            #expect(try await Self.accepted(dataset) == ["hat": count])
        }
    }

    /// Draws a range over the middle of the histogram that was opened last.
    private static func drag(_ page: WebDriver) async throws {
        let plot = "[...document.querySelectorAll('details[open] .plot svg')].at(-1)"
        try await page.wait(until: "\(plot).getAttribute('viewBox')?.startsWith('0 0 48')")
        _ = try await page.evaluate("\(plot).scrollIntoView({ block: 'center' })")
        func value(_ part: String) async throws -> Double {
            Double(try await page.evaluate("\(plot).getBoundingClientRect().\(part)")) ?? 0
        }
        let (x, y, width) = (try await value("x"), try await value("y"), try await value("width"))
        try await page.drag(from: (x + 0.3 * width, y + 20), to: (x + 0.7 * width, y + 20))
    }

    @Test func `by keys alone: moved, chosen, decided, searched`() async throws {
        try await Self.run { page, dataset in
            try await page.press(Self.right, " ", Self.right, " ")
            try await page.wait(until: "\(Self.chosen) === '36 match, 2 chosen'")
            try await page.press("2")
            try await page.wait(until: "\(Self.last).startsWith('Decided as shoes: 2')")
            #expect(try await Self.accepted(dataset) == ["shoes": 2])

            // A range, of which one is left out again.
            try await page.press(Self.right)
            try await page.chord(Self.shift, Self.right)
            try await page.chord(Self.shift, Self.right)
            try await page.press(Self.left, " ")
            try await page.wait(until: "\(Self.chosen) === '36 match, 2 chosen'")
            try await page.press("x")
            try await page.wait(until: "\(Self.last).startsWith('Rejected: 2')")
            try await page.press(Self.end)
            try await page.wait(until: "\(Self.focused).endsWith('image 36')")

            try await page.press("/", "s", "k", "i", "r", "t", Self.enter)
            try await page.wait(until: "\(Self.matches) === '12 match'")
            // The chip takes its condition along.
            _ = try await page.evaluate("document.querySelector('.condition').focus()")
            try await page.press(Self.backspace)
            try await page.wait(until: "\(Self.matches) === '36 match'")
            #expect(try await Self.accepted(dataset) == ["shoes": 2])
        }
    }

    // The focus that moved before is written into the address a moment later, and once that was
    // between the step to another place and the news of it: the step came to nothing.
    @Test func `a note of where one is does not undo the step to another place`() async throws {
        try await Self.run { page, _ in
            _ = try await page.run(
                """
                return import("/router.js").then(({ go, stay }) => {
                  go("grid", { q: JSON.stringify([{ field: "class", is: ["hat"] }]) });
                  stay("grid", {});
                  return "gone";
                });
                """
            )
            try await page.wait(until: "\(Self.matches) === '12 match'")
        }
    }

    @Test func `W says why the focused picture is what it is, whether it is chosen or not`()
        async throws
    {
        let why = "document.getElementById('why')?.textContent ?? ''"
        try await Self.run { page, dataset in
            try await page.press(Self.right, "w")
            try await page.wait(until: "(\(why)).startsWith('Why: image 2')")
            #expect(
                try await page.evaluate(why).contains("Nobody has decided on this picture yet.")
            )
            #expect(try await page.evaluate(why).contains("hat"))
            #expect(try await page.evaluate(Self.focused).hasSuffix("image 2"))
            try await page.press(Self.escape)
            try await page.wait(until: "document.querySelector('aside:empty')")

            try await page.press(" ", "2")
            try await page.wait(until: "\(Self.last).startsWith('Decided as shoes: 1')")
            try await page.press(" ", "w")
            try await page.wait(until: "(\(why)).includes('shoes accepted')")
            #expect(try await page.evaluate(why).contains("by r1"))
            try await page.keep("journey-why-in-the-grid")
            // The panel is that of what is chosen, with the answer below.
            #expect(
                try await page.evaluate("document.querySelector('aside h2').textContent")
                    == "1 chosen"
            )
            _ = try await page.evaluate(
                "[...document.querySelectorAll('aside button')]"
                    + ".find((node) => node.innerText.startsWith('W')).click()"
            )
            try await page.wait(until: "document.querySelectorAll('#why').length === 1")
        }
    }

    @Test func `a picture is opened, decided and left, and all stands as before`() async throws {
        try await Self.run { page, dataset in
            try await page.press(Self.down, " ")
            // The address and the choice outlive a reload.
            try await page.wait(until: "/at=\\d+/.test(location.hash)")
            _ = try await page.evaluate("(window.isOld = true, location.reload())")
            try await page.wait(until: "!window.isOld && \(Self.chosen) === '36 match, 1 chosen'")
            try await page.press(Self.right, Self.enter)
            try await page.wait(until: "document.querySelector('.stage img')?.naturalWidth > 0")
            let first = try await page.evaluate(Self.matches)
            try await page.press("j")
            try await page.wait(until: "\(Self.matches) !== '\(first)'")
            try await page.press("k")
            try await page.wait(until: "\(Self.matches) === '\(first)'")
            try await page.press("3")
            try await page.wait(until: "\(Self.last).startsWith('Decided as skirt: 1')")
            #expect(try await Self.accepted(dataset) == ["skirt": 1])
            try await page.wait(until: "document.querySelector('.history li')")

            try await page.press(Self.escape)
            try await page.wait(until: "\(Self.chosen) === '36 match, 1 chosen'")
            try await page.wait(until: "\(Self.focused).startsWith('skirt, ')")
        }
    }
}
