import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct EmbedStageTests {
    @Test func `embedding again embeds only what is new`() throws {
        let photos = try PipelineFixture.photos(20)
        let fixture = try PipelineFixture(sources: Array(photos.prefix(12)))
        let stage = EmbedStage(dataset: fixture.dataset)
        #expect(try stage.run(.descriptor).embedded == 12)
        _ = try ImportStage(dataset: fixture.dataset).run(ImportStage.Request(sources: photos))
        let again = try stage.run(.descriptor)
        #expect(again.embedded == 8 && again.skipped == 12)
    }

    @Test func `a file that is gone is counted and the rest goes on`() throws {
        let folder = try TemporaryFolder()
        for name in ["1", "2", "3"] {
            try folder.write(try Fixtures.bytes("photos/IMG_000\(name).jpg"), to: "\(name).jpg")
        }
        let fixture = try PipelineFixture(sources: [folder.url.path])
        try FileManager.default.removeItem(at: folder.url.appending(path: "2.jpg"))
        let report = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        #expect(report.embedded == 2 && report.failed == 1)
        #expect(try EmbedStage(dataset: fixture.dataset).run(.descriptor).failed == 1)
    }

    @Test func `moving from the descriptor to the network keeps what is there`() throws {
        let fixture = try PipelineFixture(sources: try PipelineFixture.photos(10))
        let stage = EmbedStage(dataset: fixture.dataset)
        _ = try stage.run(.descriptor)
        let report = try stage.run()
        #expect(report.fallback != nil || report.embedded == 10)
        #expect(try stage.run().embedded == 0)
        #expect(try VerifyStage(dataset: fixture.dataset).run().ok)
    }

    @Test func `vectors whose file was lost are made again`() throws {
        let fixture = try PipelineFixture.embedded(8)
        let features = fixture.dataset.folder.appending(path: "features")
        for name in try FileManager.default.contentsOfDirectory(atPath: features.path) {
            try FileManager.default.removeItem(at: features.appending(path: name))
        }
        #expect(try !VerifyStage(dataset: fixture.dataset).run().ok)
        let report = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        #expect(report.embedded == 8 && report.remade.count == 1)
        #expect(try !ReviewStage(dataset: fixture.dataset).next(limit: 1, reviewer: "a").isEmpty)
        #expect(try VerifyStage(dataset: fixture.dataset).run().ok)
    }

    @Test func `a picture that changed since its import gets no vector`() throws {
        let folder = try TemporaryFolder()
        try folder.write(try Fixtures.bytes("photos/IMG_0001.jpg"), to: "1.jpg")
        let fixture = try PipelineFixture(sources: [folder.url.path])
        try folder.write(try Fixtures.bytes("photos/IMG_0002.jpg"), to: "1.jpg")
        let report = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        #expect(report.embedded == 0 && report.failed == 1)
    }

    @Test func `a model that is not there is an error that says how to get it`() throws {
        let fixture = try PipelineFixture(sources: try PipelineFixture.photos(1))
        #expect {
            try EmbedStage(dataset: fixture.dataset).run(.named("no-such-model"))
        } throws: { error in
            guard case CurationError.component(let text) = error else { return false }
            return text.contains("no-such-model") && text.contains("scripts/setup")
        }
    }
}

@Suite struct ClusterStageTests {
    @Test func `clusters, neighbours and copies are the same every time`() throws {
        let fixture = try PipelineFixture(sources: [Fixtures.url("photos").path])
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        let stage = ClusterStage(dataset: fixture.dataset)
        let first = try stage.run(seed: 5)
        let members = try fixture.dataset.clusterMembers()
        let groups = try fixture.dataset.duplicates()
        _ = try stage.run(seed: 5)
        #expect(try fixture.dataset.clusterMembers() == members)
        #expect(try fixture.dataset.duplicates() == groups)
        #expect(members.count == 379 && first.clusters > 1)
        #expect(first.exactGroups == 6)
        #expect(first.nearGroups >= 8)
    }

    @Test(arguments: [1, 2])
    func `a set of few pictures is no error`(count: Int) throws {
        let fixture = try PipelineFixture.embedded(count)
        #expect(try fixture.dataset.clusterMembers().count <= count)
        #expect(try fixture.dataset.duplicates().isEmpty)
    }
}

