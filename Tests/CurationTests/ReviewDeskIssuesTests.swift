import Curation
import CurationCore
import Foundation
import Storage
import TestKit
import Testing

/// What the pages of issues and progress ask of a real data set.
@Suite struct ReviewDeskIssuesTests {
    /// Four photos: the first three times, the second twice; and a file that is no picture.
    private static func copied() throws -> (PipelineFixture, TemporaryFolder) {
        let folder = try TemporaryFolder()
        for (index, path) in try PipelineFixture.photos(4).enumerated() {
            for copy in 0..<[3, 2, 1, 1][index] {
                try FileManager.default.copyItem(
                    atPath: path,
                    toPath: folder.url.appending(path: "\(index)-\(copy).jpg").path
                )
            }
        }
        try Data("nothing".utf8).write(to: folder.url.appending(path: "broken.jpg"))
        let fixture = try PipelineFixture(sources: [folder.url.path], classes: ["hat"])
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        _ = try ClusterStage(dataset: fixture.dataset).run()
        return (fixture, folder)
    }

    private static func count(_ kind: String, _ desk: ReviewDesk) async throws -> Int? {
        try await desk.issues().kinds.first { $0.kind == kind }?.count
    }

    @Test func `copies are taken out a group at a time or all at once, and back in`() async throws {
        let (fixture, folder) = try Self.copied()
        let desk = ReviewDesk(dataset: fixture.dataset)
        let page = try await desk.duplicates(of: .exact, limit: 1, after: nil, for: "r1")
        #expect(page.count == 2 && page.spare == 3 && page.items[0].members.count == 3)
        let group = page.items[0]
        #expect(group.members[0].image.id == group.keep && !group.reason.isEmpty)
        let next = try await desk.duplicates(of: .exact, limit: 1, after: page.next, for: "r1")
        #expect(next.items[0].members.count == 2 && next.next == nil)

        // Another one than proposed stays: it is the one to keep of what is left.
        let report = try await desk.setMembership(
            .images([group.keep]),
            isPresent: false,
            id: "m-0",
            author: "reviewer:r1"
        )
        #expect(report.changed == 1)
        let left = try await desk.duplicates(of: nil, limit: 9, after: nil, for: "r1")
        #expect(left.spare == 2 && !left.items.contains { $0.keep == group.keep })
        await #expect(throws: CurationError.self) {
            try await desk.setMembership(
                .copies(.exact, expected: 9),
                isPresent: false,
                id: "m-1",
                author: "reviewer:r1"
            )
        }
        let all = try await desk.setMembership(
            .copies(.exact, expected: 2),
            isPresent: false,
            id: "m-2",
            author: "reviewer:r1"
        )
        #expect(all.changed == 2)
        #expect(try fixture.dataset.samples().count == 4)
        #expect(try await Self.count("duplicates-exact", desk) == 0)
        #expect(try await Self.count("removed", desk) == 3)
        _ = try await desk.undo(
            batch: try #require(all.batch),
            again: false,
            author: "reviewer:r1"
        )
        #expect(try await Self.count("removed", desk) == 1)
        let batches = try HistoryStage(dataset: fixture.dataset).batches(limit: 2)
        #expect(batches.map(\.author) == ["reviewer:r1", "reviewer:r1"])
        withExtendedLifetime(folder) {}
    }

    @Test func `membership is done once for each name, whenever it is sent again`() async throws {
        let (fixture, folder) = try Self.copied()
        func set(_ choice: MembershipChoice, _ id: String) async throws -> ActReport {
            // Each time after a new start.
            try await ReviewDesk(dataset: fixture.dataset).setMembership(
                choice,
                isPresent: false,
                id: id,
                author: "reviewer:r1"
            )
        }
        let first = try await set(.copies(.exact, expected: 3), "a")
        #expect(first.changed == 3)
        #expect(try await set(.copies(.exact, expected: 3), "a") == first)
        await #expect(throws: CurationError.self) { try await set(.images([1]), "a") }
        let desk = ReviewDesk(dataset: fixture.dataset)
        _ = try await desk.undo(
            batch: try #require(first.batch),
            again: false,
            author: "reviewer:r1"
        )
        await #expect(throws: CurationError.self) {
            try await set(.copies(.exact, expected: 3), "a")
        }
        #expect(try fixture.dataset.samples().count == 7)
        withExtendedLifetime(folder) {}
    }

    @Test func `what is far from all others is found again after a new clustering`() async throws {
        let fixture = try PipelineFixture(sources: try PipelineFixture.photos(24))
        let desk = ReviewDesk(dataset: fixture.dataset)
        func outliers(_ desk: ReviewDesk) async throws -> [Sample.ID] {
            let page = try await desk.issues(of: "outliers", limit: 99, after: nil, for: "r1")
            return try #require(page).items.compactMap(\.image?.id)
        }
        #expect(try await outliers(desk).isEmpty)
        let store = try DatasetStore(opening: fixture.dataset.folder)
        let samples = try fixture.dataset.samples().map(\.id)
        for odd in [3, 17] {
            let clustering = Clustering(
                assignments: samples.map { _ in 0 },
                probabilities: samples.map { _ in 1 },
                clusterCount: 1
            )
            let near = samples.indices.map {
                Neighbor(row: ($0 + 1) % samples.count, similarity: $0 == odd ? 0.1 : 0.9)
            }
            try store.replaceClustering(clustering, samples: samples)
            try store.replaceNeighbors(NeighborGraph(k: 1, neighbors: near), samples: samples)
            #expect(try await outliers(desk) == [samples[odd]])
        }
        // Copies, too.
        #expect(try await desk.duplicates(of: nil, limit: 9, after: nil, for: "r1").count == 0)
        let members = samples.prefix(2).map {
            DuplicateGroup.Member(id: $0, similarity: 1, transform: .identity)
        }
        try store.replaceDuplicates([
            DuplicateGroup(kind: .near, keep: samples[0], reason: "first", members: members)
        ])
        #expect(try await desk.duplicates(of: .near, limit: 9, after: nil, for: "r1").count == 1)
        #expect(try await Self.count("duplicates-near", desk) == 1)
    }

    @Test func `kinds are counted and listed in pages, failures by file`() async throws {
        let (fixture, folder) = try Self.copied()
        let desk = ReviewDesk(dataset: fixture.dataset)
        let overview = try await desk.issues()
        #expect(overview.images == 7)
        for kind in overview.kinds where !kind.kind.hasPrefix("duplicates") {
            var (after, seen): (String?, Int) = (nil, 0)
            repeat {
                let page = try #require(
                    try await desk.issues(of: kind.kind, limit: 1, after: after, for: "r1")
                )
                #expect(page.count == kind.count)
                seen += page.items.count
                after = page.next
            } while after != nil
            #expect(seen == kind.count, "\(kind.kind)")
        }
        let failures = try #require(
            try await desk.issues(of: "failures", limit: 9, after: nil, for: "r1")
        )
        #expect(failures.items.map(\.code) == ["not-an-image"])
        #expect(try await desk.issues(of: "nothing", limit: 9, after: nil, for: "r1") == nil)
        await #expect(throws: CurationError.self) {
            try await desk.issues(of: "dark", limit: 9, after: "77", for: "r1")
        }
        withExtendedLifetime(folder) {}
    }

    /// Somebody decides all that the queue offers, 20 seconds each: all as `category`.
    ///
    /// - Returns: How many decisions that took.
    private static func decideAll(
        _ fixture: PipelineFixture,
        as category: String,
        by reviewer: String,
        from start: Timestamp
    ) throws -> Int {
        let stage = ReviewStage(dataset: fixture.dataset)
        var count = 0
        while true {
            let moment = start.advanced(by: Double(count) * 20)
            guard let item = try stage.next(limit: 1, reviewer: reviewer, at: moment).first
            else { return count }
            let result = try stage.decide([item.answer(by: reviewer) { _ in category }], at: moment)
            try #require(result.map(\.status) == [.decided])
            count += 1
        }
    }

    @Test func `progress tells pace, classes and who agrees with whom`() async throws {
        let fixture = try PipelineFixture.embedded(4)
        let desk = ReviewDesk(dataset: fixture.dataset)
        let start = Timestamp(seconds: 1_800_000_000)
        let before = try await desk.progress(detail: true)
        #expect(before.rate == nil && before.reviewers?.isEmpty == true)
        let first = try Self.decideAll(fixture, as: "hat", by: "anna", from: start)
        // The labels go, so that somebody else is asked about the same pictures.
        let samples = try fixture.dataset.samples()
        _ = try LabelStage(dataset: fixture.dataset).set(
            samples.map { LabeledSample(sample: $0, labels: []) },
            author: "anna"
        )
        let half = try await desk.progress(detail: true)
        #expect(half.status.pending == 4 && half.reviewers?.map(\.compared) == [0])
        let later = start.advanced(by: 86_400)
        let second = try Self.decideAll(fixture, as: "hat", by: "ben", from: later)

        let progress = try await desk.progress(detail: true)
        let people = try #require(progress.reviewers)
        #expect(people.map(\.name) == ["anna", "ben"])
        #expect(people.map(\.decisions) == [first, second])
        #expect(people.map(\.pictures) == [4, 4])
        #expect(people.map(\.compared) == [4, 4])
        #expect(people.map(\.agreement) == [1, 1])
        // The first decision of each has no time of its own, and the night between them does not count.
        let pace = 3600 * 8 / (20 * Double(first + second - 2))
        let isLong = first + second >= 5 && first + second > 2
        #expect(abs((progress.rate ?? 0) - (isLong ? pace : 0)) < 1e-3)
        #expect(progress.categories?.map { "\($0.name) \($0.decided)" } == ["hat 4"])
        let short = try await desk.progress(detail: false)
        #expect(short.categories == nil && short.rate == progress.rate)
    }
}
