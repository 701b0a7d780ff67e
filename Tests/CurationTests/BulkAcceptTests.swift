import Curation
import CurationCore
import Foundation
import Storage
import TestKit
import Testing

/// Accepting unseen, from the first screen to the certificate, on vectors without pictures.
@Suite struct BulkAcceptTests {
    /// A data set of points around three centres, some of which lie with the wrong ones.
    private struct Blobs {
        static let classes = ["a", "b", "c"]
        let folder: TemporaryFolder
        let dataset: Dataset
        let truth: [Sample.ID: String]

        init(count: Int, strays: Int) throws {
            folder = try TemporaryFolder()
            let set = folder.url.appending(path: "set")
            let store = try DatasetStore(
                creating: set,
                schema: LabelSchema(task: .classification, categories: []),
                at: .now
            )
            dataset = try Dataset(opening: set)
            var random = SeededGenerator(seed: 5)
            let samples = (0..<count).map { Self.sample($0) }
            try store.add(samples, failures: [], author: "test", at: .now)
            var values: [Float] = []
            var truth: [Sample.ID: String] = [:]
            for index in 0..<count {
                let place = index % 3
                for axis in 0..<8 {
                    values.append((axis == place ? 4 : 0) + Float(random.unit()))
                }
                // The strays look like one class and are another.
                let own = index < strays ? (place + 1) % 3 : place
                truth[Sample.ID(index + 1)] = Self.classes[own]
            }
            self.truth = truth
            let matrix = EmbeddingMatrix(
                samples: (1...count).map(Sample.ID.init),
                dimension: 8,
                values: values
            )
            let id = EmbedderID(name: "test", digest: ContentDigest(of: "test"))
            try store.add([(matrix, id)])
        }

        static func sample(_ number: Int) -> NewSample {
            NewSample(
                path: "/\(number).jpg",
                sha256: ContentDigest(of: "\(number)"),
                format: .jpeg,
                width: 40,
                height: 30,
                bytes: 1000,
                modifiedAt: 1_700_000_000,
                damage: nil,
                pixelDigest: ContentDigest(of: "pixels \(number)"),
                perceptualHash: PerceptualHash(words: [UInt64(number), 1, 2, 3]),
                metrics: ImageMetrics(),
                facts: ImageFacts(camera: nil, capturedAt: nil, hasLocation: false)
            )
        }

        func answer(_ item: ReviewItem) -> ReviewSubmission {
            let shown = item.shown?.map(\.id) ?? [item.image?.id ?? 0]
            let said = shown.map { truth[$0] ?? "" }
            let counts = Dictionary(grouping: said, by: \.self).mapValues(\.count)
            let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
            guard item.kind == .cluster else {
                return ReviewSubmission(
                    item: item.item,
                    lease: item.lease,
                    reviewer: "r",
                    decision: .correct,
                    annotations: [.classification(category: most)]
                )
            }
            let isClear = Double(counts[most] ?? 0) >= 0.6 * Double(shown.count)
            return ReviewSubmission(
                item: item.item,
                lease: item.lease,
                reviewer: "r",
                decision: isClear ? .accept : .reject,
                label: isClear ? most : nil,
                except: isClear ? shown.filter { truth[$0] != most } : nil
            )
        }

        /// Decides what the queue gives, until it offers to accept something unseen or is empty.
        func review(until isDone: (ReviewItem) -> Bool) throws -> ReviewItem? {
            let stage = ReviewStage(dataset: dataset)
            for _ in 0..<400 {
                let items = try stage.next(limit: 20, reviewer: "r")
                if items.isEmpty { return nil }
                let found = items.first(where: isDone)
                let results = try stage.decide(
                    items.filter { $0.item != found?.item }.map(answer)
                )
                #expect(results.allSatisfy { $0.status == .decided })
                if let found { return found }
            }
            return nil
        }

        var wrong: Int {
            get throws {
                try dataset.annotations().count { sample, labels in
                    labels.contains {
                        $0.state == .accepted && $0.label.category != truth[sample]
                    }
                }
            }
        }
    }

