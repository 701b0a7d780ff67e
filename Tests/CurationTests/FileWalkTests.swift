import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct FileWalkTests {
    private func walk(_ sources: String...) throws -> FileWalk {
        var walk = FileWalk()
        for source in sources { try walk.add(source) }
        return walk
    }

    private func link(_ path: URL, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: path.path,
            withDestinationPath: target
        )
    }

    @Test func `files are in the order of the bytes of their paths`() throws {
        let folder = try TemporaryFolder()
        let names = ["a/b.jpg", "a.jpg", "a-b.jpg", "B.jpg", "a/a/z.jpg", "\u{E9}.jpg", "a0.jpg"]
        for name in names { try folder.write([1, 2], to: name) }
        let found = try walk(folder.url.path)
        let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(found.files.map(\.relativePath) == sorted)
        #expect(found.files.allSatisfy { $0.bytes == 2 && $0.modifiedAt > 1e9 && !$0.isLink })
        #expect(found.files.map(\.path) == sorted.map { "\(folder.url.path)/\($0)" })
    }

    @Test func `what is no picture is counted`() throws {
        let folder = try TemporaryFolder()
        for name in ["a.jpg", "b.TXT", "c.tar.gz", "d.zip", ".hidden.jpg", ".git/e.jpg", "f"] {
            try folder.write([1], to: name)
        }
        let found = try walk(folder.url.path)
        #expect(found.files.map(\.relativePath) == ["a.jpg", "f"])
        #expect(found.ignored == 1 && found.archives.map(\.relativePath) == ["c.tar.gz", "d.zip"])
    }

    @Test func `a file that two sources name is found once`() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "a/b.jpg")
        let root = folder.url.path
        let found = try walk(root, "\(root)/a", "\(root)/./a//b.jpg")
        #expect(found.files.count == 1 && found.namedTwice == 2)
    }

    @Test func `links lead to files inside and nowhere else`() throws {
        let tree = try HostileTree()
        try link(tree.root.appending(path: "inside.jpg"), to: "sub/deep.jpg")
        try link(tree.root.appending(path: "loop"), to: ".")
        let found = try walk(tree.root.path)
        #expect(found.files.filter(\.isLink).map(\.relativePath) == ["inside.jpg"])
        let codes = Dictionary(grouping: found.failures, by: \.code).mapValues(\.count)
        // Out, chain, chain2, absolute; dead and circle. The links to folders and the pipe are
        // counted.
        #expect(codes == [.outsideRoot: 4, .unreadable: 2])
        #expect(found.ignored == 3)
    }

    @Test func `a root that is a link itself is gone into`() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "real/a.jpg")
        try link(folder.url.appending(path: "link"), to: "real")
        let found = try walk(folder.url.appending(path: "link").path)
        #expect(found.files.map(\.path) == ["\(folder.url.path)/real/a.jpg"])
    }

    @Test func `paths longer than the system takes are found and read`() throws {
        let folder = try TemporaryFolder()
        let files = FileManager.default
        let name = String(repeating: "n", count: 250)
        // Made from the inside out, for no path to it can be named.
        try folder.write(HostileTree.picture, to: "\(name)/a.jpg")
        for _ in 0..<20 {
            let inner = folder.url.appending(path: name)
            let outer = folder.url.appending(path: "outer")
            try files.createDirectory(at: outer, withIntermediateDirectories: false)
            try files.moveItem(at: inner, to: outer.appending(path: name))
            try files.moveItem(at: outer, to: inner)
        }
        let found = try walk(folder.url.path)
        let file = try #require(found.files.first)
        #expect(found.files.count == 1 && found.failures.isEmpty && file.path.utf8.count > 5000)
        #expect(try PictureFile.read(file.path) == HostileTree.picture)
        // What is too deep for Foundation to remove is brought up again.
        for _ in 0..<20 {
            let inner = folder.url.appending(path: "\(name)/\(name)")
            try files.moveItem(at: inner, to: folder.url.appending(path: "up"))
            try files.removeItem(at: folder.url.appending(path: name))
            try files.moveItem(
                at: folder.url.appending(path: "up"),
                to: folder.url.appending(path: name)
            )
        }
    }

    @Test func `folders without end are a failure, not a crash`() throws {
        let folder = try TemporaryFolder()
        let path = (0..<300).map { _ in "d" }.joined(separator: "/")
        try folder.write([1], to: "\(path)/a.jpg")
        try folder.write([1], to: "b.jpg")
        let found = try walk(folder.url.path)
        #expect(found.files.map(\.relativePath) == ["b.jpg"])
        #expect(found.failures.map(\.code) == [.unreadable])
    }

    @Test func `of a data set that is named the pictures beside its own files are found`() throws {
        let folder = try TemporaryFolder()
        let own = [
            "winnow.sqlite", "winnow.sqlite-wal", "features/x.vectors", "thumbnails/aa/b.jpg",
            "copies/aa/b", "partial/1", "import.lock", "review-token", "settings/a.json",
            "review-token.new", "views/0123456789abcdef.view",
        ]
        for name in own + ["a.jpg", "sub/thumbnails/b.jpg"] { try folder.write([1], to: name) }
        for name in own + ["a.jpg"] { try folder.write([1], to: "inner/\(name)") }
        let found = try walk(folder.url.path)
        #expect(found.files.map(\.relativePath) == ["a.jpg", "sub/thumbnails/b.jpg"])
        #expect(found.failures.isEmpty && found.ignored == 1)
        // As a shell makes of a star.
        let list = try SourceList(["\(folder.url.path)/*"])
        let inner = "\(folder.url.path)/inner/a.jpg"
        #expect(list.files.map(\.path).filter { $0 != inner } == found.files.map(\.path))
        #expect(list.failures.isEmpty)
    }

    @Test func `nothing there is an error`() throws {
        #expect(throws: CurationError.self) { try walk("/no/such/folder") }
    }
}

