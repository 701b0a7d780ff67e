import Archives
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct ArchiveReaderTests {
    private static let members = [
        MemberBytes("a.jpg", Array("first".utf8)),
        MemberBytes("folder/b.jpg", [UInt8](repeating: 7, count: 5000)),
        MemberBytes("empty.jpg", []),
        MemberBytes(String(repeating: "long/", count: 60) + "c.jpg", Array("third".utf8)),
    ]

    private func read(_ path: String) throws -> [(ArchiveMember, [UInt8])] {
        let reader = try ArchiveReader(path: path)
        var found: [(ArchiveMember, [UInt8])] = []
        while let member = try reader.next() {
            found.append((member, try reader.read(limit: 1 << 20)))
        }
        return found
    }

    private func expectMembers(_ found: [(ArchiveMember, [UInt8])]) {
        #expect(found.map(\.0.name) == Self.members.map(\.name))
        #expect(found.map(\.1) == Self.members.map(\.bytes))
        #expect(found.allSatisfy { $0.0.kind == .file && $0.0.size == $0.1.count })
    }

    @Test(arguments: [ArchiveBytes.TarNames.gnu, .pax])
    func `a member of a plain tar lies where its offset says`(_ names: ArchiveBytes.TarNames) throws
    {
        let folder = try TemporaryFolder()
        let tar = ArchiveBytes.tar(Self.members, names: names)
        let found = try read(try folder.write(tar, to: "a.tar").path)
        expectMembers(found)
        for (member, bytes) in found {
            let offset = try #require(member.offset)
            #expect(Array(tar[offset..<(offset + bytes.count)]) == bytes)
            #expect(member.modifiedAt == 1_700_000_000)
        }
    }

    @Test func `what is compressed has no offset`() throws {
        let folder = try TemporaryFolder()
        let tar = ArchiveBytes.gzip(ArchiveBytes.tar(Self.members))
        let zip = ArchiveBytes.zip(Self.members)
        for (name, bytes) in [("a.tar.gz", tar), ("a.zip", zip), ("no-ending", zip)] {
            let found = try read(try folder.write(bytes, to: name).path)
            expectMembers(found)
            #expect(found.allSatisfy { $0.0.offset == nil })
        }
    }

    @Test(arguments: ["ustar", "gnu", "pax", "v7"])
    func `what the system's tar writes is read`(_ format: String) throws {
        let folder = try TemporaryFolder()
        let isLong = format == "gnu" || format == "pax"
        let name = String(repeating: "n", count: isLong ? 200 : 80) + ".jpg"
        var bytes: [UInt8] = []
        for index in 0..<70_000 { bytes.append(UInt8(truncatingIfNeeded: index &* 31)) }
        try folder.write(bytes, to: "in/\(name)")
        try folder.write([1, 2, 3], to: "in/z.jpg")
        for (option, file) in [("-cf", "a.tar"), ("-czf", "a.tar.gz")] {
            let path = folder.url.appending(path: file).path
            let tar = Process()
            tar.executableURL = URL(filePath: "/usr/bin/env")
            tar.arguments = [
                "tar", "--format=\(format)", option, path, "-C", folder.url.path, "in",
            ]
            try tar.run()
            tar.waitUntilExit()
            try #require(tar.terminationStatus == 0)
            let found = try read(path).filter { $0.0.kind == .file }
            let contents = Dictionary(uniqueKeysWithValues: found.map { ($0.0.name, $0.1) })
            #expect(
                contents == [Array("in/\(name)".utf8): bytes, Array("in/z.jpg".utf8): [1, 2, 3]]
            )
            for (member, bytes) in found where file == "a.tar" {
                let all = try Data(contentsOf: URL(filePath: path))
                let offset = try #require(member.offset)
                #expect(Array(all[offset..<(offset + bytes.count)]) == bytes)
            }
        }
    }

    @Test func `names are the bytes that were written, twins included`() throws {
        let folder = try TemporaryFolder()
        let names: [[UInt8]] = [
            Array("caf\u{E9}.jpg".utf8), Array("cafe\u{301}.jpg".utf8), [0xFF, 0x2E, 0x6A],
            Array("new\nline.jpg".utf8),
        ]
        let members = names.map { MemberBytes($0, [1]) }
        for (index, bytes) in [
            ArchiveBytes.tar(members), ArchiveBytes.tar(members, names: .pax),
            ArchiveBytes.zip(members),
        ].enumerated() {
            let path = try folder.write(bytes, to: "\(index)").path
            #expect(try read(path).map(\.0.name) == names, "\(index)")
        }
    }

    @Test func `links and devices are told from files`() throws {
        let folder = try TemporaryFolder()
        var members = [MemberBytes("file", [1])]
        for (type, name) in [("1", "hard"), ("2", "soft"), ("3", "device"), ("5", "folder/")] {
            var member = MemberBytes(name, [])
            member.type = Array(type.utf8)[0]
            member.target = Array("/etc/passwd".utf8)
            members.append(member)
        }
        let found = try read(try folder.write(ArchiveBytes.tar(members), to: "a.tar").path)
        #expect(found.map(\.0.kind) == [.file, .link, .link, .other, .folder])
        #expect(found.dropFirst().allSatisfy { $0.1.isEmpty })
    }

    @Test func `a tar cut anywhere gives what came before and then an error`() throws {
        let folder = try TemporaryFolder()
        let tar = ArchiveBytes.tar(Array(Self.members.prefix(2)))
        for end in stride(from: 1, to: 512 + 512 + 512 + 5000, by: 307) {
            let path = try folder.write(Array(tar[..<end]), to: "cut.tar").path
            let reader = try ArchiveReader(path: path)
            var names: [[UInt8]] = []
            #expect(throws: ArchivesError.self) {
                while let member = try reader.next() {
                    _ = try reader.read(limit: 1 << 20)
                    names.append(member.name)
                }
                // A cut between two members cannot be told from the end.
                if end == 1024 { throw ArchivesError.bomb(path: path) }
            }
            #expect(names.count == (end < 1024 ? 0 : 1), "\(end)")
            #expect(try reader.next() == nil)
        }
    }

    @Test func `damage in the middle ends the archive once`() throws {
        let folder = try TemporaryFolder()
        var tar = ArchiveBytes.tar(Self.members)
        for index in 1024..<1100 { tar[index] = 0x55 }
        let path = try folder.write(tar, to: "a.tar").path
        let reader = try ArchiveReader(path: path)
        #expect(try reader.next()?.name == Self.members[0].name)
        #expect(throws: ArchivesError.self) { try reader.next() }
        #expect(try reader.next() == nil)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `no bytes crash the reader or make it hang`(_ seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: seed)
        let kinds = [
            ArchiveBytes.tar(Self.members), ArchiveBytes.tar(Self.members, names: .pax),
            ArchiveBytes.zip(Self.members), ArchiveBytes.gzip(ArchiveBytes.tar(Self.members)),
        ]
        var bytes = kinds[Int(seed % 4)]
        for _ in 0..<Int.random(in: 1...20, using: &generator) {
            let place = Int.random(in: bytes.indices, using: &generator)
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
        }
        let reader = try ArchiveReader(path: try folder.write(bytes, to: "a").path)
        var steps = 0
        var isDone = false
        while !isDone, steps < 1000 {
            steps += 1
            do {
                if try reader.next() == nil {
                    isDone = true
                } else {
                    _ = try reader.read(limit: 1 << 20)
                }
            } catch {}
        }
        #expect(isDone)
    }

    @Test func `a member that is too large is passed over`() throws {
        let folder = try TemporaryFolder()
        for bytes in [ArchiveBytes.tar(Self.members), ArchiveBytes.zip(Self.members)] {
            let path = try folder.write(bytes, to: "a").path
            let reader = try ArchiveReader(path: path)
            _ = try reader.next()
            _ = try reader.next()
            #expect(throws: ArchivesError.memberTooLarge(path: path, limit: 4999)) {
                try reader.read(limit: 4999)
            }
            #expect(try reader.next()?.name == Self.members[2].name)
        }
    }

    @Test func `an archive that unpacks to too much is a bomb, also when it is skipped`() throws {
        let folder = try TemporaryFolder()
        let zeros = MemberBytes("zeros.jpg", [UInt8](repeating: 0, count: 1 << 20))
        try folder.write(ArchiveBytes.tar([zeros, zeros, zeros]), to: "a.tar")
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", folder.url.appending(path: "a.tar").path]
        try gzip.run()
        gzip.waitUntilExit()
        try #require(gzip.terminationStatus == 0)
        let path = folder.url.appending(path: "a.tar.gz").path
        var limits = ArchiveLimits()
        (limits.freeBytes, limits.ratio) = (1 << 20, 10)
        for isRead in [true, false] {
            let reader = try ArchiveReader(path: path, limits: limits)
            #expect(throws: ArchivesError.bomb(path: path)) {
                while try reader.next() != nil { if isRead { _ = try reader.read(limit: 1 << 22) } }
            }
        }
        limits.ratio = 5000
        let reader = try ArchiveReader(path: path, limits: limits)
        while try reader.next() != nil { #expect(try reader.read(limit: 1 << 22).count == 1 << 20) }
        (limits.ratio, limits.members) = (5000, 2)
        let counting = try ArchiveReader(path: path, limits: limits)
        #expect(throws: ArchivesError.bomb(path: path)) { while try counting.next() != nil {} }
    }

    @Test(arguments: [0, 5, 5000, 900_000])
    func `one wrong bit anywhere in gzip is found by its checksum`(_ size: Int) throws {
        let folder = try TemporaryFolder()
        let picture = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let whole = ArchiveBytes.gzip(ArchiveBytes.tar([MemberBytes("a.jpg", picture)]))
        // In the bytes of the picture, in the zeros after the end of the tar, and in the checksum.
        for place in [15 + 512 + size / 2, whole.count - 20, whole.count - 8, whole.count - 1]
        where place != 15 + 512 || size > 0 {
            var bytes = whole
            bytes[place] ^= 1
            let path = try folder.write(bytes, to: "a.tar.gz").path
            let error = #expect(throws: ArchivesError.self) { try read(path) }
            #expect(error?.description.contains("may be damaged too") == true, "\(place)")
            if case .corrupt = error { continue }
            Issue.record("\(place): \(String(describing: error))")
        }
        for end in [whole.count - 1, whole.count - 9] {
            let path = try folder.write(Array(whole[..<end]), to: "a.tar.gz").path
            let error = #expect(throws: ArchivesError.self) { try read(path) }
            #expect(error == .damaged(path: path, reason: "it ends early"))
        }
    }

    @Test func `several gzip files in one, and zeros after them, are one archive`() throws {
        let folder = try TemporaryFolder()
        let tar = ArchiveBytes.tar(Self.members)
        let parts = [tar[..<700], tar[700..<701], tar[701...]].flatMap {
            ArchiveBytes.gzip(Array($0))
        }
        let zeros = [UInt8](repeating: 0, count: 300_000)
        for end in [[], zeros] {
            expectMembers(try read(try folder.write(parts + end, to: "a.tar.gz").path))
        }
        for end in [zeros + [1], zeros + [0x1F, 0x8B], Array("x".utf8), [0x1F, 0x8B, 8]] {
            let path = try folder.write(parts + end, to: "a.tar.gz").path
            #expect(throws: ArchivesError.self) { try read(path) }
        }
    }

    @Test func `what follows the end of a packed tar is unpacked only up to the limit`() throws {
        let folder = try TemporaryFolder()
        let tar = ArchiveBytes.tar(Self.members) + [UInt8](repeating: 0, count: 3 << 20)
        let path = try folder.write(ArchiveBytes.gzip(tar), to: "a.tar.gz").path
        var limits = ArchiveLimits()
        (limits.freeBytes, limits.ratio) = (1 << 20, 0)
        let reader = try ArchiveReader(path: path, limits: limits)
        #expect(throws: ArchivesError.bomb(path: path)) { while try reader.next() != nil {} }
        #expect(try reader.next() == nil)
    }

    @Test func `a member that needs a password is marked`() throws {
        let folder = try TemporaryFolder()
        let zip = ArchiveBytes.zip([MemberBytes("a.jpg", [1, 2, 3])], isEncrypted: true)
        let reader = try ArchiveReader(path: try folder.write(zip, to: "a.zip").path)
        #expect(try reader.next()?.isEncrypted == true)
    }

    @Test func `a pipe or nothing is not waited for`() throws {
        let tree = try HostileTree()
        for name in ["pipe.jpg", "gone.tar", "sub"] {
            let path = tree.root.appending(path: name).path
            #expect(throws: ArchivesError.self) { try ArchiveReader(path: path) }
        }
    }

    @Test(arguments: [Int.max, .max - 1, .max - 1024, 1 << 62, 1 << 40])
    func `a size that no file has is damage`(_ size: Int) throws {
        let folder = try TemporaryFolder()
        var tar = ArchiveBytes.tar([MemberBytes("a.jpg", [1]), MemberBytes("b.jpg", [2])])
        // Large numbers stand in base 256 behind a mark; the sum is over spaces in its own place.
        let digits = (0..<8).map { UInt8(truncatingIfNeeded: size >> (56 - 8 * $0)) }
        tar.replaceSubrange(1024 + 124..<1024 + 136, with: [0x80, 0, 0, 0] + digits)
        tar.replaceSubrange(1024 + 148..<1024 + 156, with: Array("        ".utf8))
        let sum = String(tar[1024..<1536].reduce(0) { $0 + Int($1) }, radix: 8)
        tar.replaceSubrange(1024 + 148..<1024 + 155, with: Array("0\(sum)\0".utf8.suffix(7)))
        let reader = try ArchiveReader(path: try folder.write(tar, to: "a.tar").path)
        #expect(try reader.next()?.name == Array("a.jpg".utf8))
        #expect(throws: ArchivesError.self) { try reader.next() }
        #expect(try reader.next() == nil)
    }

    @Test func `limits may be as large as numbers are`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(ArchiveBytes.tar(Self.members), to: "a.tar").path
        var limits = ArchiveLimits()
        (limits.freeBytes, limits.ratio) = (.max, .max)
        let reader = try ArchiveReader(path: path, limits: limits)
        _ = try reader.next()
        #expect(try reader.read(limit: 1 << 20) == Self.members[0].bytes)
    }

    @Test func `what is no plain file is not even opened`() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.url.appending(path: "pipe").path
        // Opening the pipe for reading would let the writer go on.
        let writer = Process()
        writer.executableURL = URL(filePath: "/bin/sh")
        writer.arguments = ["-c", #"mkfifo "$1" && : > "$1""#, "sh", pipe]
        try writer.run()
        defer {
            writer.terminate()
            writer.waitUntilExit()
        }
        while !FileManager.default.fileExists(atPath: pipe) { Thread.sleep(forTimeInterval: 0.01) }
        Thread.sleep(forTimeInterval: 0.1)
        #expect(throws: ArchivesError.self) { try ArchiveReader(path: pipe) }
        Thread.sleep(forTimeInterval: 0.1)
        #expect(writer.isRunning)
    }
}