    @Test func `what is sure is accepted unseen once the audits prove it`() throws {
        let blobs = try Blobs(count: 2_400, strays: 1)
        let (dataset, stage) = (blobs.dataset, ReviewStage(dataset: blobs.dataset))
        let found = try blobs.review { ($0.errorBound ?? 0) > 0 }
        let item = try #require(found)
        let before = try CertifyStage(dataset: dataset).run()
        #expect(!before.certified && before.picturesNeeded > 0)
        let unseen = try #require(item.members).count - (item.shown?.count ?? 0)
        #expect(item.errorBound == 0.01 && unseen > 100)
        #expect(item.shown?.count == 24 && item.size == unseen + 24)
        // All members at once, and all back by one undo.
        let decided = try stage.status().decided
        _ = try stage.decide([blobs.answer(item)])
        #expect(try stage.status().decided > decided + unseen)
        _ = try HistoryStage(dataset: dataset).undo(nil, author: "r")
        #expect(try stage.status().decided == decided)
        _ = try HistoryStage(dataset: dataset).redo(nil, author: "r")
        #expect(try stage.status().decided > decided + unseen)
        // To the end: cheaper than looking at everything, with what was promised.
        _ = try blobs.review { _ in false }
        let status = try stage.status()
        #expect(status.pending == 0)
        #expect(try #require(status.cost) < 0.1)
        #expect(try blobs.wrong <= 24)
        let after = try CertifyStage(dataset: dataset).run()
        #expect(after.certified && after.unseen > 500 && after.evidence.count == 1)
        let evidence = try #require(after.evidence.first)
        #expect(try blobs.wrong <= evidence.mostWrong && evidence.mostWrong <= 24)
        #expect(try !CertifyStage(dataset: dataset).run(accuracy: 0.9999).certified)
        // A class that is called otherwise, or joined with another, changes nothing of what is proven.
        let classes = ClassStage(dataset: dataset, author: "r")
        _ = try classes.rename("a", to: "first")
        _ = try classes.merge("b", into: "first")
        #expect(try CertifyStage(dataset: dataset).run().unseen == after.unseen)
        let version = try VersionStage(dataset: dataset).commit(message: "", author: "r")
        #expect(version.lineage["stratum.1"]?.contains("alpha=0.01 level=0.025") == true)
        #expect(try VerifyStage(dataset: dataset).run().ok)
    }