@Suite struct PictureFileTests {
    private func refusal(_ path: String, limit: Int = PictureFile.largest) -> ImportFailure.Code? {
        do {
            _ = try PictureFile.read(path, limit: limit, followingLinks: false)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `a picture is read whole`() throws {
        let photo = Fixtures.url("photos/IMG_0001.jpg").path
        #expect(try PictureFile.read(photo) == Fixtures.bytes("photos/IMG_0001.jpg"))
        let tree = try HostileTree()
        for name in tree.genuine {
            let path = PathText.text(of: Array(tree.root.path.utf8) + [0x2F] + name)
            #expect(try PictureFile.read(path) == HostileTree.picture)
        }
        withExtendedLifetime(tree) {}
    }

    @Test func `what cannot be read is refused with a code, and without waiting`() throws {
        let tree = try HostileTree()
        let root = tree.root.path
        let folder = try TemporaryFolder()
        let words = try folder.write(Array("words".utf8), to: "words").path
        let empty = try folder.write([], to: "empty").path
        #expect(refusal("\(root)/pipe.jpg") == .notAFile)
        #expect(refusal("\(root)/folder.jpg") == .notAFile)
        #expect(refusal("/dev/zero") == .notAFile)
        #expect(refusal("\(root)/out.jpg") == .notAFile)
        #expect(refusal("\(root)/absent.jpg") == .missing)
        #expect(refusal("\(root)/plain.jpg\u{0}") == .missing)
        #expect(refusal("\(root)/plain.jpg", limit: 5) == .tooLarge)
        #expect(refusal(words) == .notAnImage)
        #expect(refusal(empty) == .truncated)
        withExtendedLifetime((tree, folder)) {}
    }

    @Test func `a file is a plain one, or a link to one`() throws {
        let tree = try HostileTree()
        let root = tree.root.path
        for name in ["plain.jpg", "out.jpg"] { #expect(PictureFile.isFile("\(root)/\(name)")) }
        for name in ["folder.jpg", "pipe.jpg", "dead.jpg", "absent.jpg", "plain.jpg/x", "outside"] {
            #expect(!PictureFile.isFile("\(root)/\(name)"), "\(name)")
        }
        // A circle of links says nothing of what was meant.
        #expect(PictureFile.isFile("\(root)/circle.jpg"))
        withExtendedLifetime(tree) {}
    }
}
