import Curation
import CurationCore
import Foundation
import TestKit
import Testing

/// Pictures in archives, from import to export.
@Suite struct ImportArchiveTests {
    /// Packs photos of the fixtures with the system's tar.
    private static func archive(
        _ name: String,
        of photos: ClosedRange<Int>,
        in folder: TemporaryFolder
    ) throws -> String {
        for number in photos {
            try folder.write(
                try Fixtures.bytes("photos/IMG_000\(number).jpg"),
                to: "packed/\(number).jpg"
            )
        }
        let file = folder.url.appending(path: name).path
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments =
            ["tar", "-C", folder.url.path, name.hasSuffix("gz") ? "-czf" : "-cf", file]
            + photos.map { "packed/\($0).jpg" }
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        try FileManager.default.removeItem(at: folder.url.appending(path: "packed"))
        return file
    }

    @Test(arguments: ["a.tar", "a.tar.gz"])
    func `pictures in an archive are imported, embedded and exported`(name: String) throws {
        let folder = try TemporaryFolder()
        let file = try Self.archive(name, of: 1...6, in: folder)
        let fixture = try PipelineFixture(classes: ["a"])
        let dataset = fixture.dataset
        let request = ImportStage.Request(sources: [file])
        let report = try ImportStage(dataset: dataset).run(request)
        #expect(report.found == 6 && report.imported == 6 && report.failed == 0)
        let samples = try dataset.samples()
        #expect(samples.allSatisfy { $0.path.hasPrefix(file + "!/packed/") })
        #expect(samples.allSatisfy { ($0.archive?.offset == nil) == name.hasSuffix("gz") })
        let again = try ImportStage(dataset: dataset).run(request)
        #expect(again.unchanged == 6 && again.imported == 0 && again.pending == 0)
        #expect(try EmbedStage(dataset: dataset).run(.descriptor).embedded == 6)
        _ = try ClusterStage(dataset: dataset).run()
        _ = try ReplayStage(dataset: dataset).run(
            answers: PipelineFixture.answers,
            reviewer: "r",
            target: 1
        )
        let version = try VersionStage(dataset: dataset).commit(
            message: "m",
            author: "t",
            at: Timestamp(seconds: 1_800_000_000)
        )
        let target = folder.url.appending(path: "out").path
        let exported = try ExportStage(dataset: dataset).run(
            ExportStage.Request(
                version: version,
                folder: target,
                format: "coco",
                split: "train=1",
                seed: 0,
                groupBy: nil,
                overwrite: false
            )
        )
        #expect(exported.files.count { $0.path.hasPrefix("images/") } == 6)
    }

    @Test func `an archive that moved takes its pictures along, one that is cut says so`() throws {
        let folder = try TemporaryFolder()
        let file = try Self.archive("a.tar", of: 1...5, in: folder)
        let fixture = try PipelineFixture(sources: [file])
        let moved = folder.url.appending(path: "b.tar").path
        try FileManager.default.moveItem(atPath: file, toPath: moved)
        let stage = ImportStage(dataset: fixture.dataset)
        let report = try stage.run(ImportStage.Request(sources: [moved]))
        #expect(report.moved == 5 && report.imported == 0)
        #expect(try fixture.dataset.samples().allSatisfy { $0.archive?.file == moved })
        let whole = try Data(contentsOf: URL(filePath: moved))
        let cut = folder.url.appending(path: "cut.tar").path
        try whole.prefix(whole.count / 2).write(to: URL(filePath: cut))
        let second = try PipelineFixture()
        let part = try ImportStage(dataset: second.dataset).run(
            ImportStage.Request(sources: [cut])
        )
        #expect(part.imported > 0 && part.imported < 5 && part.failedByCode == ["truncated": 1])
    }

    @Test func `members of an archive that was packed anew are found where they are now`() throws {
        let folder = try TemporaryFolder()
        let file = try Self.archive("a.tar", of: 3...4, in: folder)
        let fixture = try PipelineFixture(sources: [file])
        _ = try Self.archive("a.tar", of: 1...4, in: folder)
        let report = try ImportStage(dataset: fixture.dataset).run(
            ImportStage.Request(sources: [file])
        )
        #expect(report.unchanged == 2 && report.imported == 2)
        let embedded = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        #expect(embedded.embedded == 4 && embedded.failed == 0)
    }

    @Test func `a folder that is called like an archive's members is told apart from it`() throws {
        let folder = try TemporaryFolder()
        let file = try Self.archive("a.tar", of: 1...2, in: folder)
        for name in ["1", "9"] {
            try folder.write(
                try Fixtures.bytes("photos/IMG_000\(name).jpg"),
                to: "a.tar!/packed/\(name).jpg"
            )
        }
        let fixture = try PipelineFixture(sources: [file + "!"])
        #expect(try fixture.dataset.samples().count == 2)
        for _ in 0..<2 {
            let report = try ImportStage(dataset: fixture.dataset).run(
                ImportStage.Request(sources: [file, file + "!"])
            )
            #expect(report.failedByCode == ["duplicate-name": 1] && report.vanished == 0)
        }
        #expect(try fixture.dataset.samples().count == 3)
    }

    @Test func `a member that is gone from its archive is listed as missing`() throws {
        let folder = try TemporaryFolder()
        let file = try Self.archive("a.tar", of: 1...4, in: folder)
        let fixture = try PipelineFixture(sources: [file])
        _ = try Self.archive("a.tar", of: 1...3, in: folder)
        let report = try ImportStage(dataset: fixture.dataset).run(
            ImportStage.Request(sources: [file])
        )
        #expect(report.unchanged == 3 && report.vanished == 1)
        #expect(try fixture.dataset.failures().map(\.code) == [.missing])
    }

    @Test func `labels of an archive that are asked for and not read are refused`() throws {
        let folder = try TemporaryFolder()
        let file = try Self.archive("a.tar", of: 1...2, in: folder)
        let fixture = try PipelineFixture()
        let stage = ImportStage(dataset: fixture.dataset)
        var request = ImportStage.Request(sources: [file], format: .imagefolder)
        request.labelsAs = .reviewed
        #expect(throws: CurationError.self) { try stage.run(request) }
        request.labelsAs = .ignored
        #expect(try stage.run(request).imported == 2)
    }

    @Test func `an archive inside a folder is passed over and counted`() throws {
        let folder = try TemporaryFolder()
        _ = try Self.archive("a.tar", of: 1...3, in: folder)
        let fixture = try PipelineFixture()
        let report = try ImportStage(dataset: fixture.dataset).run(
            ImportStage.Request(sources: [folder.url.path])
        )
        #expect(report.archivesPassed == 1 && report.found == 0)
    }
}