    @Test func `one that was looked at beyond the screen is taken out, the others are accepted`()
        throws
    {
        let blobs = try Blobs(count: 2_400, strays: 0)
        let found = try blobs.review { ($0.errorBound ?? 0) > 0 }
        let item = try #require(found)
        let stage = ReviewStage(dataset: blobs.dataset)
        let decided = try stage.status().decided
        let members = try #require(item.members)
        let odd = try #require(members.last)
        let submission = ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "r",
            decision: .accept,
            label: item.predictions.first?.label,
            except: [odd]
        )
        #expect(try stage.decide([submission]).map(\.status) == [.decided])
        #expect(try stage.status().decided == decided + members.count - 1)
        let left = try blobs.dataset.annotations()[odd] ?? []
        #expect(left.allSatisfy { $0.state != .accepted })
        #expect(left.contains { $0.state == .rejected })
    }

    @Test func `a screen that is not what was promised accepts nothing unseen`() throws {
        let blobs = try Blobs(count: 2_400, strays: 0)
        let found = try blobs.review { ($0.errorBound ?? 0) > 0 }
        let item = try #require(found)
        let stage = ReviewStage(dataset: blobs.dataset)
        let decided = try stage.status().decided
        let shown = try #require(item.shown).map(\.id)
        let submission = ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "r",
            decision: .accept,
            label: item.predictions.first?.label,
            except: Array(shown.prefix(2))
        )
        #expect(try stage.decide([submission]).map(\.status) == [.decided])
        #expect(try stage.status().decided == decided + shown.count - 2)
        // Its members come back to the queue, and are not offered unseen again.
        let label = item.predictions.first?.label
        let again = try blobs.review {
            ($0.errorBound ?? 0) > 0 && $0.predictions.first?.label == label
        }
        #expect(again == nil)
        #expect(try stage.status().pending == 0)
    }

    @Test func `more taken out beyond the screen than it showed breaks no count`() async throws {
        let blobs = try Blobs(count: 2_400, strays: 0)
        let found = try blobs.review { ($0.errorBound ?? 0) > 0 }
        let item = try #require(found)
        let stage = ReviewStage(dataset: blobs.dataset)
        let members = try #require(item.members)
        let label = try #require(item.predictions.first?.label)
        let before = try await ReviewDesk(dataset: blobs.dataset).progress(detail: true)
        let submission = ReviewSubmission(
            item: item.item,
            lease: item.lease,
            reviewer: "r",
            decision: .accept,
            label: label,
            except: Array(members.dropFirst())
        )
        #expect(members.count > 100)
        #expect(try stage.decide([submission]).map(\.status) == [.decided])
        let after = try await ReviewDesk(dataset: blobs.dataset).progress(detail: true)
        func counts(_ progress: ReviewProgress) throws -> (looks: Int, right: Double, all: Int) {
            let found = try #require(progress.categories?.first { $0.name == label })
            let work = try #require(progress.reviewers?.first)
            let share = found.accuracy?.estimate ?? 0
            return (found.looks, (share * Double(found.looks)).rounded(), work.pictures)
        }
        #expect(try counts(after).looks == counts(before).looks + 24)
        #expect(try counts(after).right == counts(before).right + 1)
        #expect(try counts(after).all == counts(before).all + 1)
        #expect(try stage.status().decided == before.status.decided + 1)
        // Rows from before counted those that were not shown.
        let store = try DatasetStore(opening: blobs.dataset.folder)
        let plan = PlannedTask(samples: [members[1]], label: label, score: 0.9, reason: .cluster)
        let proposals = [ReviewItem.Proposal(label: label, score: 0.9, source: "m@1")]
        let task = NewTask(plan: plan, proposals: proposals, lease: "old")
        let now = Timestamp.now
        let lease = try store.lease([task], to: "r", until: now.seconds + 9, now: now.seconds)
        let old = ReviewSubmission(
            item: "r-\(try #require(lease.first).id)",
            lease: "old",
            reviewer: "r",
            decision: .accept
        )
        let result = try store.decide(old, at: now) { _ in
            ReviewEffects(labels: [], label: label, exceptions: 5_000)
        }
        #expect(result.status == .decided)
        let last = try await ReviewDesk(dataset: blobs.dataset).progress(detail: true)
        #expect(try counts(last).right == counts(after).right)
        #expect(try counts(last).all == counts(after).all)
    }

    @Test func `an audit that is taken back is made again before anything is accepted unseen`()
        throws
    {
        let blobs = try Blobs(count: 2_400, strays: 0)
        let stage = ReviewStage(dataset: blobs.dataset)
        // What is offered is given back, so that nothing of the stratum is accepted.
        var isOffered = false
        for _ in 0..<400 where !isOffered {
            let items = try stage.next(limit: 20, reviewer: "r")
            isOffered = items.contains { ($0.errorBound ?? 0) > 0 }
            if isOffered {
                try stage.release(items.map(\.lease))
            } else {
                _ = try stage.decide(items.map(blobs.answer))
            }
        }
        #expect(isOffered)
        _ = try stage.undo(reviewer: "r", steps: 12)
        // What was taken back comes first, then it is proven again.
        let again = try stage.next(limit: 20, reviewer: "r")
        #expect(again.contains { $0.reason == .audit })
        #expect(again.allSatisfy { ($0.errorBound ?? 0) == 0 })
        _ = try stage.decide(again.map(blobs.answer))
        let found = try blobs.review { ($0.errorBound ?? 0) > 0 }
        #expect(found != nil)
    }

    @Test func `too many wrong ones are refused, and nothing is accepted unseen`() throws {
        let blobs = try Blobs(count: 2_400, strays: 12)
        let item = try blobs.review { ($0.errorBound ?? 0) > 0 }
        #expect(item == nil)
        let strata = try DatasetStore(opening: blobs.dataset.folder).strata()
        #expect(!strata.isEmpty && strata.allSatisfy { $0.state == .refused })
        #expect(try CertifyStage(dataset: blobs.dataset).run().unseen == 0)
        #expect(try blobs.wrong == 0)
    }
}