@Suite struct PredictStageTests {
    @Test func `both methods propose labels for what nobody has decided`() throws {
        let fixture = try PipelineFixture.embedded(80)
        let stage = PredictStage(dataset: fixture.dataset)
        #expect(try stage.run().predicted == 0)
        _ = try ReplayStage(dataset: fixture.dataset).run(
            answers: PipelineFixture.answers,
            reviewer: "r",
            target: 0.5
        )
        let open = try ReviewStage(dataset: fixture.dataset).status().pending
        for method in PredictStage.Method.allCases {
            let report = try stage.run(method)
            let proposed = try fixture.dataset.annotations().values.flatMap(\.self)
                .filter { $0.state == .proposed }
            #expect(report.predicted == proposed.count)
            #expect(proposed.allSatisfy { $0.source.hasPrefix("\(method.rawValue)@") })
            #expect(proposed.allSatisfy { (0...1).contains($0.score ?? -1) })
            let canBeSilent = [.neighbors, .propagation].contains(method)
            #expect(canBeSilent ? proposed.count <= open : proposed.count == open)
            #expect(report.bySource == [method.rawValue: proposed.count])
            #expect((0...1).contains(report.heldOutAccuracy ?? -1))
            #expect(try stage.run(method).predicted == report.predicted)
        }
    }
}

@Suite struct UnclusteredPredictTests {
    @Test func `neighbours must be known for what goes by them`() throws {
        let fixture = try PipelineFixture(sources: try PipelineFixture.photos(6))
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        let known = try fixture.dataset.samples().prefix(2).enumerated().map { number, sample in
            LabeledSample(
                sample: sample,
                labels: [.classification(category: number == 0 ? "shirt" : "hat")]
            )
        }
        _ = try LabelStage(dataset: fixture.dataset).set(known, author: "a")
        let stage = PredictStage(dataset: fixture.dataset)
        for method in [PredictStage.Method.neighbors, .propagation] {
            #expect(throws: CurationError.self) { try stage.run(method) }
        }
        // The others do without, and too few labels can be held out.
        #expect(throws: CurationError.self) { try stage.run(.prototypes, isBalanced: true) }
        for method in [PredictStage.Method.prototypes, .ensemble] {
            let report = try stage.run(method, isBalanced: method == .ensemble)
            #expect(report.predicted == 4 && report.heldOutAccuracy == nil)
        }
    }
}

@Suite struct MeasureStageTests {
    @Test func `the planted faults are found and the rest is quiet`() throws {
        let fixture = try PipelineFixture(sources: [Fixtures.url("photos").path])
        let metrics = try MeasureStage(dataset: fixture.dataset).run()
        let flagged = Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0.flagged) })
        #expect(flagged["issue.dark"] == 2)
        #expect(flagged["issue.light"] == 1)
        #expect(flagged["issue.blurry"] == 1)
        #expect(flagged["issue.low-information"] == 0)
        #expect(flagged["issue.odd-size"] == 0)
    }

    @Test func `pictures that name a place are flagged, and cameras counted`() throws {
        // An Exif block: the maker, and a directory of the place with a latitude of 1 degree.
        let block: [UInt8] =
            Array("Exif\0\0II*\0".utf8) + [8, 0, 0, 0]
            + [2, 0, 0x0F, 0x01, 2, 0, 4, 0, 0, 0] + Array("Eye\0".utf8)
            + [0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0]
            + [1, 0, 2, 0, 5, 0, 3, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0]
            + [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]
        let photo = try Fixtures.bytes("photos/IMG_0001.jpg")
        let length = block.count + 2
        let folder = try TemporaryFolder()
        try folder.write(
            Array(photo.prefix(2)) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + block
                + photo.dropFirst(2),
            to: "placed.jpg"
        )
        try folder.write(photo, to: "plain.jpg")
        let fixture = try PipelineFixture(sources: [folder.url.path])
        let metrics = try MeasureStage(dataset: fixture.dataset).run()
        let location = try #require(metrics.first { $0.name == "location" })
        #expect(location.flagged == 1 && location.samples == [1] && location.value == 0.5)
        #expect(metrics.first { $0.name == "cameras" }?.histogram == ["Eye": 1])
        // The pixels are the same, so the two are copies of one picture.
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        #expect(try ClusterStage(dataset: fixture.dataset).run().exactGroups == 1)
        let group = try #require(try fixture.dataset.duplicates().first)
        #expect(group.members.map(\.id) == [1, 2] && group.reason.contains("metadata"))
    }

    @Test func `labels are held to a file of true classes`() throws {
        let fixture = try PipelineFixture.embedded(40)
        let stage = ReviewStage(dataset: fixture.dataset)
        let item = try #require(try stage.next(limit: 1, reviewer: "r").first)
        _ = try stage.decide([
            ReviewSubmission(
                item: item.item,
                lease: item.lease,
                reviewer: "r",
                decision: .accept,
                label: "no such class"
            )
        ])
        let metrics = try MeasureStage(dataset: fixture.dataset).run(truth: PipelineFixture.answers)
        let accuracy = try #require(metrics.first { $0.name == "accuracy" })
        #expect(accuracy.value == 0 && accuracy.histogram?["compared"] == item.size)
        #expect(throws: CurationError.self) {
            try MeasureStage(dataset: fixture.dataset).run(truth: "/no/such.csv")
        }
    }
}

