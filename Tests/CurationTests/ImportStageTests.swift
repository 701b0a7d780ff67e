import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct ImportStageTests {
    private func run(
        _ fixture: PipelineFixture,
        _ request: ImportStage.Request
    ) throws -> ImportStage.Report {
        try ImportStage(dataset: fixture.dataset).run(request)
    }

    @Test func `importing again imports nothing twice`() throws {
        let fixture = try PipelineFixture()
        let request = ImportStage.Request(sources: [Fixtures.url("photos").path])
        let first = try run(fixture, request)
        #expect(first.found == 383 && first.imported == 379 && first.failed == 4)
        #expect(first.exactDuplicates == 6)
        let second = try run(fixture, request)
        #expect(second.imported == 0 && second.unchanged == 379 && second.failed == 4)
        #expect(try fixture.dataset.samples().count == 379)
        let retry = try run(
            fixture,
            ImportStage.Request(sources: [Fixtures.url("photos").path], retryFailed: true)
        )
        #expect(retry.failed == 4 && retry.imported == 0)
    }

    @Test func `every broken file is a failure with a remedy, or is marked as damaged`() throws {
        let fixture = try PipelineFixture()
        let hostile = Fixtures.url("hostile")
        let names = try FileManager.default.contentsOfDirectory(atPath: hostile.path)
        let report = try run(fixture, ImportStage.Request(sources: [hostile.path]))
        let failures = try fixture.dataset.failures()
        let samples = try fixture.dataset.samples()
        #expect(report.imported > 0 && report.damaged == report.imported)
        #expect(samples.allSatisfy { $0.damage != nil })
        #expect(failures.count + samples.count == names.count && names.count > 20)
        let metrics = try MeasureStage(dataset: fixture.dataset).run()
        let flagged = try #require(metrics.first { $0.name == "issue.truncated" })
        #expect(Set(flagged.samples) == Set(samples.map(\.id)))
        #expect(failures.allSatisfy { $0.message.contains(". ") && $0.message.count > 20 })
        #expect(failures.contains { $0.code == .tooLarge })
    }

    @Test func `what is no picture, no file or out of reach stops nothing`() throws {
        let fixture = try PipelineFixture()
        let folder = try TemporaryFolder()
        let photo = try Fixtures.bytes("photos/IMG_0001.jpg")
        try folder.write(photo, to: "good.jpg")
        try folder.write(photo, to: "a name with\na line feed, ü and 'quotes'.jpg")
        try folder.write([], to: "empty.jpg")
        try folder.write(Array("hello".utf8), to: "words")
        try folder.write(Array("x".utf8), to: "notes.txt")
        try folder.write(photo, to: ".hidden/secret.jpg")
        let root = folder.url.path
        let pipe = unsafe mkfifo("\(root)/pipe.jpg", 0o600)
        #expect(pipe == 0)
        let files = FileManager.default
        try files.createSymbolicLink(atPath: "\(root)/inside.jpg", withDestinationPath: "good.jpg")
        try files.createSymbolicLink(
            atPath: "\(root)/outside.jpg",
            withDestinationPath: "/etc/hostname"
        )
        try files.createSymbolicLink(atPath: "\(root)/nowhere.jpg", withDestinationPath: "gone.jpg")
        try files.createSymbolicLink(atPath: "\(root)/loop", withDestinationPath: ".")
        let report = try run(fixture, ImportStage.Request(sources: [root]))
        #expect(report.imported == 3 && report.exactDuplicates == 2)
        #expect(report.ignored == 3)
        let codes = try fixture.dataset.failures().map(\.code.rawValue).sorted()
        #expect(codes == ["not-an-image", "outside-root", "truncated", "unreadable"])
    }

    @Test func `a source that is not there is an error`() throws {
        let fixture = try PipelineFixture()
        #expect(throws: CurationError.self) {
            try run(fixture, ImportStage.Request(sources: ["/no/such/folder"]))
        }
    }

    @Test func `an empty folder is no error`() throws {
        let fixture = try PipelineFixture()
        let folder = try TemporaryFolder()
        #expect(try run(fixture, ImportStage.Request(sources: [folder.url.path])).found == 0)
    }

    @Test func `a dry run changes nothing`() throws {
        let fixture = try PipelineFixture()
        let report = try run(
            fixture,
            ImportStage.Request(sources: [Fixtures.url("photos").path], dryRun: true)
        )
        #expect(report.found == 383 && report.imported == 0)
        #expect(try fixture.dataset.samples().isEmpty)
        #expect(try fixture.dataset.failures().isEmpty)
    }

    @Test func `the folders of an image folder are the classes`() throws {
        let folder = try TemporaryFolder()
        for (index, name) in ["cat/1.jpg", "cat/2.jpg", "dog/deep/3.jpg"].enumerated() {
            try folder.write(try Fixtures.bytes("photos/IMG_000\(index + 1).jpg"), to: name)
        }
        for (kind, state) in [
            (ImportStage.LabelsAs.reviewed, LabelState.accepted), (.proposed, .proposed),
        ] {
            let fixture = try PipelineFixture()
            _ = try run(
                fixture,
                ImportStage.Request(
                    sources: [folder.url.path],
                    format: .imagefolder,
                    labelsAs: kind
                )
            )
            let labels = try fixture.dataset.annotations().values.flatMap(\.self)
            #expect(labels.map(\.label.category).sorted() == ["cat", "cat", "dog"])
            #expect(labels.allSatisfy { $0.state == state && $0.source == "import:imagefolder" })
        }
    }

    @Test func `a tree whose folders are no classes is not taken for an image folder`() throws {
        let fixture = try PipelineFixture()
        let request = ImportStage.Request(
            sources: [Fixtures.url("photos").path],
            format: .imagefolder,
            labelsAs: .reviewed
        )
        #expect(throws: CurationError.self) { try run(fixture, request) }
        #expect(try fixture.dataset.samples().isEmpty)
    }

    @Test func `a disk that takes no thumbnails stops the import`() throws {
        let fixture = try PipelineFixture()
        let thumbnails = fixture.dataset.folder.appending(path: "thumbnails")
        try FileManager.default.removeItem(at: thumbnails)
        try Data().write(to: thumbnails)
        let request = ImportStage.Request(sources: try PipelineFixture.photos(2))
        #expect(throws: CurationError.self) { try run(fixture, request) }
        #expect(try fixture.dataset.failures().isEmpty)
    }

    @Test func `a data set below the source is no source`() throws {
        let folder = try TemporaryFolder()
        try folder.write(try Fixtures.bytes("photos/IMG_0001.jpg"), to: "1.jpg")
        let dataset = try Dataset(
            creating: folder.url.appending(path: "winnow-dataset"),
            schema: LabelSchema(task: .classification, categories: [])
        )
        let request = ImportStage.Request(sources: [folder.url.path])
        #expect(try ImportStage(dataset: dataset).run(request).imported == 1)
        #expect(try ImportStage(dataset: dataset).run(request).found == 1)
        #expect(Dataset.nearest(to: folder.url)?.lastPathComponent == "winnow-dataset")
    }

    @Test func `names that differ only in how an accent is coded are two files`() throws {
        let folder = try TemporaryFolder()
        for (name, photo) in [("\u{E9}.jpg", "1"), ("e\u{301}.jpg", "2")] {
            try folder.write(try Fixtures.bytes("photos/IMG_000\(photo).jpg"), to: name)
        }
        let fixture = try PipelineFixture()
        let request = ImportStage.Request(sources: [folder.url.path])
        #expect(try run(fixture, request).imported == 2)
        #expect(try run(fixture, request).unchanged == 2)
    }

    @Test func `a huge file that is no picture is not read`() throws {
        let folder = try TemporaryFolder()
        for (name, start) in [("a.jpg", [0x00]), ("b.jpg", [0xFF, 0xD8, 0xFF])]
            as [(String, [UInt8])]
        {
            let url = try folder.write(start, to: name)
            let handle = try FileHandle(forWritingTo: url)
            try handle.truncate(atOffset: 3 << 30)
            try handle.close()
        }
        let fixture = try PipelineFixture()
        let report = try run(fixture, ImportStage.Request(sources: [folder.url.path]))
        #expect(report.failed == 2)
        #expect(try fixture.dataset.failures().map(\.code) == [.notAnImage, .tooLarge])
    }

    @Test func `an interrupted import keeps what is done and goes on from there`() throws {
        let fixture = try PipelineFixture()
        let interruption = Interruption()
        let stage = ImportStage(dataset: fixture.dataset, interruption: interruption) { _ in
            interruption.ask()
        }
        let request = ImportStage.Request(sources: [Fixtures.url("photos").path])
        #expect(throws: CancellationError.self) { try stage.run(request) }
        let kept = try fixture.dataset.samples().count
        #expect(kept > 0 && kept < 379)
        let rest = try run(fixture, request)
        #expect(rest.unchanged == kept && rest.imported == 379 - kept)
    }

    @Test func `upright size and pixels are kept for a turned photo`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Fixtures.url("images").path)
            .filter { $0.hasPrefix("orientation") && $0.hasSuffix("jpg") }.map {
                Fixtures.url("images/\($0)").path
            }
        try #require(names.count >= 8)
        let fixture = try PipelineFixture(sources: names)
        let sizes = Set(try fixture.dataset.samples().map { "\($0.width) x \($0.height)" })
        #expect(sizes.count == 1)
        let hashes = try fixture.dataset.samples().map(\.perceptualHash)
        #expect(hashes.allSatisfy { $0.distance(to: hashes[0]) <= 16 })
    }
}
