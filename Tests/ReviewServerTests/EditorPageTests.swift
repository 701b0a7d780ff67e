import CurationCore
import Foundation
import TestKit
import Testing

/// Boxes, polygons and masks, drawn in a real browser by keys and pointer.
@Suite(.serialized, .enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct EditorPageTests {
    private static let backspace = "\u{e003}"
    private static let enter = "\u{e007}"
    private static let escape = "\u{e00c}"
    private static let delete = "\u{e017}"
    private static let right = "\u{e014}"

    typealias Place = (x: Double, y: Double)

    /// Opens the page on a data set of things in pictures and of masks.
    private func edit(
        _ task: LabelTask = .segmentation,
        _ body: @escaping @Sendable (WebDriver, MemoryBackend) async throws -> Void
    ) async throws {
        try await TestServer.run(MemoryBackend(task: task)) { server in
            try await WebDriver.browse { page in
                try await page.open(server.url)
                try await page.wait(until: Self.count("shape.proposed.under", 2))
                try await body(page, server.backend)
            }
        }
    }

    private static func count(_ what: String, _ number: Int) -> String {
        "document.querySelectorAll('.\(what)').length === \(number)"
    }

    private static let last = "document.querySelector('.shapelist li:last-child').innerText"

    /// Where pixels of the picture are in the window.
    private static func places(_ page: WebDriver, _ places: [Place]) async throws -> [Place] {
        let matrix = try await page.evaluate(
            "(m => [m.a, m.e, m.f].join(' '))(document.querySelector('.shapes').getScreenCTM())"
        ).split(separator: " ").compactMap { Double($0) }
        try #require(matrix.count == 3)
        return places.map { (matrix[1] + matrix[0] * $0.x, matrix[2] + matrix[0] * $0.y) }
    }

    private static func drag(_ page: WebDriver, _ from: Place, _ to: Place) async throws {
        let window = try await places(page, [from, to])
        try await page.drag(from: window[0], to: window[1])
    }

    private static func accept(_ page: WebDriver, _ backend: MemoryBackend) async throws -> [Label]
    {
        try await page.press(escape, escape, escape, "a")
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
        return try #require(backend.decided["r-1"]?.annotations)
    }

    @Test func `a polygon is drawn, a corner moved, one added and taken away, each undone`()
        async throws
    {
        try await edit { page, backend in
            try await page.press("p", "3")
            let corners: [Place] = [(100, 150), (160, 150), (170, 220), (110, 230)]
            for place in try await Self.places(page, corners) { try await page.click(place) }
            try await page.press(Self.enter)
            try await page.wait(until: Self.count("shapelist button", 3))
            try await page.wait(until: "\(Self.last).includes('4 corners')")
            try await Self.drag(page, (170, 220), (190, 240))
            try await page.wait(until: "\(Self.last).includes('90 \u{d7} 90')")
            // On an edge a pull makes a corner; Alt or Delete takes one away.
            try await Self.drag(page, (130, 150), (130, 120))
            try await page.wait(until: "\(Self.last).includes('5 corners')")
            try await page.press(Self.backspace)
            try await page.wait(until: "\(Self.last).includes('4 corners')")
            try await page.press(Self.backspace)
            try await page.wait(until: "\(Self.last).includes('70 \u{d7} 80')")
            try await page.press(Self.backspace)
            try await page.wait(until: Self.count("shapelist button", 2))
            try await page.chord("\u{e009}", "\u{e008}", "z")
            try await page.wait(until: Self.count("shapelist button", 3))
            try await page.press(";", ";", ";", "'", "'", "'", Self.right)
            try await page.wait(until: "\(Self.last).includes('71 \u{d7} 80')")
            let labels = try await Self.accept(page, backend)
            #expect(labels.count == 3 && labels[2].category == "dress")
            guard case .polygon(_, let polygon) = labels[2] else {
                Issue.record("\(labels[2]) is no polygon")
                return
            }
            let expected = [100.0, 150, 160, 150, 171, 220, 110, 230]
            #expect(polygon.rings.count == 1 && polygon.rings[0].count == 8)
            #expect(zip(polygon.rings[0], expected).allSatisfy { abs($0 - $1) <= 1 })
        }
    }

    @Test func `a mask is painted and erased, each undone, and a reload keeps the draft`()
        async throws
    {
        try await edit { page, backend in
            try await page.press("m", "2")
            try await Self.drag(page, (100, 200), (200, 200))
            try await page.wait(until: Self.count("shapelist button", 3))
            let painted = try await page.evaluate(Self.last)
            // A brush of 10 pixels around, from 100 to 200.
            #expect(painted.contains("120 \u{d7} 20"))
            try await page.press("r")
            try await Self.drag(page, (150, 160), (150, 240))
            try await page.wait(until: "\(Self.last) !== \(Self.quoted(painted))")
            let erased = try await page.evaluate(Self.last)
            try await page.press(Self.backspace)
            try await page.wait(until: "\(Self.last) === \(Self.quoted(painted))")
            try await page.chord("\u{e009}", "\u{e008}", "z")
            try await page.wait(until: "\(Self.last) === \(Self.quoted(erased))")
            try await page.reload()
            try await page.wait(until: "document.querySelector('.draftnote button')")
            try await page.wait(until: "\(Self.last) === \(Self.quoted(erased))")
            let labels = try await Self.accept(page, backend)
            guard labels.count == 3, case .mask("shoes", let mask) = labels[2] else {
                Issue.record("\(labels) end with no mask")
                return
            }
            #expect(mask.width == 400 && mask.height == 300)
            #expect(mask.boundingBox == BoundingBox(x: 90, y: 190, width: 120, height: 20))
            // The band less a band of the eraser across it: two round ended pieces.
            let pieces = 2 * (40.0 * 20 + Double.pi * 50)
            #expect(abs(Double(mask.area) - pieces) < 60)
        }
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }

    @Test func `zoomed in, a pointer meets the pixels that are seen`() async throws {
        try await edit(.detection) { page, backend in
            let before = try await Self.places(page, [(300, 220)])[0]
            try await page.wheel(at: before, by: -800)
            let scale = "document.querySelector('.shapes').getScreenCTM().a"
            try await page.wait(until: "\(scale) > 5")
            let after = try await Self.places(page, [(300, 220)])[0]
            #expect(abs(after.x - before.x) < 2 && abs(after.y - before.y) < 2)
            try await page.press("b", "1")
            try await Self.drag(page, (290.5, 215.2), (303.3, 226))
            try await page.wait(until: Self.count("shapelist button", 3))
            try await page.press("z")
            try await page.wait(until: "\(scale) < 5")
            let labels = try await Self.accept(page, backend)
            let box = try #require(labels.last?.boundingBox)
            #expect(abs(box.x - 290.5) < 0.3 && abs(box.y - 215.2) < 0.3)
            #expect(abs(box.width - 12.8) < 0.3 && abs(box.height - 10.8) < 0.3)
        }
    }

    @Test func `proposals are accepted one by one, and what is not there is refused`() async throws
    {
        try await edit { page, backend in
            try await page.press(";")
            try await page.wait(
                until: "document.querySelector('.primary').innerText.includes('this hat')"
            )
            try await page.press("a")
            try await page.wait(until: Self.count("shape.accepted.under", 1))
            try await page.wait(
                until: "document.querySelector('.primary').innerText.includes('this shoes')"
            )
            try await page.press("x")
            try await page.wait(until: Self.count("shapelist button", 1))
            #expect(try await Self.accept(page, backend) == [MemoryBackend.box("hat", 10)])
        }
    }

    @Test func `what pycocotools wrote is read and written alike`() async throws {
        let golden = try String(contentsOf: Fixtures.url("golden/coco-rle.json"), encoding: .utf8)
        try await edit(.detection) { page, _ in
            let faults = try await page.run(
                """
                const { masks, polygons } = \(golden);
                return import("/rle.js").then(({ maskOf, measure, packed, rleOf, unpacked }) =>
                  String([...masks, ...polygons].filter(({ size, counts, area, bbox }) => {
                    const mask = maskOf({ size, counts });
                    const again = packed(unpacked(mask), ...size);
                    const known = measure(mask);
                    return rleOf(mask).counts !== counts || known.area !== area
                      || String(known.box) !== String(bbox) || String(again.ends) !== String(mask.ends);
                  }).map(({ name }) => name)));
                """
            )
            #expect(faults == "")
        }
    }
}