@Suite struct VersionAndExportTests {
    private static func reviewed(_ count: Int) throws -> PipelineFixture {
        let fixture = try PipelineFixture.embedded(count)
        _ = try ReplayStage(dataset: fixture.dataset).run(
            answers: PipelineFixture.answers,
            reviewer: "r",
            target: 1
        )
        return fixture
    }

    private func export(
        _ fixture: PipelineFixture,
        _ version: Version,
        _ name: String,
        format: String = "webdataset"
    ) throws -> ExportStage.Report {
        try ExportStage(dataset: fixture.dataset).run(
            ExportStage.Request(
                version: version,
                folder: fixture.folder.url.appending(path: name).path,
                format: format,
                split: "train=0.8,val=0.1,test=0.1",
                seed: 3,
                groupBy: nil,
                overwrite: false
            )
        )
    }

    @Test func `versions keep what was, and diff says what changed`() throws {
        let fixture = try Self.reviewed(30)
        let versions = VersionStage(dataset: fixture.dataset)
        let first = try versions.commit(message: "one", author: "t", tag: "v1")
        _ = try ReviewStage(dataset: fixture.dataset).undo(reviewer: "r", steps: 1)
        let second = try versions.commit(message: "two", author: "t")
        #expect(second.parents == [first.id])
        #expect(second.annotations < first.annotations && second.content != first.content)
        let diff = try versions.diff(from: first, to: second)
        #expect(diff.count == first.annotations - second.annotations)
        #expect(diff.allSatisfy { $0.change == "label-removed" })
        #expect(try versions.diff(from: second, to: nil).isEmpty)
        #expect(try versions.content(of: first).count { !$0.labels.isEmpty } == first.annotations)
        for name in ["v1", "HEAD~1", "HEAD~", String(first.id.hex.prefix(8)), first.content.hex] {
            #expect(try versions.version(named: name) == first, "\(name)")
        }
        #expect(try versions.version(named: "HEAD") == second)
        for name in ["HEAD~2", "v2", "", "HEAD~x", "zzzz"] {
            #expect(throws: CurationError.self) { try versions.version(named: name) }
        }
        #expect(throws: CurationError.self) { try versions.tag("v1", second) }
        #expect(try VerifyStage(dataset: fixture.dataset).run().ok)
    }

    @Test func `an export says when its vectors are not those of the version any more`() throws {
        let fixture = try Self.reviewed(10)
        let version = try VersionStage(dataset: fixture.dataset).commit(message: "", author: "t")
        #expect(try export(fixture, version, "before").vectorsChanged == false)
        let features = fixture.dataset.folder.appending(path: "features")
        for name in try FileManager.default.contentsOfDirectory(atPath: features.path) {
            try FileManager.default.removeItem(at: features.appending(path: name))
        }
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        #expect(try export(fixture, version, "again").vectorsChanged == false)
        _ = try ForgetStage(dataset: fixture.dataset).run([1], author: "t", message: "")
        #expect(try export(fixture, version, "fewer").vectorsChanged == true)
    }

