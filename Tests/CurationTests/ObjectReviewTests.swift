import Curation
import CurationCore
import Foundation
import Imaging
import Synchronization
import Testing

@Suite(.enabled(if: CellsFixture.hasModel, "run scripts/setup first"))
struct ObjectReviewTests {
    private func accepted(_ fixture: CellsFixture) throws -> [Sample.ID: [Label]] {
        try fixture.dataset.annotations().mapValues { annotations in
            annotations.filter { $0.state == .accepted }.map(\.label)
        }.filter { !$0.value.isEmpty }
    }

    @Test func `what was marked in some pictures is found in the next ones`() throws {
        let fixture = try CellsFixture()
        let stage = ReviewStage(dataset: fixture.dataset)
        var (items, proposed, right) = (0, 0, 0)
        while true {
            let round = try stage.next(limit: 9, reviewer: "r")
            guard !round.isEmpty else { break }
            // So that there is something to learn from soon, not all come at once.
            #expect(round.count <= max(1, items / 3))
            for next in round {
                #expect(next.kind == .image && next.reason == .representative)
                #expect(items > 0 || next.predictions.isEmpty)
                #expect(next.predictions.allSatisfy { $0.type == "box" && $0.bbox?.count == 4 })
                if items >= 8 {
                    proposed += next.predictions.count
                    right += next.predictions.count { proposal in
                        proposal.annotation.map {
                            fixture.isRight($0, in: next.image?.id ?? 0)
                        } ?? false
                    }
                }
            }
            let results = try stage.decide(round.map(fixture.answer))
            #expect(results.allSatisfy { $0.status == .decided })
            items += round.count
        }
        #expect(items == 14)
        let things = fixture.truth.values.reduce(0) { $0 + $1.count }
        #expect(Double(right) > 0.5 * Double(proposed) && right > things / 8)
        #expect(try accepted(fixture).mapValues(Set.init) == fixture.truth.mapValues(Set.init))
    }

    @Test func `a picture is accepted as found, refused, corrected to nothing, and taken back`()
        throws
    {
        let fixture = try CellsFixture()
        let stage = ReviewStage(dataset: fixture.dataset)
        for _ in 0..<4 {
            let item = try #require(try stage.next(limit: 1, reviewer: "r").first)
            _ = try stage.decide([fixture.answer(item)])
        }
        func decide(_ decision: Decision, _ labels: [Label]? = nil) throws -> ReviewItem {
            let item = try #require(try stage.next(limit: 1, reviewer: "r").first)
            let result = try stage.decide([
                ReviewSubmission(
                    item: item.item,
                    lease: item.lease,
                    reviewer: "r",
                    decision: decision,
                    annotations: labels
                )
            ])
            #expect(result.map(\.status) == [.decided])
            return item
        }
        func labels(_ item: ReviewItem) throws -> Set<Label> {
            Set(try accepted(fixture)[item.image?.id ?? 0] ?? [])
        }
        let kept = try decide(.accept)
        #expect(try labels(kept) == Set(kept.predictions.compactMap(\.annotation)))
        #expect(!kept.predictions.isEmpty)
        let refused = try decide(.reject)
        #expect(try labels(refused).isEmpty && refused.item != kept.item)
        let empty = try decide(.correct, [])
        #expect(try labels(empty).isEmpty)
        #expect(try stage.status().decided == 7)
        // What was taken back comes again, before others.
        _ = try stage.undo(reviewer: "r", steps: 2)
        #expect(try stage.status().decided == 5)
        let again = try stage.next(limit: 1, reviewer: "r")
        let back = try #require(again.first?.image?.id)
        #expect(back == refused.image?.id || back == empty.image?.id)
        let skipped = ReviewSubmission(
            item: again[0].item,
            lease: again[0].lease,
            reviewer: "r",
            decision: .skip
        )
        _ = try stage.decide([skipped])
        let next = try #require(try stage.next(limit: 1, reviewer: "r").first)
        #expect(next.image?.id != again[0].image?.id)
    }

