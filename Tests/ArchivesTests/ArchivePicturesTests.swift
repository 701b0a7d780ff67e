import Archives
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct ArchivePicturesTests {
    private static let members = (0..<200).map { index in
        MemberBytes("p/\(index).jpg", [UInt8](repeating: UInt8(index), count: 100 + index))
    }

    private func places(_ path: String) throws -> [(ArchivePlace, [UInt8])] {
        let reader = try ArchiveReader(path: path)
        var found: [(ArchivePlace, [UInt8])] = []
        while let member = try reader.next() {
            let place = ArchivePlace(
                file: path,
                member: PathText.text(of: member.name),
                offset: member.offset
            )
            found.append((place, try reader.read(limit: 1 << 20)))
        }
        return found
    }

    private static var kinds: [(name: String, bytes: [UInt8])] {
        let tar = ArchiveBytes.tar(members)
        return [
            ("a.tar", tar), ("a.tar.gz", ArchiveBytes.gzip(tar)),
            ("a.zip", ArchiveBytes.zip(members)),
        ]
    }

    @Test(arguments: 0..<3)
    func `members are read in any order, by many threads`(_ kind: Int) throws {
        let folder = try TemporaryFolder()
        let (name, bytes) = Self.kinds[kind]
        var expected = try places(try folder.write(bytes, to: name).path)
        try #require(expected.count == 200)
        var generator = SeededGenerator(seed: 1)
        expected.shuffle(using: &generator)
        let pictures = ArchivePictures(temporaryFolder: folder.url.path)
        let wanted = expected
        DispatchQueue.concurrentPerform(iterations: wanted.count) { index in
            let (place, bytes) = wanted[index]
            let found = try? pictures.bytes(of: place, size: bytes.count)
            #expect(found == bytes)
        }
        // What is unpacked has no name, so it is gone with the process.
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [name])
    }

    @Test func `archives that were put away are opened again`() throws {
        let folder = try TemporaryFolder()
        let all = try (0..<5).flatMap { index in
            try places(try folder.write(Self.kinds[index % 3].bytes, to: "\(index)").path).prefix(3)
        }
        let pictures = ArchivePictures(mostOpen: 2, temporaryFolder: folder.url.path)
        for (place, bytes) in all + all.reversed() {
            #expect(try pictures.bytes(of: place, size: bytes.count) == bytes)
        }
    }

    @Test func `an archive that is gone or changed is an error that names it`() throws {
        let folder = try TemporaryFolder()
        for (name, bytes) in Self.kinds {
            let path = try folder.write(bytes, to: name).path
            let (place, content) = try places(path)[199]
            try FileManager.default.removeItem(atPath: path)
            let pictures = ArchivePictures(temporaryFolder: folder.url.path)
            let gone = #expect(throws: ArchivesError.self) {
                try pictures.bytes(of: place, size: content.count)
            }
            #expect(gone?.description.contains(path) == true)
            try folder.write(ArchiveBytes.tar([MemberBytes("x.jpg", [1])]), to: name)
            #expect(throws: ArchivesError.changed(path: path, member: place.member)) {
                try pictures.bytes(of: place, size: content.count)
            }
        }
    }

    @Test func `only what is wanted is unpacked, and damage leaves what came before`() throws {
        let folder = try TemporaryFolder()
        let whole = ArchiveBytes.gzip(ArchiveBytes.tar(Self.members))
        let path = try folder.write(Array(whole.prefix(whole.count / 2)), to: "a.tar.gz").path
        let wanted = ArchivePlace(file: path, member: "p/3.jpg")
        let other = ArchivePlace(file: path, member: "p/4.jpg")
        let pictures = ArchivePictures(temporaryFolder: folder.url.path) {
            $0 != Array("p/4.jpg".utf8)
        }
        #expect(try pictures.bytes(of: wanted, size: 103) == Self.members[3].bytes)
        #expect(throws: ArchivesError.changed(path: path, member: "p/4.jpg")) {
            try pictures.bytes(of: other, size: 104)
        }
    }

    @Test func `a place that the archive cannot have is an error`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(ArchiveBytes.tar(Self.members), to: "a.tar").path
        let pictures = ArchivePictures(temporaryFolder: folder.url.path)
        for (offset, size) in [(Int.max, 1), (512, .max), (512, -1), (-1, 1), (512, 1 << 40)] {
            let place = ArchivePlace(file: path, member: "p/0.jpg", offset: offset)
            #expect(throws: ArchivesError.changed(path: path, member: "p/0.jpg")) {
                try pictures.bytes(of: place, size: size)
            }
        }
    }

    @Test func `a folder that takes nothing is named`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(ArchiveBytes.zip(Self.members), to: "a.zip").path
        let pictures = ArchivePictures(temporaryFolder: "/no/such folder")
        let error = #expect(throws: ArchivesError.self) {
            try pictures.bytes(of: ArchivePlace(file: path, member: "p/0.jpg"), size: 100)
        }
        #expect(error?.description.contains("/no/such folder") == true)
    }
}
