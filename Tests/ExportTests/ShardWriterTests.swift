import CurationCore
import Export
import Foundation
import TestKit
import Testing

@Suite struct ShardWriterTests {
    @Test func `exporting twice, in any order, gives the same bytes`() throws {
        let samples = try Samples(23)
        try samples.export(to: "first")
        var generator = SeededGenerator(seed: 4)
        let shuffled = samples.records.shuffled(using: &generator).map {
            ExportRecord(
                sample: $0.sample,
                labels: $0.labels.reversed(),
                split: $0.split,
                group: $0.group
            )
        }
        try samples.export(to: "second", records: shuffled)
        #expect(
            try Self.contents(samples.output("first")) == Self.contents(samples.output("second"))
        )
    }

    @Test func `shards are numbered without gaps and hold at most the limit`() throws {
        let samples = try Samples(23)
        let manifest = try samples.export()
        #expect(
            manifest.files.map(\.path) == [
                "test-000000.tar", "test-000001.tar", "train-000000.tar", "train-000001.tar",
                "val-000000.tar", "val-000001.tar",
            ]
        )
        #expect(manifest.files.map(\.samples) == [4, 4, 4, 3, 4, 4])
        #expect(manifest.splits["val"]?.samples == 8)
        #expect(manifest.splits["val"]?.shards == 2)
    }

    @Test func `a shard ends before it has more bytes than allowed`() throws {
        let samples = try Samples(12)
        let manifest = try samples.export(limits: ShardLimits(bytes: 10_000))
        #expect(manifest.files.count > 3)
        #expect(manifest.files.allSatisfy { $0.bytes <= 10_000 })
    }

    @Test func `a sample has its image, class, labels and vector`() throws {
        let samples = try Samples(2)
        try samples.export()
        var reader = try TarReader(path: samples.output() + "/val-000000.tar")
        var members: [String: [UInt8]] = [:]
        while let member = try reader.next() { members[member.name] = member.bytes }
        let sample = samples.samples[0]
        let key = String(sample.sha256.hex.prefix(32))
        #expect(ContentDigest(of: members["\(key).jpg"] ?? []) == sample.sha256)
        #expect(members["\(key).cls"] == [UInt8(ascii: "1")])
        let array = try NpyArray(bytes: members["\(key).npy"] ?? [], path: "vector")
        #expect(array.values == [1, -0.5, 3])
        let text = String(decoding: members["\(key).json"] ?? [], as: UTF8.self)
        let annotations =
            #""annotations":[{"label":"dog","type":"classification"},"#
            + #"{"bbox":[1.5,2,10,0.1],"label":"dog","type":"box"}]"#
        #expect(
            text == "{\(annotations),\"cls\":1,\"file_name\":\"bild ü0.jpg\",\"height\":30,"
                + "\"sha256\":\"\(sample.sha256.hex)\",\"split\":\"val\",\"width\":40}"
        )
    }

    @Test(arguments: [0, 1])
    func `an empty or tiny version is a whole export`(count: Int) throws {
        let samples = try Samples(count)
        let manifest = try samples.export()
        #expect(manifest.files.count == count)
        let verification = try ExportVerification(path: samples.output())
        #expect(verification.problems == [])
        #expect(verification.samplesChecked == count)
    }

    @Test func `a changed image stops the export and leaves nothing`() throws {
        let samples = try Samples(6)
        let victim = samples.samples[3]
        try Data([1, 2, 3]).write(to: URL(filePath: victim.path))
        let error = #expect(throws: ExportError.self) { try samples.export() }
        let found = ContentDigest(of: [1, 2, 3])
        #expect(error == .changedImage(path: victim.path, expected: victim.sha256, found: found))
        #expect(try Self.contents(samples.output()).isEmpty)
    }

    @Test func `a label outside the schema and the same bytes twice are refused`() throws {
        let samples = try Samples(1)
        func record(_ name: String) -> ExportRecord {
            ExportRecord(
                sample: samples.samples[0],
                labels: [.classification(category: name)],
                split: .train,
                group: nil
            )
        }
        let path = samples.samples[0].path
        #expect(throws: ExportError.unknownCategory(name: "cow", path: path)) {
            try samples.export(records: [record("cow")])
        }
        #expect(throws: ExportError.duplicateContent(paths: [path, path])) {
            try samples.export(records: [record("cat"), record("dog")])
        }
    }

    /// Every file below a folder by its path.
    static func contents(_ path: String) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            found[name] = FileManager.default.contents(atPath: path + "/" + name)
        }
        return found
    }
}
