import Curation
import CurationCore
import Foundation
import ReviewServer
import TestKit
import Testing

/// Names of files and classes that want to be more than text, in a real browser.
@Suite(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct HostileTextTests {
    private static let singles = 12
    private static let escape = "\u{e00c}"

    private static func texts() throws -> [String] {
        let data = try Data(contentsOf: Fixtures.url("page-texts.json"))
        return try JSONDecoder().decode([String].self, from: data)
    }

    /// Whether the texts are what stands in the elements, letter by letter.
    private static func holds(_ selector: String, _ texts: [String]) throws -> String {
        let json = String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
        return """
            ((wanted) => { const found = [...document.querySelectorAll(\(quoted(selector)))]
              .map((node) => node.textContent + ' ' + node.title + ' ' + (node.getAttribute('aria-label') ?? '')
                + [...node.querySelectorAll('img')].map((image) => image.alt));
              return wanted.filter((text) => !found.some((words) => words.includes(text))).length;
            })(\(json))
            """
    }

    private static func quoted(_ text: String) -> String { "`\(text)`" }

    /// Nothing of the page was run, asked for, or built from the texts.
    private static func checkCalm(_ page: WebDriver, _ place: String) async throws {
        let state = try await page.evaluate(
            "JSON.stringify([window.pwned ?? 0, window.violations, document.title.slice(0, 8), "
                + "document.querySelectorAll('main script, main iframe, main object, main style, "
                + "main a[href^=j], dialog script, dialog iframe, aside script').length, "
                + "location.origin === new URL(document.baseURI).origin])"
        )
        #expect(state == #"[0,[],"Winnow: ",0,true]"#, "\(place)")
    }

    @Test func `names that are markup, scripts or signs of control are shown as text`()
        async throws
    {
        let texts = try Self.texts()
        try #require(texts.count >= 200)
        let backend = MemoryBackend(singles: Self.singles, texts: texts)
        try await TestServer.run(backend) { server in
            try await WebDriver.browse { page in
                try await page.open(server.url)
                try await Self.watch(page)
                try await Self.walk(page, texts)
            }
        }
    }

    /// Notes from now on what the page's policy refuses.
    private static func watch(_ page: WebDriver) async throws {
        _ = try await page.evaluate(
            "(window.violations = [], document.addEventListener('securitypolicyviolation', "
                + "(event) => window.violations.push(event.blockedURI + event.violatedDirective)))"
        )
    }

    @Test func `comments and fields that are markup or scripts are shown as text`() async throws {
        let folder = try TemporaryFolder()
        let dataset = try PhotoDataset.make(in: folder.url)
        let ids = try dataset.samples().map(\.id)
        let remarks = RemarkStage(dataset: dataset)
        // What is only space or too long is no comment.
        let said = try Self.texts().filter {
            (try? remarks.comment($0, on: ids[0], by: $0.isEmpty ? "r" : "r1")) != nil
        }
        try #require(said.count >= 200)
        let values = zip(ids, said).map { (sample: $0, value: String?.some($1)) }
        _ = try GovernanceStage(dataset: dataset, author: "anna").set("licence", to: values)
        try await TestServer.serve(ReviewDesk(dataset: dataset)) { addresses in
            try await WebDriver.browse { page in
                try await page.open(addresses[0].url)
                try await page.wait(until: "location.hash === '#/review'")
                try await Self.watch(page)
                _ = try await page.evaluate("location.hash = '#/image/\(ids[0])'")
                try await page.wait(until: "\(Self.holds("aside", said)) === 0")
                try await Self.checkCalm(page, "image")
                _ = try await page.evaluate("location.hash = '#/grid'")
                try await page.wait(until: "document.querySelector('.pic img')")
                _ = try await page.evaluate(
                    "[...document.querySelectorAll('summary')].find((node) => "
                        + "node.innerText.toLowerCase() === 'licence').click()"
                )
                try await page.wait(
                    until: "document.querySelectorAll('details[open] .value').length > 12"
                )
                try await Self.checkCalm(page, "licence")
            }
        }
    }

    /// Photos whose cameras are called by texts, some with a time and a place, as their paths.
    private static func photos(taken texts: [String], in folder: TemporaryFolder) throws {
        let photo = try Fixtures.bytes("photos/IMG_0001.jpg")
        for (index, text) in texts.enumerated() {
            let exif = ExifFile(
                model: text,
                time: index % 2 == 0 ? "2026:01:31 12:34:56" : nil,
                offset: index % 4 == 0 ? "+09:00" : nil,
                latitude: index % 3 == 0 ? [(52, 1), (31, 1), (12, 1)] : []
            )
            try folder.write(exif.inserted(into: photo), to: "photos/\(index).jpg")
        }
    }

    @Test func `what files say of cameras is shown as text`() async throws {
        let folder = try TemporaryFolder()
        try Self.photos(taken: try Self.texts(), in: folder)
        let dataset = try Dataset(
            creating: folder.url.appending(path: "set"),
            schema: LabelSchema(task: .classification, categories: [])
        )
        let sources = [folder.url.appending(path: "photos").path]
        _ = try ImportStage(dataset: dataset).run(ImportStage.Request(sources: sources))
        let desk = ReviewDesk(dataset: dataset)
        var cameras: [Sample.ID: String] = [:]
        for sample in try dataset.samples() {
            cameras[sample.id] = try await desk.image(sample.id, for: "r1")?.camera
        }
        try #require(cameras.count >= 190)
        try #require(cameras.values.count { $0.contains("<") } > 50)
        try await TestServer.serve(desk) { [cameras] addresses in
            try await WebDriver.browse { page in
                try await page.open(addresses[0].url)
                try await page.wait(until: "location.hash === '#/review'")
                try await Self.watch(page)
                for (id, camera) in cameras.sorted(by: { $0.key < $1.key }) {
                    _ = try await page.evaluate("location.hash = '#/image/\(id)'")
                    try await page.wait(
                        until:
                            "document.querySelector('.image .numbers').innerText === 'image \(id)'"
                    )
                    try await page.wait(until: "\(Self.holds("aside dl", [camera])) === 0")
                    try await Self.checkCalm(page, "image \(id)")
                }
                try await Self.checkTaken(page)
            }
        }
    }

    /// The time of the camera's clock and that there is a place stand beside the camera.
    private static func checkTaken(_ page: WebDriver) async throws {
        let facts = "document.querySelector('aside dl').innerText.replaceAll('\\n', ' ')"
        _ = try await page.evaluate("location.hash = '#/image/1'")
        try await page.wait(until: "\(facts).includes('Taken')")
        #expect(try await page.evaluate(facts).contains("Taken 2026-01-31 12:34:56 +09:00"))
        #expect(try await page.evaluate(facts).contains("Names a place yes"))
    }

    private static func walk(_ page: WebDriver, _ texts: [String]) async throws {
        for start in stride(from: 0, to: texts.count, by: 24) {
            let shown = Array(texts[start..<min(start + 24, texts.count)])
            try await page.wait(
                until: "document.querySelectorAll('.tile').length === \(shown.count)"
            )
            try await page.wait(until: "\(holds("main", [texts[start]])) === 0")
            try await checkCalm(page, "screen \(start)")
            if start == 0 {
                try await page.press("c")
                try await page.wait(until: "\(holds(".picker [role=option]", texts)) === 0")
                try await checkCalm(page, "picker")
                try await page.press(escape, "?")
                try await page.wait(until: "document.querySelector('dialog .keylist')")
                try await page.press(escape)
                try await page.wait(until: "!document.querySelector('dialog')")
                _ = try await page.evaluate("location.hash = '#/progress'")
                try await page.wait(until: "\(holds("main th", texts)) === 0")
                try await checkCalm(page, "progress")
                _ = try await page.evaluate("location.hash = '#/review'")
                try await page.wait(until: "document.querySelector('.tile')")
            }
            // A group takes no deciding key in its first moments.
            try await page.wait(
                until: "performance.now() - (window.since ??= performance.now()) > 250"
            )
            _ = try await page.evaluate("delete window.since")
            try await page.press(" ")
        }
        for text in texts.prefix(singles) {
            try await page.wait(until: "document.querySelector('.single')")
            try await page.wait(until: "\(holds("main, aside", [text])) === 0")
            try await checkCalm(page, text)
            try await page.press(" ")
        }
    }
}
