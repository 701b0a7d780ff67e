import Curation
import CurationCore
import Foundation
import ReviewServer
import TestKit
import Testing

/// From the pointer in a real browser to the label in a real store.
@Suite(.serialized, .enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct UprightPageTests {
    /// Where the picture is seen in the window, and its own size.
    private struct Seen: Decodable {
        let left: Double
        let top: Double
        let scale: Double
        let naturalWidth: Int
        let naturalHeight: Int

        func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
            (left + scale * x, top + scale * y)
        }
    }

    private static let look = """
        const image = document.querySelector('.stage img');
        const { left, top, width } = image.getBoundingClientRect();
        const { naturalWidth, naturalHeight } = image;
        return JSON.stringify({ left, top, scale: width / naturalWidth, naturalWidth, naturalHeight });
        """

    @Test(arguments: [6, 3]) func `what is drawn on a turned photo is in the store to one pixel`(
        orientation: Int
    ) async throws {
        let folder = try TemporaryFolder()
        let dataset = try Dataset(
            creating: folder.url.appending(path: "set"),
            schema: LabelSchema(
                task: .segmentation,
                categories: [
                    CurationCore.Category(id: 1, name: "coat"),
                    CurationCore.Category(id: 2, name: "sleeve"),
                ]
            )
        )
        let photo = Fixtures.url("images/orientation-\(orientation).jpg").path
        _ = try ImportStage(dataset: dataset).run(ImportStage.Request(sources: [photo]))
        try await TestServer.serve(ReviewDesk(dataset: dataset)) { addresses in
            try await WebDriver.browse { page in
                try await page.open(addresses[0].url)
                try await Self.draw(page)
                try await page.keep("journey-turned-photo-\(orientation)")
            }
        }
        let labels = try dataset.annotations().values.flatMap(\.self)
        #expect(labels.count == 2 && labels.allSatisfy { $0.state == .accepted })
        let box = try #require(labels.first { $0.label.category == "coat" }?.label.boundingBox)
        for (value, expected) in [(box.x, 10.0), (box.y, 8), (box.width, 30), (box.height, 25)] {
            #expect(abs(value - expected) <= 1)
        }
        let sleeve = labels.first { $0.label.category == "sleeve" }?.label
        guard case .mask(_, let mask) = sleeve else {
            Issue.record("\(labels) have no mask")
            return
        }
        // A brush of 2 pixels around, across the lower part.
        let sample = try #require(try dataset.samples().first)
        #expect(sample.width == 60 && sample.height == 40)
        #expect(mask.width == 60 && mask.height == 40)
        let place = mask.boundingBox
        #expect(abs(place.x - 18) <= 1 && abs(place.y - 34) <= 1)
        #expect(abs(place.width - 24) <= 1 && abs(place.height - 4) <= 1)
    }

    private static func draw(_ page: WebDriver) async throws {
        try await page.wait(until: "document.querySelector('.stage img').naturalWidth > 1")
        try await page.wait(until: "document.querySelector('.shapes').getAttribute('viewBox')")
        let text = try await page.run(look)
        let seen = try JSONDecoder().decode(Seen.self, from: Data(text.utf8))
        try await page.drag(from: seen.place(10, 8), to: seen.place(40, 33))
        try await page.wait(until: "document.querySelectorAll('.shapelist button').length === 1")
        try await page.press("\u{e00c}", "m", "2")
        try await page.drag(from: seen.place(20, 36), to: seen.place(40, 36))
        try await page.wait(until: "document.querySelectorAll('.shapelist button').length === 2")
        try await page.press("\u{e00c}", "\u{e00c}", "a")
        try await page.wait(until: "document.getElementById('saved').innerText.startsWith('Saved')")
    }
}
