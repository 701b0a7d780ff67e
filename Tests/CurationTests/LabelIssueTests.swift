import Curation
import CurationCore
import Foundation
import Imaging
import TestKit
import Testing

/// A person who errs now and then, before pictures that are easy to tell apart.
@Suite struct LabelIssueTests {
    /// Drawn stripes, across and upright, of random width, place and grey, and some noise.
    private static func stripes(_ count: Int) throws -> (PipelineFixture, [Sample.ID: String]) {
        let fixture = try PipelineFixture()
        let folder = fixture.folder.url.appending(path: "pictures")
        var random = SeededGenerator(seed: 7)
        for number in 0..<count {
            let isUpright = number % 2 == 1
            let width = Int.random(in: 5...8, using: &random)
            let start = Int.random(in: 0...9, using: &random)
            var bytes: [UInt8] = []
            for place in 0..<64 * 64 {
                let along = isUpright ? place % 64 : place / 64
                let grey = (along + start) / width % 2 == 0 ? 60 : 190
                let noisy = UInt8(grey + Int.random(in: -10...10, using: &random))
                bytes += [noisy, noisy, noisy]
            }
            let picture = PixelBuffer(width: 64, height: 64, bytes: bytes)
            try fixture.folder.write(
                JPEGEncoder.encode(picture, quality: 90),
                to: "pictures/\(isUpright ? "upright" : "across")-\(number).jpg"
            )
        }
        let request = ImportStage.Request(sources: [folder.path])
        _ = try ImportStage(dataset: fixture.dataset).run(request)
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        _ = try ClusterStage(dataset: fixture.dataset).run()
        let truth = try fixture.dataset.samples().map { sample in
            (sample.id, sample.path.contains("upright") ? "upright" : "across")
        }
        return (fixture, Dictionary(uniqueKeysWithValues: truth))
    }

    /// Decides all that comes, rightly but for the first answer about each of `slips`.
    ///
    /// Returns what came once all were decided, and how each of `slips` came after it was left out of a group.
    private func finish(
        _ stage: ReviewStage,
        _ truth: [Sample.ID: String],
        strategy: ReviewStrategy = .saving,
        slips: Set<Sample.ID>
    ) throws -> (late: [ReviewItem], again: [ReviewItem]) {
        var (open, leftOut) = (slips, Set<Sample.ID>())
        var (late, again): ([ReviewItem], [ReviewItem]) = ([], [])
        func say(_ id: Sample.ID) -> String {
            let right = truth[id] ?? "?"
            guard open.remove(id) != nil else { return right }
            return right == "across" ? "upright" : "across"
        }
        while true {
            let items = try stage.next(limit: 4, reviewer: "a", strategy: strategy)
            guard !items.isEmpty else { return (late, again) }
            if try stage.status().pending == 0 { late += items }
            for item in items {
                let shown = item.members ?? [item.image?.id ?? 0]
                if !leftOut.isDisjoint(with: shown) { again.append(item) }
                let said = shown.map { (id: $0, label: say($0)) }
                let answer = Self.answer(to: item, said)
                leftOut.formUnion(slips.intersection(answer.except ?? []))
                #expect(try stage.decide([answer]).map(\.status) == [.decided])
            }
        }
    }

    private static func answer(
        to item: ReviewItem,
        _ said: [(id: Sample.ID, label: String)]
    ) -> ReviewSubmission {
        let isGroup = item.members != nil
        let count = said.count { $0.label == "across" }
        let label = 2 * count > said.count ? "across" : "upright"
        return ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "a",
            decision: isGroup ? .accept : .correct,
            label: isGroup ? label : nil,
            except: isGroup ? said.filter { $0.label != label }.map(\.id) : nil,
            annotations: isGroup ? nil : [.classification(category: label)]
        )
    }

    private func accepted(_ dataset: Dataset) throws -> [Sample.ID: String] {
        try dataset.annotations().compactMapValues { found in
            found.last { $0.state == .accepted }?.label.category
        }
    }

    @Test func `a label that does not fit what looks alike is asked about at the end, once`() throws
    {
        let (fixture, truth) = try Self.stripes(200)
        let stage = ReviewStage(dataset: fixture.dataset)
        let slips: Set<Sample.ID> = [120]
        let late = try finish(stage, truth, strategy: .random, slips: slips).late
        #expect(slips.isSubset(of: late.compactMap(\.image?.id)))
        #expect(late.allSatisfy { $0.reason == .labelIssue })
        // What was said and what the model holds for right are both shown.
        #expect(late.allSatisfy { Set($0.predictions.map(\.label)) == ["across", "upright"] })
        #expect(try accepted(fixture.dataset) == truth)
        #expect(try stage.next(limit: 4, reviewer: "a").isEmpty)
    }

    @Test func `a class that was refused by mistake is asked about alone, never with others`()
        throws
    {
        let (fixture, truth) = try Self.stripes(200)
        let stage = ReviewStage(dataset: fixture.dataset)
        let slips = Set(truth.keys.sorted().dropFirst(100).prefix(3))
        let again = try finish(stage, truth, slips: slips).again
        #expect(try accepted(fixture.dataset) == truth)
        #expect(again.count >= 2)
        #expect(again.allSatisfy { $0.kind == .image && $0.reason == .labelIssue })
    }
}