    @Test func `the same pictures and labels have the same content on another machine`() throws {
        let photos = try PipelineFixture.photos(10)
        let contents = try [photos, photos.reversed()].map { order -> ContentDigest in
            let fixture = try PipelineFixture(classes: ["a"])
            for photo in order {
                _ = try ImportStage(dataset: fixture.dataset).run(
                    ImportStage.Request(sources: [photo])
                )
            }
            return try VersionStage(dataset: fixture.dataset).commit(message: "", author: "x")
                .content
        }
        #expect(contents[0] == contents[1])
    }

    @Test(arguments: ["webdataset", "coco", "csv"])
    func `two exports of one version are the same bytes and verify`(format: String) throws {
        let fixture = try Self.reviewed(40)
        let version = try VersionStage(dataset: fixture.dataset).commit(message: "m", author: "t")
        let first = try export(fixture, version, "a", format: format)
        let second = try export(fixture, version, "b", format: format)
        #expect(first.files.map(\.sha256) == second.files.map(\.sha256))
        #expect(first.splits.values.reduce(0, +) + first.copies == 40)
        let manifests = try ["a", "b"].map {
            try Data(contentsOf: fixture.folder.url.appending(path: "\($0)/manifest.json"))
        }
        #expect(manifests[0] == manifests[1])
        for name in ["a", "b"] {
            let check = try ExportVerifyStage().run(fixture.folder.url.appending(path: name).path)
            #expect(check.ok, "\(check.problems)")
        }
        #expect(throws: CurationError.self) { try export(fixture, version, "a", format: format) }
    }

    @Test func `what comes after a version does not change its export`() throws {
        let photos = try PipelineFixture.photos(20)
        let fixture = try PipelineFixture(sources: photos)
        _ = try ImportStage(dataset: fixture.dataset).run(ImportStage.Request(sources: photos))
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        _ = try ReplayStage(dataset: fixture.dataset).run(
            answers: PipelineFixture.answers,
            reviewer: "r",
            target: 1
        )
        let versions = VersionStage(dataset: fixture.dataset)
        let version = try versions.commit(message: "m", author: "t")
        let before = try export(fixture, version, "a")
        _ = try ImportStage(dataset: fixture.dataset).run(
            ImportStage.Request(sources: try PipelineFixture.photos(60))
        )
        _ = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        _ = try ClusterStage(dataset: fixture.dataset).run(granularity: 4)
        _ = try ReviewStage(dataset: fixture.dataset).undo(reviewer: "r", steps: 3)
        let after = try export(fixture, version, "b")
        #expect(before.files.map(\.sha256) == after.files.map(\.sha256))
        #expect(before.leaksChecked == after.leaksChecked)
    }

    @Test func `a picture that changed since its import is not exported`() throws {
        let folder = try TemporaryFolder()
        try folder.write(try Fixtures.bytes("photos/IMG_0001.jpg"), to: "cat/1.jpg")
        try folder.write(try Fixtures.bytes("photos/IMG_0003.jpg"), to: "dog/3.jpg")
        let fixture = try PipelineFixture()
        _ = try ImportStage(dataset: fixture.dataset).run(
            ImportStage.Request(
                sources: [folder.url.path],
                format: .imagefolder,
                labelsAs: .reviewed
            )
        )
        let version = try VersionStage(dataset: fixture.dataset).commit(message: "m", author: "t")
        try folder.write(try Fixtures.bytes("photos/IMG_0002.jpg"), to: "cat/1.jpg")
        #expect(throws: CurationError.self) { try export(fixture, version, "a") }
        let left = try FileManager.default.contentsOfDirectory(
            atPath: fixture.folder.url.appending(path: "a").path
        )
        #expect(left.isEmpty)
    }

    @Test func `an empty data set can be committed, exported and verified`() throws {
        let fixture = try PipelineFixture()
        let version = try VersionStage(dataset: fixture.dataset).commit(message: "m", author: "t")
        #expect(try export(fixture, version, "a").files.isEmpty)
        #expect(try ExportVerifyStage().run(fixture.folder.url.appending(path: "a").path).ok)
    }
}
