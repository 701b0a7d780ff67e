import CurationCore
import Imaging
import TestKit
import Testing

@Suite struct JPEGQualityTests {
    private static func file(quality: Int) -> [UInt8] {
        JPEGEncoder.encode(SyntheticPictures.blots(24, 16, seed: 1), quality: quality)
    }

    @Test(arguments: 1...100)
    func `the quality that a file was saved with is found`(quality: Int) {
        #expect(JPEGQuality.estimate(of: Self.file(quality: quality)) == quality)
    }

    @Test func `tables of another program give the nearest quality`() throws {
        var file = Self.file(quality: 80)
        let table = try #require(Self.tableStart(file))
        // One step coarser or finer here and there.
        for index in stride(from: 0, to: 64, by: 9) { file[table + index] += 1 }
        let found = try #require(JPEGQuality.estimate(of: file))
        #expect((77...80).contains(found))
    }

    @Test func `tables of sixteen bits are read`() throws {
        let file = Self.file(quality: 60)
        let table = try #require(Self.tableStart(file))
        let wide = file[table..<(table + 64)].flatMap { [0, $0] as [UInt8] }
        let segment: [UInt8] = [0xFF, 0xDB, 0, 131, 0x10] + wide
        #expect(JPEGQuality.estimate(of: [0xFF, 0xD8] + segment + file[2...]) == 60)
    }

    @Test func `a table that comes second in its segment is found`() throws {
        let file = Self.file(quality: 33)
        let table = try #require(Self.tableStart(file))
        let other = [UInt8](repeating: 1, count: 64)
        let segment: [UInt8] = [0xFF, 0xDB, 0, 132, 1] + other + [0] + file[table..<(table + 64)]
        #expect(JPEGQuality.estimate(of: [0xFF, 0xD8] + segment + [0xFF, 0xDA, 0, 2]) == 33)
    }

    @Test func `a file without a whole table has no quality`() {
        let file = Self.file(quality: 50)
        #expect(JPEGQuality.estimate(of: Array(file.prefix(30))) == nil)
        let short: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 10, 0, 1, 1, 1, 1, 1, 1, 1]
        #expect(JPEGQuality.estimate(of: short) == nil)
        #expect(JPEGQuality.estimate(of: []) == nil)
    }

    @Test func `other formats have no quality`() throws {
        #expect(JPEGQuality.estimate(of: try Fixtures.bytes("images/basn2c16.png")) == nil)
    }

    /// Where the steps of the first table begin.
    private static func tableStart(_ file: [UInt8]) -> Int? {
        (2..<(file.count - 4)).first { file[$0] == 0xFF && file[$0 + 1] == 0xDB }.map { $0 + 5 }
    }
}
