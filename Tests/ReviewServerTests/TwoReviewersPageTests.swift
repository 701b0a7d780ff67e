import Curation
import CurationCore
import Foundation
import ReviewServer
import TestKit
import Testing

/// Two people at one data set, each in a browser of their own.
@Suite(.enabled(if: WebDriver.isInstalled, "needs chromium and chromedriver"))
struct TwoReviewersPageTests {
    // A group takes no deciding key in its first moments.
    private static let awake =
        "document.querySelector('.tile img')?.naturalWidth > 0 && "
        + "performance.now() - (window.since ??= performance.now()) > 250"
    private static let shown =
        "[...document.querySelectorAll('.tile img')].map((image) => "
        + "image.src.match(/thumbs\\/(\\d+)/)[1]).join(' ')"

    /// The pictures of the group that is shown.
    private static func pictures(_ page: WebDriver) async throws -> Set<Substring> {
        Set(try await page.evaluate(shown).split(separator: " "))
    }

    @Test func `what one is shown the other is not, and nothing is decided twice`() async throws {
        let folder = try TemporaryFolder()
        let dataset = try PhotoDataset.make(in: folder.url)
        _ = try EmbedStage(dataset: dataset).run(.descriptor)
        let names = ["anna", "ben"]
        try await TestServer.serve(ReviewDesk(dataset: dataset), reviewers: names) { addresses in
            try await WebDriver.browse { anna in
                try await WebDriver.browse { ben in
                    let pages = [anna, ben]
                    for (page, address) in zip(pages, addresses) {
                        try await page.open(address.url)
                    }
                    var seen: [Set<Substring>] = []
                    for page in pages {
                        try await page.wait(until: Self.awake)
                        seen.append(try await Self.pictures(page))
                    }
                    #expect(seen.allSatisfy { $0.count >= 3 } && seen[0].isDisjoint(with: seen[1]))
                    for page in pages {
                        let before = try await page.evaluate(Self.shown)
                        try await page.press("1", "a")
                        try await page.wait(until: "\(Self.shown) !== '\(before)'")
                    }
                    try await anna.keep("journey-two-reviewers")
                    for page in pages {
                        try await page.wait(
                            until: "document.getElementById('saved').innerText.startsWith('Saved')"
                        )
                    }
                    let decided = try dataset.annotations().filter { _, labels in
                        labels.contains { $0.state == .accepted }
                    }
                    #expect(decided.count == seen[0].count + seen[1].count)
                }
            }
        }
    }
}
