import Curation
import CurationCore
import Foundation
import TestKit
import Testing

/// What a second import makes of files that moved, changed, vanished or came back.
@Suite struct ImportAgainTests {
    /// A folder of five photos that was imported once.
    private struct Imported {
        let source: TemporaryFolder
        let fixture: PipelineFixture

        init(copy: Bool = false) throws {
            source = try TemporaryFolder()
            for number in 1...5 {
                try source.write(
                    try Fixtures.bytes("photos/IMG_000\(number).jpg"),
                    to: "\(number).jpg"
                )
            }
            fixture = try PipelineFixture()
            let first = try again { $0.copy = copy }
            try #require(first.imported == 5)
        }

        func path(_ name: String) -> String { source.url.appending(path: name).path }

        @discardableResult
        func again(
            _ change: (inout ImportStage.Request) -> Void = { _ in }
        ) throws -> ImportStage.Report {
            var request = ImportStage.Request(sources: [source.url.path])
            change(&request)
            return try ImportStage(dataset: fixture.dataset).run(request)
        }

        func failures() throws -> [ImportFailure.Code] {
            try fixture.dataset.failures().map(\.code)
        }
    }

    @Test func `a file that was renamed is the same picture`() throws {
        let set = try Imported()
        let before = try set.fixture.dataset.samples()
        try FileManager.default.createDirectory(
            atPath: set.path("deep"),
            withIntermediateDirectories: true
        )
        try FileManager.default.moveItem(
            atPath: set.path("2.jpg"),
            toPath: set.path("deep/two.jpg")
        )
        let report = try set.again()
        #expect(report.moved == 1 && report.imported == 0 && report.vanished == 0)
        let after = try set.fixture.dataset.samples()
        #expect(after.map(\.id) == before.map(\.id) && after.map(\.sha256) == before.map(\.sha256))
        #expect(after.map { $0.path.hasSuffix("deep/two.jpg") }.contains(true))
        #expect(try VerifyStage(dataset: set.fixture.dataset).run().problems.isEmpty)
        let third = try set.again()
        #expect(third.unchanged == 5 && third.moved == 0)
    }

