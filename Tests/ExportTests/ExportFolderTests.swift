import CurationCore
import Export
import Foundation
import TestKit
import Testing

@Suite struct ExportFolderTests {
    @Test func `a folder with other files is refused and left alone`() throws {
        let samples = try Samples(2)
        try samples.folder.write([1], to: "out/mine.txt")
        let path = samples.output()
        #expect(throws: ExportError.folderNotEmpty(path: path, holdsExport: false)) {
            try samples.export()
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: path) == ["mine.txt"])
    }

    @Test func `a whole export is only replaced when told, and then whole`() throws {
        let samples = try Samples(20)
        try samples.export(limits: ShardLimits(samples: 1))
        let path = samples.output()
        #expect(throws: ExportError.folderNotEmpty(path: path, holdsExport: true)) {
            try samples.export()
        }
        try samples.export(overwrite: true)
        #expect(try ExportVerification(path: path).problems == [])
    }

    @Test func `what a killed export left behind is cleared`() throws {
        let samples = try Samples(6)
        try samples.export(to: "whole")
        // Killed while names were given: some shards have theirs, the manifest not yet.
        let (whole, path) = (samples.output("whole"), samples.output())
        let files = FileManager.default
        try files.createDirectory(
            atPath: path + "/.winnow-export",
            withIntermediateDirectories: true
        )
        try files.copyItem(atPath: whole + "/train-000000.tar", toPath: path + "/train-000000.tar")
        try files.copyItem(
            atPath: whole + "/manifest.json",
            toPath: path + "/.winnow-export/manifest.json"
        )
        try samples.folder.write([9], to: "out/.winnow-export/test-000000.tar")
        try samples.export()
        #expect(try ShardWriterTests.contents(path) == ShardWriterTests.contents(whole))
    }

    @Test func `two exports to one folder do not mix`() throws {
        let samples = try Samples(1)
        let path = samples.output()
        let first = try ExportFolder(at: path, overwrite: false)
        #expect(throws: ExportError.folderBusy(path: path)) {
            try ExportFolder(at: path, overwrite: false)
        }
        try first.finish(Samples.manifest(of: []))
    }

    @Test func `overwriting replaces a former export and nothing else`() throws {
        let samples = try Samples(2)
        let path = samples.output()
        try samples.folder.write([1], to: "out/mine.txt")
        #expect(throws: ExportError.folderNotEmpty(path: path, holdsExport: false)) {
            try ExportFolder(at: path, overwrite: true)
        }
        try FileManager.default.removeItem(atPath: path)
        try ExportFolder(at: path, overwrite: false).finish(Samples.manifest(of: []))
        let name = ImageCopies.path(of: samples.records[0])
        try samples.folder.write([2], to: "out/\(name)")
        let folder = try ExportFolder(at: path, overwrite: true)
        let copies = try ImageCopies.write(samples.records, into: folder) { _ in true }
        #expect(throws: ExportError.self) {
            try folder.finish(Samples.manifest(of: copies, format: .csv))
        }
        #expect(FileManager.default.contents(atPath: "\(path)/\(name)") == Data([2]))
    }

    @Test func `a link in the place of a folder is not followed`() throws {
        let samples = try Samples(2)
        try samples.folder.write([1], to: "elsewhere/mine.txt")
        let path = samples.output()
        let files = FileManager.default
        try ExportFolder(at: path, overwrite: false).finish(Samples.manifest(of: []))
        let target = samples.output("elsewhere")
        try files.createSymbolicLink(atPath: path + "/images", withDestinationPath: target)
        let folder = try ExportFolder(at: path, overwrite: true)
        let copies = try ImageCopies.write(samples.records, into: folder) { _ in true }
        #expect(throws: ExportError.self) {
            try folder.finish(Samples.manifest(of: copies, format: .csv))
        }
        #expect(try files.contentsOfDirectory(atPath: target) == ["mine.txt"])
    }

    @Test(arguments: [5, 4])
    func `copies of images and an annotation file are an export`(listed: Int) throws {
        let samples = try Samples(5)
        let records = samples.samples.map {
            ExportRecord(sample: $0, labels: [], split: .train, group: nil)
        }
        let folder = try ExportFolder(at: samples.output(), overwrite: false)
        var files = try ImageCopies.write(records, into: folder) { _ in true }
        files.append(
            try folder.writeFile("train.csv", samples: listed, split: .train) {
                file throws(ExportError) in try file.append([65])
            }
        )
        try folder.finish(Samples.manifest(of: files, format: .csv))
        let verification = try ExportVerification(path: samples.output())
        #expect(verification.problems == (listed == 5 ? [] : ["train has 5 images for 4 samples"]))
        #expect(verification.filesChecked == 6)
    }
}