    @Test func `crops of one class are accepted together, but for those that are named`() throws {
        let fixture = try CellsFixture(mirrored: true)
        let stage = ReviewStage(dataset: fixture.dataset)
        var screens = 0
        while let item = try stage.next(limit: 1, reviewer: "r").first {
            let answer = fixture.answer(item)
            let before = try accepted(fixture)
            let result = try stage.decide([answer])
            #expect(result.map(\.status) == [.decided])
            guard let crops = item.objects else { continue }
            screens += 1
            #expect(item.kind == .objects && item.size == crops.count && crops.count <= 24)
            #expect(crops.map(\.object) == Array(1...crops.count))
            #expect(Set(crops.map(\.annotation.category)) == [item.predictions[0].label])
            let after = try accepted(fixture)
            for crop in crops {
                let isIn = after[crop.image.id]?.contains(crop.annotation) ?? false
                #expect(
                    isIn
                        == (answer.decision == .accept
                            && !(answer.except ?? []).contains(Int64(crop.object)))
                )
                // Others of the picture stay as they are.
                #expect(Set(before[crop.image.id] ?? []).isSubset(of: after[crop.image.id] ?? []))
            }
            if screens == 1, answer.decision == .accept {
                // An acceptance is taken back as a whole, and asked again.
                _ = try stage.undo(reviewer: "r", steps: 1)
                #expect(try accepted(fixture) == before)
                let again = try #require(try stage.next(limit: 1, reviewer: "r").first)
                #expect(again.objects?.map(\.annotation) == crops.map(\.annotation))
                _ = try stage.decide([fixture.answer(again)])
            }
        }
        #expect(screens > 0)
        let pool = fixture.dataset.folder.appending(path: "features/things.json").path
        #expect(FileManager.default.fileExists(atPath: pool))
        let status = try stage.status()
        #expect(status.pending == 0 && status.decided == 28)
        #expect(try accepted(fixture).mapValues(Set.init) == fixture.truth.mapValues(Set.init))
        // What was found may speak of a picture that is to be forgotten.
        let sample = try #require(try fixture.dataset.samples().first)
        _ = try ForgetStage(dataset: fixture.dataset).run([sample.id], author: "a")
        #expect(!FileManager.default.fileExists(atPath: pool))
        #expect(try VerifyStage(dataset: fixture.dataset).run().problems == [])
        #expect(try stage.next(limit: 1, reviewer: "r").isEmpty)
    }

    @Test func `a screen cannot be corrected, nor all of it left out`() throws {
        let fixture = try CellsFixture(mirrored: true)
        let stage = ReviewStage(dataset: fixture.dataset)
        while let item = try stage.next(limit: 1, reviewer: "r").first {
            guard let crops = item.objects else {
                _ = try stage.decide([fixture.answer(item)])
                continue
            }
            let all = crops.map { Int64($0.object) }
            for (decision, except) in [
                (Decision.correct, [Int64]()), (.accept, all), (.accept, [0]),
                (.accept, [Int64(crops.count) + 1]),
            ] {
                let result = try stage.decide([
                    ReviewSubmission(
                        item: item.item,
                        lease: item.lease,
                        reviewer: "r",
                        decision: decision,
                        except: except,
                        annotations: []
                    )
                ])
                #expect(result.map(\.status) == [.invalid])
            }
            return
        }
        Issue.record("there was no screen")
    }

    @Test func `predict finds things in all open pictures, by what was taught and by other models`()
        throws
    {
        let fixture = try CellsFixture(task: .segmentation)
        let stage = PredictStage(dataset: fixture.dataset)
        #expect(try stage.run().predicted == 0)
        // Several classes, and nobody has said how they look.
        let unnamed = try stage.run(models: ["u2netp"])
        #expect(unnamed.predicted == 0 && unnamed.unnamed ?? 0 > 0)
        #expect(throws: CurationError.self) { try stage.run(models: ["u2netp", "detector"]) }
        #expect(throws: CurationError.self) { try stage.run(.neighbors) }
        #expect(throws: CurationError.self) { try stage.run(models: ["efficientnet-lite0"]) }
        let review = ReviewStage(dataset: fixture.dataset)
        for _ in 0..<6 {
            let item = try #require(try review.next(limit: 1, reviewer: "r").first)
            _ = try review.decide([fixture.answer(item)])
        }
        let found = try stage.run()
        #expect(found.bySource == ["detector": found.predicted] && found.predicted > 20)
        let proposed = try fixture.dataset.annotations().values.flatMap(\.self)
            .filter { $0.state == .proposed }
        #expect(proposed.count == found.predicted)
        #expect(proposed.allSatisfy { $0.source.hasPrefix("detector@") })
        let named = try stage.run(models: ["u2netp", "detector"])
        #expect(named.bySource.keys.first == "u2netp+detector" && named.unnamed == nil)
        let shapes = try fixture.dataset.annotations().values.flatMap(\.self)
            .filter { $0.state == .proposed }
        let outlines = shapes.filter { if case .polygon = $0.label { true } else { false } }
        #expect(!outlines.isEmpty && outlines.count < shapes.count)
        #expect(outlines.contains { $0.label.category == "WBC" })
    }

    @Test func `a search that was stopped goes on where it stopped`() throws {
        let fixture = try CellsFixture(mirrored: true)
        let review = ReviewStage(dataset: fixture.dataset)
        for _ in 0..<4 {
            let item = try #require(try review.next(limit: 1, reviewer: "r").first)
            _ = try review.decide([fixture.answer(item)])
        }
        func proposals() throws -> [Label] {
            try fixture.dataset.annotations().sorted { $0.key < $1.key }.flatMap(\.value)
                .filter { $0.state == .proposed }.map(\.label)
        }
        // Asked to stop before the first picture: nothing is lost, nothing is found.
        let interruption = Interruption()
        interruption.ask()
        let stopped = PredictStage(dataset: fixture.dataset, interruption: interruption)
        #expect(throws: CancellationError.self) { try stopped.run() }
        #expect(try proposals().isEmpty)
        let looked = Mutex<[Int]>([])
        let stage = PredictStage(dataset: fixture.dataset) { progress in
            looked.withLock { $0.append(progress.done) }
        }
        let whole = try stage.run()
        #expect(looked.withLock { $0 } == [24] && whole.predicted > 20)
        let found = try proposals()
        // Once it is whole it begins anew, with the same result.
        #expect(try stage.run().predicted == whole.predicted)
        #expect(try proposals() == found)
    }

    @Test func `a search that is stopped takes the place of nothing that came further`() throws {
        let fixture = try CellsFixture(mirrored: true)
        let review = ReviewStage(dataset: fixture.dataset)
        func answer() throws {
            let item = try #require(try review.next(limit: 1, reviewer: "r").first)
            _ = try review.decide([fixture.answer(item)])
        }
        for _ in 0..<4 { try answer() }
        func proposals() throws -> [Label] {
            try fixture.dataset.annotations().sorted { $0.key < $1.key }.flatMap(\.value)
                .filter { $0.state == .proposed }.map(\.label)
        }
        /// Looks at pictures, two at once, until so many were looked at.
        func search(until most: Int) throws -> [Int] {
            let interruption = Interruption()
            let looked = Mutex<[Int]>([])
            var stage = PredictStage(dataset: fixture.dataset, interruption: interruption) {
                if $0.done >= most { interruption.ask() }
                looked.withLock { [done = $0.done] in $0.append(done) }
            }
            stage.batchSize = 2
            if most == 0 { interruption.ask() }
            if most < 24 {
                #expect(throws: CancellationError.self) { try stage.run() }
            } else {
                _ = try stage.run()
            }
            return looked.withLock { $0 }
        }
        // Nothing was there: what was found is kept, and the search goes on behind it.
        #expect(try search(until: 4) == [2, 4])
        let part = try proposals()
        #expect(!part.isEmpty)
        #expect(try search(until: 100).count == 10)
        let whole = try proposals()
        #expect(whole.count > part.count)
        for most in [0, 4] {
            _ = try search(until: most)
            #expect(try proposals() == whole)
        }
        try answer()
        let rest = try proposals()
        for most in [0, 4] {
            _ = try search(until: most)
            #expect(try proposals() == rest)
        }
    }

    @Test func `a data set of classes takes no finders of things`() throws {
        let fixture = try PipelineFixture.embedded(3)
        #expect(throws: CurationError.self) {
            try PredictStage(dataset: fixture.dataset).run(models: ["u2netp"])
        }
    }

    @Test func `a box as large as numbers get, and one outside of its picture, harm nothing`()
        throws
    {
        let fixture = try CellsFixture()
        let stage = ReviewStage(dataset: fixture.dataset)
        let boxes = [(1e300, 0.0, 10.0), (0, 0, 1e300), (5_000, 5_000, 10), (10, 10, 80)]
        for (x, y, side) in boxes {
            let item = try #require(try stage.next(limit: 1, reviewer: "r").first)
            let box = BoundingBox(x: x, y: y, width: side, height: side)
            let submission = ReviewSubmission(
                item: item.item,
                lease: item.lease,
                reviewer: "r",
                decision: .correct,
                annotations: [.detection(category: "RBC", box: box)]
            )
            // One that begins outside is refused; one that reaches out is taken as far as it goes.
            let isInside = x < 640 && y < 480
            #expect(
                try stage.decide([submission]).map(\.status) == [isInside ? .decided : .invalid]
            )
        }
        #expect(try stage.next(limit: 1, reviewer: "r").count == 1)
        #expect(try PredictStage(dataset: fixture.dataset).run().images == 14)
    }

    @Test func `a class that was renamed does not come back by an item from before`() throws {
        let fixture = try CellsFixture()
        let stage = ReviewStage(dataset: fixture.dataset)
        for _ in 0..<5 {
            let item = try #require(try stage.next(limit: 1, reviewer: "r").first)
            _ = try stage.decide([fixture.answer(item)])
        }
        let item = try #require(try stage.next(limit: 1, reviewer: "r").first)
        #expect(item.predictions.contains { $0.label == "RBC" })
        _ = try ClassStage(dataset: fixture.dataset, author: "a").rename(
            "RBC",
            to: "erythrocyte"
        )
        let submission = ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "r",
            decision: .accept
        )
        #expect(try stage.decide([submission]).map(\.status) == [.expired])
        let names = try fixture.dataset.schema().schema.categories.map(\.name)
        #expect(names == ["WBC", "erythrocyte", "Platelets"])
        let wrong = ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "r",
            decision: .accept,
            label: "WBC"
        )
        #expect(try stage.decide([wrong]).first?.status != .decided)
    }

    @Test func `what is found for screens is kept beside the log, and not searched again at once`()
        throws
    {
        let fixture = try CellsFixture(mirrored: true)
        let stage = ReviewStage(dataset: fixture.dataset)
        let pool = fixture.dataset.folder.appending(path: "features/things.json")
        func next() throws -> ReviewItem {
            try #require(try stage.next(limit: 1, reviewer: "r").first)
        }
        var item = try next()
        while !FileManager.default.fileExists(atPath: pool.path) {
            _ = try stage.decide([fixture.answer(item)])
            item = try next()
        }
        #expect(try stage.status().decided == 16)
        let found = try Data(contentsOf: pool)
        try Data("[]".utf8).write(to: pool)
        try stage.release([item.lease])
        _ = try next()
        // One that cannot be read is made again; one that can stays.
        #expect(try JSONSerialization.jsonObject(with: Data(contentsOf: pool)) is [String: Any])
        try found.write(to: pool)
        _ = try ReviewStage(dataset: fixture.dataset).next(limit: 1, reviewer: "other")
        #expect(try Data(contentsOf: pool) == found)
        let kinds = try HistoryStage(dataset: fixture.dataset).batches(limit: 100).map(\.kind)
        #expect(!kinds.contains("predict"))
    }

    @Test func `pictures whose sides are nearly equal are looked at`() throws {
        let fixture = try CellsFixture()
        let maps = try PictureMaps()
        let sample = try #require(try fixture.dataset.samples().first)
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: sample.path)))
        let pixels = try ImageDecoder().decode(bytes).pixels
        for (width, height) in [(767, 768), (768, 767), (384, 384), (3001, 3004), (9, 7000)] {
            let square = pixels.resized(width: 384, height: 384)
            let map = try maps.map(of: square, width: width, height: height)
            #expect(map.columns <= 32 && map.rows <= 32)
            #expect(abs(map.cell * 32 - Double(max(width, height))) < 1e-6)
        }
    }
}
