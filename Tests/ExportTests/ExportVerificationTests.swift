import CurationCore
import Export
import Foundation
import TestKit
import Testing

@Suite struct ExportVerificationTests {
    @Test(arguments: 0..<100 as Range<UInt64>)
    func `every flipped bit of a shard is found`(seed: UInt64) throws {
        let samples = try Samples(2)
        try samples.export()
        let shard = URL(filePath: samples.output() + "/val-000000.tar")
        var bytes = try Data(contentsOf: shard)
        var generator = SeededGenerator(seed: seed)
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] ^= UInt8(1) << (seed % 8)
        try bytes.write(to: shard)
        #expect(try !ExportVerification(path: samples.output()).problems.isEmpty, "byte \(place)")
    }

    @Test func `a cut tail, a missing, an extra and a swapped file are named`() throws {
        let samples = try Samples(23)
        try samples.export()
        let (path, files) = (samples.output(), FileManager.default)
        let cut = URL(filePath: path + "/test-000000.tar")
        try Data(contentsOf: cut).dropLast(700).write(to: cut)
        try files.removeItem(atPath: path + "/test-000001.tar")
        try samples.folder.write([1], to: "out/extra.bin")
        try files.moveItem(atPath: path + "/val-000000.tar", toPath: path + "/keep")
        try files.moveItem(atPath: path + "/val-000001.tar", toPath: path + "/val-000000.tar")
        try files.moveItem(atPath: path + "/keep", toPath: path + "/val-000001.tar")
        let problems = try ExportVerification(path: path).problems.joined(separator: "\n")
        #expect(problems.contains("test-000000.tar is not a whole tar archive"))
        #expect(problems.contains("test-000001.tar is missing"))
        #expect(problems.contains("extra.bin is not in the manifest"))
        #expect(problems.contains("val-000000.tar has other bytes"))
        #expect(problems.contains("val-000001.tar has other bytes"))
        #expect(!problems.contains("train-"))
    }

    @Test func `a sample in two splits and copies in two splits are found`() throws {
        let samples = try Samples(3)
        let split: [Split] = [.train, .test, .test]
        let records = zip(samples.samples, split).map {
            ExportRecord(sample: $0, labels: [], split: $1, group: "0123456789abcdef")
        }
        let folder = try ExportFolder(at: samples.output(), overwrite: false)
        let writer = ShardWriter(folder: folder, categories: [], limits: ShardLimits())
        var files = try writer.write(records, embedding: { _ in nil }, progress: { _ in true })
        let copy = try Data(contentsOf: URL(filePath: Self.staged(samples, "train-000000.tar")))
        files.append(
            try folder.writeFile("val-000000.tar", samples: 1, split: .validation) {
                file throws(ExportError) in try file.append(Array(copy))
            }
        )
        try folder.finish(Samples.manifest(of: files))
        let problems = try ExportVerification(path: samples.output()).problems
        let key = samples.samples[0].sha256.hex.prefix(32)
        #expect(problems.contains("val-000000.tar: sample \(key) is in train and in val"))
        #expect(problems.contains("val-000000.tar: sample \(key) says it is in split 'train'"))
        #expect(problems.contains { $0.hasPrefix("copies of one picture") })
    }

    @Test(arguments: [
        "../x.tar", "/etc/passwd", "a/../../b", "a//b", "", ".", "a\\b", ".hidden", "a\u{0}b",
        "a b",
    ])
    func `a manifest that names a file outside is refused`(name: String) throws {
        let samples = try Samples(1)
        let manifest = try samples.export()
        var escaped: [UInt8] = []
        CanonicalJSON.quote(name, into: &escaped)
        let text = String(decoding: manifest.bytes, as: UTF8.self).replacingOccurrences(
            of: "\"val-000000.tar\"",
            with: String(decoding: escaped, as: UTF8.self)
        )
        try samples.folder.write(Array(text.utf8), to: "out/manifest.json")
        let problems = try ExportVerification(path: samples.output()).problems
        #expect(problems.count == 1)
        #expect(problems.first?.contains("is not a path in the export") == true)
    }

    @Test(arguments: ["", "{}", "[[[[", String(repeating: "[", count: 100_000), "\u{0}"])
    func `a damaged manifest is a problem`(text: String) throws {
        let samples = try Samples(1)
        try samples.export()
        try samples.folder.write(Array(text.utf8), to: "out/manifest.json")
        let problems = try ExportVerification(path: samples.output()).problems
        #expect(problems.first?.contains("is not a manifest of an export") == true)
    }

    @Test func `a folder without manifest is a problem, and no folder an error`() throws {
        let samples = try Samples(1)
        #expect(throws: ExportError.self) { try ExportVerification(path: samples.output()) }
        try samples.folder.write([1], to: "out/a.txt")
        #expect(try ExportVerification(path: samples.output()).problems.count == 1)
    }

    @Test func `a manifest is read back as written`() throws {
        let samples = try Samples(5)
        let manifest = try samples.export()
        #expect(try ShardManifest(inFolder: samples.output()) == manifest)
    }

    private static func staged(_ samples: Samples, _ name: String) -> String {
        samples.output() + "/.winnow-export/" + name
    }
}
