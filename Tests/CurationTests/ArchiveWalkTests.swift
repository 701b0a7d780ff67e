import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct ArchiveWalkTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Found {
        var names: [String] = []
        var failures: [ImportFailure] = []
        var ignored = 0
    }

    private func walk(_ bytes: [UInt8], isShard: Bool = false) throws -> Found {
        let path = try folder.write(bytes, to: "archive").path
        var walk = ArchiveWalk(path: path, isShard: isShard)
        var found = Found()
        while let step = walk.next() {
            switch step {
            case .picture(let picture):
                #expect(picture.path == "\(path)!/\(picture.place.member)")
                #expect(picture.bytes == HostileTree.picture && picture.place.file == path)
                found.names.append(picture.place.member)
            case .failure(let failure): found.failures.append(failure)
            }
        }
        found.ignored = walk.ignored
        return found
    }

    private func member(_ name: String, type: Unicode.Scalar = "0") -> MemberBytes {
        var member = MemberBytes(name, type == "0" ? HostileTree.picture : [])
        member.type = UInt8(ascii: type)
        member.target = Array("/etc/passwd".utf8)
        return member
    }

    @Test func `pictures, and what is none, are told apart`() throws {
        let words = MemberBytes("words.jpg", Array("hello".utf8))
        let members = [
            member("a.jpg"), member("notes.txt"), member("inner.zip"), member(".hidden/b.jpg"),
            member("d/", type: "5"), member("link.jpg", type: "2"), member("hard.jpg", type: "1"),
            words, MemberBytes("empty.jpg", []), member("d/c.jpg"),
        ]
        let found = try walk(ArchiveBytes.tar(members))
        #expect(found.names == ["a.jpg", "d/c.jpg"] && found.ignored == 6)
        #expect(found.failures.map(\.code) == [.notAnImage, .truncated])
    }

    @Test func `of two members with one name the later one fails`() throws {
        let members = [member("a.jpg"), member("a.jpg"), member("A.jpg")]
        for bytes in [ArchiveBytes.tar(members), ArchiveBytes.zip(members)] {
            let found = try walk(bytes)
            #expect(found.names == ["a.jpg", "A.jpg"])
            #expect(found.failures.map(\.code) == [.duplicateName])
            #expect(found.failures[0].path.hasSuffix("!/a.jpg#2/"))
        }
    }

    @Test func `failures of members with one name are each about their own`() throws {
        let names = ["a.jpg", "a.jpg", "a.jpg#2", "a.jpg", "a.jpg#4", "n.txt", "b.jpg", "b.jpg"]
        let found = try walk(ArchiveBytes.tar(names.map { member($0) }))
        #expect(found.names == ["a.jpg", "a.jpg#2", "a.jpg#4", "b.jpg"])
        let ends = found.failures.map { $0.path.split(separator: "!/").last }
        #expect(ends == ["a.jpg#2/", "a.jpg#4/", "b.jpg#8/"])
    }

    @Test func `refused members of one name are each about their own`() throws {
        let names = ["../x.jpg", "../x.jpg", "../y.jpg", "../x.jpg"]
        let failures = try walk(ArchiveBytes.tar(names.map { member($0) })).failures
        #expect(failures.map(\.code) == Array(repeating: .outsideRoot, count: 4))
        let ends = failures.map { $0.path.split(separator: "!/").last }
        #expect(ends == ["../x.jpg", "../x.jpg#2/", "../y.jpg", "../x.jpg#4/"])
    }

    @Test func `what contradicts the checksum of gzip is one failure of the archive`() throws {
        var bytes = ArchiveBytes.gzip(ArchiveBytes.tar([member("a.jpg"), member("b.jpg")]))
        bytes[bytes.count - 6] ^= 4
        let found = try walk(bytes)
        #expect(found.names == ["a.jpg", "b.jpg"])
        #expect(found.failures.map(\.code) == [.corrupt])
        #expect(found.failures[0].path.hasSuffix("/archive"))
        #expect(found.failures[0].message.contains("may be damaged too"))
    }

    @Test func `only members that a walk reads may be pictures`() throws {
        let names = [
            "a.jpg", "no ending", "d/b.PNG", "n.txt", "a.json", ".h.jpg", ".d/a.jpg", "x.zip",
            "./c.jpg", "../e.jpg",
        ]
        let read = names.filter { ArchiveWalk.mayBePicture(Array($0.utf8)) }
        #expect(read == ["a.jpg", "no ending", "d/b.PNG", "./c.jpg", "../e.jpg"])
        let found = try walk(ArchiveBytes.tar(names.map { member($0) }))
        #expect(found.names == read.dropLast() && found.failures.count == 1)
    }

    @Test func `a member that is damaged or needs a password fails alone`() throws {
        let members = [member("a.jpg"), member("b.jpg")]
        var damaged = ArchiveBytes.zip(members)
        damaged[30 + 5 + 8] ^= 1
        let found = try walk(damaged)
        #expect(found.names == ["b.jpg"] && found.failures.map(\.code) == [.corrupt])
        let secret = try walk(ArchiveBytes.zip(members, isEncrypted: true))
        #expect(secret.names.isEmpty)
        #expect(secret.failures.map(\.code) == [.unsupported, .unsupported])
    }

    @Test func `an archive that ends early gives what it has and one failure`() throws {
        let whole = ArchiveBytes.tar((0..<1000).map { member("\($0).jpg") })
        // Of what is packed, some kilobytes before the end may be lost with it.
        for (bytes, least) in [
            (Array(whole.prefix(1024 * 500 + 700)), 500),
            (Array(ArchiveBytes.gzip(whole).prefix(1024 * 500)), 300),
        ] {
            let found = try walk(bytes)
            #expect(found.names == (0..<found.names.count).map { "\($0).jpg" })
            #expect((least...500).contains(found.names.count))
            #expect(found.failures.map(\.code) == [.truncated])
            #expect(found.failures[0].path.hasSuffix("/archive"))
            #expect(found.failures[0].message.contains("opy it again"))
        }
    }

    @Test func `what is no archive or not there is one failure`() throws {
        for bytes in [[], Array("hello".utf8), ArchiveBytes.gzip(Array("hello".utf8))] {
            let found = try walk(bytes)
            #expect(found.names.isEmpty && found.failures.count == 1)
        }
        var gone = ArchiveWalk(path: "/no/such.tar")
        guard case .failure(let failure) = gone.next() else {
            Issue.record("an archive that is not there is a failure")
            return
        }
        #expect(failure.code == .unreadable && gone.next() == nil)
    }

    @Test func `the files of one key are one sample in a shard`() throws {
        let names = ["a/0.jpg", "a/0.cls", "a/0.json", "a/0.seg.png", "a/1.png", "b/0.jpg", "x"]
        let found = try walk(ArchiveBytes.tar(names.map { member($0) }), isShard: true)
        #expect(found.names == ["a/0.jpg", "a/1.png", "b/0.jpg"] && found.ignored == 4)
        #expect(found.failures.isEmpty)
    }
}
