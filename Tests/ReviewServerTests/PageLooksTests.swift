import Curation
import ReviewServer
import TestKit
import Testing

/// The views in both themes and all sizes, in a real browser; pictures of them are kept to be looked at.
@Suite(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct PageLooksTests {
    private struct Look {
        let name: String
        let width: Int
        let height: Int
        var zoom = 1.0
        var theme = "light"
        var isForced = false
    }

    private static let looks = [
        Look(name: "wide-light", width: 1440, height: 900),
        Look(name: "wide-dark", width: 1440, height: 900, theme: "dark"),
        Look(name: "small-light", width: 1280, height: 720),
        Look(name: "tablet-dark", width: 820, height: 1180, theme: "dark"),
        Look(name: "zoomed", width: 1280, height: 1024, zoom: 2),
        Look(name: "forced", width: 1440, height: 900, isForced: true),
    ]

    /// The views by their addresses, with what is there once they are painted.
    private static let views = [
        ("review", "document.querySelector('.tile img')?.naturalWidth > 0"),
        ("grid", "document.querySelector('.pic img')?.naturalWidth > 0"),
        ("image/1", "document.querySelector('.stage img')?.naturalWidth > 0"),
        ("issues", "document.querySelector('#main h1')?.innerText.length > 3"),
        ("versions", "document.getElementById('main').innerText.includes('first pass')"),
        ("progress", "document.getElementById('main').innerText.includes('By class')"),
    ]

    /// What sticks out of the window sideways, or is a button without a name.
    private static let faults = """
        const wide = document.documentElement.scrollWidth - innerWidth;
        const nameless = [...document.querySelectorAll("button, input, select, [role=button]")]
          .filter((node) => node.checkVisibility() && !(node.innerText || node.labels?.length
            || node.getAttribute("aria-label") || node.title || node.placeholder));
        return JSON.stringify([wide > 0 ? wide : 0, nameless.map((node) => node.outerHTML)]);
        """

    @Test func `every view fits in every size, in both themes, zoomed and in forced colours`()
        async throws
    {
        let folder = try TemporaryFolder()
        let dataset = try PhotoDataset.make(in: folder.url)
        _ = try EmbedStage(dataset: dataset).run(.descriptor)
        _ = try ClusterStage(dataset: dataset).run()
        _ = try VersionStage(dataset: dataset).commit(message: "first pass", author: "anna")
        try await TestServer.serve(ReviewDesk(dataset: dataset)) { addresses in
            try await WebDriver.browse { page in
                try await page.open(addresses[0].url)
                try await page.wait(until: "location.hash === '#/review'")
                for (view, isThere) in Self.views {
                    _ = try await page.evaluate("location.hash = '#/\(view)'")
                    try await page.wait(until: isThere)
                    for look in Self.looks {
                        try await page.look(
                            width: look.width,
                            height: look.height,
                            zoom: look.zoom,
                            theme: look.theme,
                            isForced: look.isForced
                        )
                        try await page.wait(until: isThere)
                        let place = "\(view.prefix { $0 != "/" })-\(look.name)"
                        #expect(try await page.run(Self.faults) == "[0,[]]", "\(place)")
                        try await page.keep(place)
                    }
                }
            }
        }
    }
}