    @Test func `names that were exchanged or passed on are followed`() throws {
        let set = try Imported()
        let files = FileManager.default
        func number(_ photo: Int) throws -> String {
            let digest = ContentDigest(of: try Fixtures.bytes("photos/IMG_000\(photo).jpg"))
            let sample = try set.fixture.dataset.samples().first { $0.sha256 == digest }
            return URL(filePath: try #require(sample).path).lastPathComponent
        }
        // 1 and 2 take each other's names; 3 passes its name to 4, which passes its own to 5.
        for (from, to) in [
            ("1", "x"), ("2", "1"), ("x", "2"), ("5", "six"), ("4", "5"), ("3", "4"),
        ] {
            try files.moveItem(atPath: set.path("\(from).jpg"), toPath: set.path("\(to).jpg"))
        }
        try set.source.write(try Fixtures.bytes("photos/IMG_0008.jpg"), to: "3.jpg")
        let ids = try set.fixture.dataset.samples().map(\.id)
        #expect(try set.again { $0.dryRun = true }.changed == 5)
        let report = try set.again()
        #expect(report.moved == 5 && report.imported == 1)
        #expect(report.changed == 0 && report.vanished == 0 && report.failed == 0)
        #expect(try (1...5).map(number) == ["2.jpg", "1.jpg", "4.jpg", "5.jpg", "six.jpg"])
        #expect(try number(8) == "3.jpg")
        #expect(try set.fixture.dataset.samples().map(\.id).starts(with: ids))
        #expect(try VerifyStage(dataset: set.fixture.dataset).run().problems.isEmpty)
        #expect(try set.again().unchanged == 6)
    }

    @Test func `pictures that are renumbered after one was deleted are followed`() throws {
        let set = try Imported()
        try FileManager.default.removeItem(atPath: set.path("1.jpg"))
        for number in 2...5 {
            try FileManager.default.moveItem(
                atPath: set.path("\(number).jpg"),
                toPath: set.path("\(number - 1).jpg")
            )
        }
        let before = try set.fixture.dataset.samples()
        let report = try set.again()
        #expect(report.moved == 4 && report.vanished == 1 && report.imported == 0)
        #expect(report.changed == 0)
        let after = try set.fixture.dataset.samples()
        #expect(after.map(\.sha256) == before.map(\.sha256))
        #expect(after.dropFirst().map(\.path) == before.dropLast().map(\.path))
        #expect(try set.failures() == [.missing])
        #expect(try VerifyStage(dataset: set.fixture.dataset).run().problems.isEmpty)
        // The first one comes back under a new name.
        try set.source.write(try Fixtures.bytes("photos/IMG_0001.jpg"), to: "back.jpg")
        let third = try set.again()
        #expect(third.moved == 1 && third.unchanged == 4 && third.vanished == 0)
        #expect(try set.failures().isEmpty)
    }

    @Test func `a picture whose copy is kept can be moved, too`() throws {
        let set = try Imported(copy: true)
        try FileManager.default.moveItem(atPath: set.path("2.jpg"), toPath: set.path("two.jpg"))
        let report = try set.again { $0.copy = true }
        #expect(report.moved == 1 && report.imported == 0 && report.vanished == 0)
    }

    @Test func `what a second import finds wrong again stays listed`() throws {
        let set = try Imported()
        try FileManager.default.createSymbolicLink(
            atPath: set.path("dead.jpg"),
            withDestinationPath: "nowhere.jpg"
        )
        let list = try set.source.write(Array("6.jpg\n1.jpg\n../up.jpg\n".utf8), to: "l.lst").path
        for _ in 0..<3 {
            #expect(try set.again().failed == 1)
            #expect(try set.again { $0.sources = [list] }.failed == 2)
            #expect(Set(try set.failures()) == [.missing, .outsideRoot, .unreadable])
        }
    }

    @Test func `a file that vanished is listed until it is back`() throws {
        let set = try Imported()
        let bytes = try Fixtures.bytes("photos/IMG_0003.jpg")
        try FileManager.default.removeItem(atPath: set.path("3.jpg"))
        #expect(try set.again { $0.dryRun = true }.vanished == 1)
        #expect(try set.failures().isEmpty)
        let report = try set.again()
        #expect(report.vanished == 1 && report.failed == 0 && report.unchanged == 4)
        #expect(try set.failures() == [.missing])
        #expect(try set.fixture.dataset.samples().count == 5)
        try set.source.write(bytes, to: "3.jpg")
        #expect(try set.again().unchanged == 5)
        #expect(try set.failures().isEmpty)
    }

    @Test func `a file with another date and the same bytes is unchanged`() throws {
        let set = try Imported()
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)],
            ofItemAtPath: set.path("1.jpg")
        )
        #expect(try set.again().unchanged == 5)
        #expect(try set.failures().isEmpty)
    }

    @Test func `a file that holds another picture is listed, and the old one stays`() throws {
        let set = try Imported()
        let old = try Fixtures.bytes("photos/IMG_0004.jpg")
        try set.source.write(try Fixtures.bytes("photos/IMG_0009.jpg"), to: "4.jpg")
        let report = try set.again()
        #expect(report.changed == 1 && report.unchanged == 4 && report.imported == 0)
        #expect(try set.failures() == [.changed])
        #expect(
            try set.fixture.dataset.samples().contains { $0.sha256 == ContentDigest(of: old) }
        )
        try set.source.write(old, to: "4.jpg")
        #expect(try set.again().unchanged == 5)
        #expect(try set.failures().isEmpty)
    }

    @Test func `a broken file that was deleted is forgotten, and one that was mended comes in`()
        throws
    {
        let set = try Imported()
        try set.source.write(Array("no picture".utf8), to: "bad.jpg")
        try set.source.write(Array("no picture either".utf8), to: "worse.jpg")
        #expect(try set.again().failedByCode == ["not-an-image": 2])
        try FileManager.default.removeItem(atPath: set.path("bad.jpg"))
        try set.source.write(try Fixtures.bytes("photos/IMG_0008.jpg"), to: "worse.jpg")
        let report = try set.again()
        #expect(report.imported == 1 && report.failed == 0)
        #expect(try set.failures().isEmpty)
    }

    @Test func `with copies the data set needs its sources no more`() throws {
        let set = try Imported(copy: true)
        try FileManager.default.removeItem(at: set.source.url)
        let report = try EmbedStage(dataset: set.fixture.dataset).run(.descriptor)
        #expect(report.embedded == 5 && report.failed == 0)
    }

    @Test func `copies can be made later, and one that is damaged is found and made anew`() throws {
        let set = try Imported()
        #expect(try set.again { $0.copy = true }.unchanged == 5)
        let folder = set.fixture.dataset.folder.appending(path: "copies")
        let copies = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.count > 60 }
        #expect(copies.count == 5)
        let verify = VerifyStage(dataset: set.fixture.dataset)
        #expect(try verify.run().ok)
        try Data().write(to: folder.appending(path: copies[0]))
        #expect(try verify.run().problems.count == 1)
        try set.again { $0.copy = true }
        #expect(try verify.run().ok)
    }

    @Test func `a picture that is lost ends an export, or is left out and named`() throws {
        let set = try Imported()
        let dataset = set.fixture.dataset
        _ = try EmbedStage(dataset: dataset).run(.descriptor)
        _ = try ClusterStage(dataset: dataset).run()
        _ = try ReplayStage(dataset: dataset).run(
            answers: PipelineFixture.answers,
            reviewer: "r",
            target: 1
        )
        let version = try VersionStage(dataset: dataset).commit(message: "m", author: "t")
        let digest = ContentDigest(of: try Fixtures.bytes("photos/IMG_0003.jpg"))
        try FileManager.default.removeItem(atPath: set.path("3.jpg"))
        var request = ExportStage.Request(
            version: version,
            folder: set.source.url.appending(path: "out").path,
            format: "webdataset",
            split: "train=0.6,val=0.4",
            seed: 0,
            groupBy: nil,
            overwrite: true
        )
        let stage = ExportStage(dataset: dataset)
        #expect(throws: CurationError.self) { try stage.run(request) }
        request.skipMissing = true
        let report = try stage.run(request)
        #expect(report.leftOut == [set.path("3.jpg")])
        #expect(report.splits.values.reduce(0, +) == 4)
        let manifest = try String(contentsOfFile: report.manifest, encoding: .utf8)
        #expect(manifest.contains("left_out") && manifest.contains(digest.hex))
        #expect(try ExportVerifyStage().run(request.folder).ok)
    }

    @Test func `vectors of the same pass are those of a pass of their own`() throws {
        let photos = try PipelineFixture.photos(20)
        let one = try PipelineFixture()
        let request = ImportStage.Request(sources: photos)
        let report = try ImportStage(dataset: one.dataset).run(request, embedding: .descriptor)
        #expect(report.embedded == 20)
        #expect(try EmbedStage(dataset: one.dataset).run(.descriptor).skipped == 20)
        let two = try PipelineFixture(sources: photos)
        #expect(try EmbedStage(dataset: two.dataset).run(.descriptor).embedded == 20)
        let folders = [one, two].map { $0.dataset.folder.appending(path: "features") }
        let files = try folders.map { folder in
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
                try Data(contentsOf: folder.appending(path: $0))
            }
        }
        #expect(files[0] == files[1] && !files[0].isEmpty)
    }

    @Test func `a second import waits a moment, then says that the data set is busy`() throws {
        let set = try Imported()
        let lock = FileHandle(
            forUpdatingAtPath: set.fixture.dataset.folder.appending(path: "import.lock").path
        )
        let held = try #require(lock)
        try #require(flock(held.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
        let clock = ContinuousClock()
        let start = clock.now
        #expect {
            try set.again()
        } throws: { error in
            if case .busy(let text)? = error as? CurationError {
                text.contains("another import")
            } else {
                false
            }
        }
        #expect(clock.now - start < .seconds(5))
        try held.close()
        #expect(try set.again().unchanged == 5)
    }
}
