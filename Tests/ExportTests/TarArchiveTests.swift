import CurationCore
import Export
import Foundation
import TestKit
import Testing

@Suite struct TarArchiveTests {
    private static let names = [
        "plain.jpg", String(repeating: "n", count: 100), String(repeating: "m", count: 101),
        String(repeating: "folder/", count: 40) + "end.json", "grüße-日本語.png",
    ]

    @Test(arguments: names, [0, 1, 511, 512, 513, 5000])
    func `what is written is read back`(name: String, size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let archive = Self.member(name, bytes) + Self.member("second", [7]) + TarArchive.end
        let folder = try TemporaryFolder()
        let members = try Self.read(archive, in: folder)
        #expect(members.map(\.name) == [name, "second"])
        #expect(members.map(\.bytes) == [bytes, [7]])
    }

    @Test func `the system's tar lists and extracts the members`() throws {
        let folder = try TemporaryFolder()
        var archive: [UInt8] = []
        for (number, name) in Self.names.enumerated() {
            archive += Self.member(
                name,
                [UInt8](repeating: UInt8(number + 65), count: 600 + number)
            )
        }
        let file = try folder.write(archive + TarArchive.end, to: "a.tar")
        let listing = try Self.tar(["--utc", "--numeric-owner", "-tvf", file.path])
        for name in Self.names where !name.hasPrefix("gr") { #expect(listing.contains(name)) }
        #expect(listing.contains("-rw-r--r-- 0/0"))
        #expect(listing.contains("1970-01-01 00:00"))
        _ = try Self.tar(["-xf", file.path, "-C", folder.url.path])
        for (number, name) in Self.names.enumerated() {
            let content = Array(try Data(contentsOf: folder.url.appending(path: name)))
            #expect(content == [UInt8](repeating: UInt8(number + 65), count: 600 + number))
        }
    }

    @Test func `a size over eight gibibytes goes into a pax record`() {
        let header = TarArchive.header(name: "big", size: 8_589_934_592)
        #expect(header.count == 1536)
        #expect(
            String(decoding: header[512..<1024], as: UTF8.self).hasPrefix("19 size=8589934592\n")
        )
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `a damaged archive is refused or read, and never crashes`(seed: UInt64) throws {
        let whole = Self.member("grüße.json", Array("{}".utf8)) + Self.member("b.cls", [49])
        var archive = whole + TarArchive.end
        var generator = SeededGenerator(seed: seed)
        let place = Int.random(in: 0..<archive.count, using: &generator)
        if seed % 2 == 0 {
            archive[place] ^= UInt8(1) << (seed % 8)
        } else {
            archive.removeSubrange(place...)
        }
        let folder = try TemporaryFolder()
        do {
            let members = try Self.read(archive, in: folder)
            #expect(members.count == 2 && seed % 2 == 0, "seed \(seed), byte \(place)")
        } catch let error as ExportError {
            #expect(error.description.contains("not a whole tar archive"))
        }
    }

    @Test(arguments: ["1", "2", "5", "6", "L"])
    func `links, folders and devices are refused`(type: String) throws {
        var block = TarArchive.header(name: "a.jpg", size: 0)
        block[156] = Array(type.utf8)[0]
        block.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        block.replaceSubrange(148..<155, with: Array(("0" + sum + "\0").utf8))
        let folder = try TemporaryFolder()
        #expect(throws: ExportError.self) { try Self.read(block + TarArchive.end, in: folder) }
    }

    private static func member(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        TarArchive.header(name: name, size: bytes.count) + bytes
            + TarArchive.padding(after: bytes.count)
    }

    private static func read(
        _ archive: [UInt8],
        in folder: TemporaryFolder
    ) throws -> [TarReader.Member] {
        let file = try folder.write(archive, to: "read.tar")
        var reader = try TarReader(path: file.path)
        var members: [TarReader.Member] = []
        while let member = try reader.next() { members.append(member) }
        #expect(reader.digest() == ContentDigest(of: archive))
        return members
    }

    private static func tar(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["tar"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self)
    }
}
