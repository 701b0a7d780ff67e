import Curation
import CurationCore
import Foundation
import TestKit
import Testing

@Suite struct SourceListTests {
    private let folder: TemporaryFolder
    private var root: String { folder.url.path }

    init() throws { folder = try TemporaryFolder() }

    private func pictures(_ names: String...) throws {
        for name in names { try folder.write(HostileTree.picture, to: name) }
    }

    private func relative(_ list: SourceList) -> [String] {
        list.files.map { String($0.path.dropFirst(root.count + 1)) }
    }

    private func source(_ name: String, _ text: String) throws -> String {
        try folder.write(Array(text.utf8), to: name).path
    }

    // MARK: - Patterns

    @Test func `a pattern means the files that fit it`() throws {
        try pictures("a1.jpg", "a2.jpg", "b1.jpg", "c/a3.jpg", "c/d/a4.jpg", ".h/a5.jpg", "[x].jpg")
        for (pattern, names) in [
            ("a*.jpg", ["a1.jpg", "a2.jpg"]), ("?1.jpg", ["a1.jpg", "b1.jpg"]),
            ("[!a]1.jpg", ["b1.jpg"]), ("[a-b]1.jpg", ["a1.jpg", "b1.jpg"]),
            ("*/*.jpg", ["c/a3.jpg"]),
            ("**/a*.jpg", ["a1.jpg", "a2.jpg", "c/a3.jpg", "c/d/a4.jpg"]),
            ("{b,a}1.jpg", ["a1.jpg", "b1.jpg"]),
            ("a{1..2}.jpg", ["a1.jpg", "a2.jpg"]), ("[x].jpg", ["[x].jpg"]),
            ("c/**", ["c/a3.jpg", "c/d/a4.jpg"]),
            ("**/**/d", ["c/d/a4.jpg"]),
        ] {
            #expect(relative(try SourceList(["\(root)/\(pattern)"])) == names, "\(pattern)")
        }
        #expect(throws: CurationError.self) { try SourceList(["\(root)/z*.jpg"]) }
        #expect(throws: CurationError.self) { try SourceList(["\(root)/a{1..3}.jpg"]) }
        #expect(throws: CurationError.self) { try SourceList(["\(root)/{1..9}{0..9999999}.jpg"]) }
    }

    @Test func `a pattern of stars is matched in little time`() throws {
        let name = String(repeating: "a", count: 200)
        try pictures(name)
        let pattern = String(repeating: "*a", count: 100) + "b"
        #expect(throws: CurationError.self) { try SourceList(["\(root)/\(pattern)"]) }
    }

    @Test func `what a wild card fits must lie below the folder before it`() throws {
        try pictures("in/a.jpg", "in/sub/b.jpg", "secret.jpg", "other/c.jpg")
        for (name, target) in [
            ("in/out.jpg", "../secret.jpg"), ("in/good.jpg", "sub/b.jpg"), ("in/away", "../other"),
            ("start", "in"),
        ] {
            let link = folder.url.appending(path: name).path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        }
        for start in ["in", "start"] {
            let found = try SourceList(["\(root)/\(start)/**/*.jpg"])
            let names = ["in/a.jpg", "in/good.jpg", "in/sub/b.jpg"]
            #expect(relative(found) == names, "\(start)")
            #expect(found.failures.map(\.path) == ["\(root)/in/out.jpg"])
            #expect(found.failures.map(\.code) == [.outsideRoot])
        }
        for pattern in ["*/c.jpg", "aw*"] {
            let found = try SourceList(["\(root)/in/\(pattern)"])
            #expect(found.files.isEmpty)
            #expect(found.failures.map(\.code) == [.outsideRoot], "\(pattern)")
        }
        // A person may name any link.
        #expect(try SourceList(["\(root)/in/{out,a}.jpg"]).files.count == 2)
    }

    // MARK: - Lists

    @Test func `a list names files below its folder, or anywhere by absolute paths`() throws {
        try pictures("in/a.jpg", "in/b c.jpg", "out.jpg", "in/x.tar")
        let text =
            "\u{FEFF}a.jpg\r\n\r\nb c.jpg\n./a.jpg\n../out.jpg\n\(root)/out.jpg\nno.jpg\nx.tar\nn.txt"
        let list = try SourceList([try source("in/list.txt", text)])
        #expect(relative(list) == ["in/a.jpg", "in/b c.jpg", "out.jpg"])
        #expect(list.namedTwice == 1 && list.ignored == 1)
        #expect(list.archives.map(\.path) == ["\(root)/in/x.tar"])
        #expect(list.failures.map(\.code) == [.outsideRoot, .missing])
        #expect(list.failures.map(\.path) == ["\(root)/in/list.txt#5", "\(root)/in/no.jpg"])
        #expect(list.failures[1].message.contains("line 7 of"))
    }

    @Test func `a list comes from standard input`() throws {
        try pictures("a\nb.jpg")
        let bytes = Array("\(root)/a\nb.jpg\0".utf8)
        let list = try SourceList(["-"], standardInput: { bytes })
        #expect(relative(list) == ["a\nb.jpg"])
    }

    @Test func `names on standard input are arguments, and may climb`() throws {
        try pictures("a.jpg", "b/c.jpg")
        let here = FileManager.default.currentDirectoryPath
        let up = String(repeating: "../", count: here.split(separator: "/").count)
        let start = up + root.dropFirst()
        let names = ["a.jpg", "b/../b/c.jpg", "b/../no.jpg"].map { "\(start)/\($0)\n" }
        let bytes = Array((names.joined() + "x\0y\n").utf8)
        let list = try SourceList(["-"], standardInput: { bytes })
        #expect(relative(list) == ["a.jpg", "b/c.jpg"])
        #expect(list.failures.map(\.code) == [.missing, .outsideRoot])
        #expect(list.failures.map(\.path) == ["\(root)/no.jpg", "standard input#4"])
    }

    @Test func `what a failure shows of a name is short, and its path is its own`() throws {
        let long = String(repeating: "\u{E9}", count: 100_000)
        let texts = [
            ("l.lst", "\(long)\n\(long)\n"),
            ("c.json", #"{"images": [{"file_name": "\#(long)"}, {"file_name": "\#(long)"}]}"#),
            ("v.xml", "<annotation></\(long)>"), ("p.yaml", "path: \(long)\ntrain: no"),
        ]
        for (name, text) in texts {
            let failures = try SourceList([try source(name, text)]).failures
            #expect(!failures.isEmpty && Set(failures.map(\.path)).count == failures.count)
            for failure in failures {
                #expect(failure.path.count < 1100 && failure.message.count < 1500, "\(name)")
            }
        }
        let bytes = Array("\(long)\n\(long)".utf8)
        let paths = try SourceList(["-"], standardInput: { bytes }).failures.map(\.path)
        #expect(paths == ["standard input#1", "standard input#2"])
    }

    @Test func `a zero byte in one line of a list leaves the others`() throws {
        try pictures("a.jpg", "b.jpg")
        let list = try SourceList([try source("l.lst", "a.jpg\nx\0y.jpg\nb.jpg\n")])
        #expect(relative(list) == ["a.jpg", "b.jpg"])
        #expect(list.failures.map(\.code) == [.outsideRoot])
        #expect(list.failures.map(\.path) == ["\(root)/l.lst#2"])
    }

    // MARK: - Several sources

    @Test func `files that lie beside pictures do not stop an import of several sources`() throws {
        try pictures("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")
        let besides = [
            try source("package.json", #"{"name": "x"}"#), try source("broken.json", "{"),
            try source("notes.txt", "c.jpg"), try source("table.csv", "x,y\n1,2\n"),
            try source("rows.jsonl", #"{"x": 1}"#), try source("ci.yaml", "on: push"),
        ]
        let taken = [
            try source("coco.json", #"{"images": [{"file_name": "b.jpg"}]}"#),
            try source("good.csv", "path\nd.jpg\n"), try source("good.lst", "e.jpg"),
        ]
        let sources = ["\(root)/a.jpg"] + besides + taken
        for list in [try SourceList(sources), try SourceList(["\(root)/[!c]*"])] {
            #expect(list.failures.isEmpty)
            #expect(list.files.contains { $0.path.hasSuffix("/d.jpg") })
        }
        let list = try SourceList(sources)
        #expect(relative(list) == ["a.jpg", "b.jpg", "d.jpg", "e.jpg"] && list.ignored == 6)
        // Alone each is what the person meant.
        #expect(relative(try SourceList([besides[2]])) == ["c.jpg"])
        for other in besides where !other.hasSuffix("txt") {
            #expect(throws: CurationError.self, "\(other)") { try SourceList([other]) }
        }
        let wrong = try source("wrong.csv", "path\n\"a.jpg")
        #expect(throws: CurationError.self) { try SourceList([wrong, "\(root)/a.jpg"]) }
    }

    @Test func `a dead link among several sources is a failure, alone an error`() throws {
        try pictures("a.jpg")
        for name in ["b.jpg", "notes.txt"] {
            let link = folder.url.appending(path: name).path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "gone")
        }
        let links = ["\(root)/b.jpg", "\(root)/notes.txt"]
        for list in [try SourceList(["\(root)/a.jpg"] + links), try SourceList(["\(root)/*"])] {
            #expect(relative(list) == ["a.jpg"] && list.ignored == 1)
            #expect(list.failures.map(\.code) == [.unreadable])
            #expect(list.failures.map(\.path) == [links[0]])
        }
        #expect(throws: CurationError.self) { try SourceList([links[0]]) }
        #expect(throws: CurationError.self) { try SourceList(["\(root)/a.jpg", "\(root)/no.jpg"]) }
    }

    @Test func `failures have the same paths wherever the sources are named from`() throws {
        try pictures("in/a.jpg")
        _ = try source("in/coco.json", #"{"images": [{"file_name": "../x"}, {"file_name": "no"}]}"#)
        _ = try source("in/list.txt", "../x.jpg\nno.jpg\n")
        _ = try source("in/bad.xml", "<annotation>")
        let here = FileManager.default.currentDirectoryPath
        let up = String(repeating: "../", count: here.split(separator: "/").count)
        for name in ["in/coco.json", "in/list.txt", "in/bad.xml", "in/gone/../list.txt"] {
            try folder.write([], to: "in/gone/x")
            let absolute = try SourceList(["\(root)/\(name)"]).failures
            let relative = try SourceList(["\(up)\(root.dropFirst())/./\(name)"]).failures
            #expect(absolute == relative && !absolute.isEmpty)
            #expect(absolute.allSatisfy { $0.path.hasPrefix("\(root)/in/") })
        }
    }

    @Test func `a device or a pipe that is named is a failure`() throws {
        let tree = try HostileTree()
        let pipe = tree.root.appending(path: "pipe.jpg").path
        for sources in [[pipe], [pipe, tree.root.appending(path: "plain.jpg").path]] {
            let list = try SourceList(sources)
            #expect(list.failures.map(\.code) == [.notAFile] && list.ignored == 0)
            #expect(list.failures.map(\.path) == [pipe] && list.files.count == sources.count - 1)
        }
        #expect(try SourceList(["/dev/null"]).failures.map(\.code) == [.notAFile])
    }

    // MARK: - Annotation files

    @Test func `COCO names are looked for beside the file and in the usual folders`() throws {
        try pictures(
            "a.jpg",
            "images/b.jpg",
            "train2017/c.jpg",
            "data/d.jpg",
            "w/e.jpg",
            "f\\g.jpg"
        )
        let names = [
            "a.jpg", "b.jpg", "c.jpg", "d.jpg", #"w\\e.jpg"#, "none.jpg", "a.jpg", "A.jpg",
            #"f\\g.jpg"#,
        ]
        let records = names.map { #"{"file_name": "\#($0)"}"# }.joined(separator: ",")
        let text = #"{"images": [\#(records)]}"#
        let file = try source("annotations/instances_train2017.json", text)
        let expected = [
            "a.jpg", "data/d.jpg", "f\\g.jpg", "images/b.jpg", "train2017/c.jpg", "w/e.jpg",
        ]
        for list in [
            try SourceList([file]), try SourceList([root], annotations: file),
            try SourceList([root], format: .coco),
        ] {
            #expect(relative(list) == expected)
            #expect(list.failures.map(\.code) == [.duplicateName, .missing, .missing])
            #expect(list.failures[0].path.hasSuffix("#images[6]"))
        }
    }

    @Test func `a COCO record that is wrong is a failure, a file that is wrong an error`() throws {
        try pictures("a.jpg")
        let file = try source(
            "a.json",
            #"{"images": [{"file_name": 1}, {"file_name": "b\u0000"}, {}, {"file_name": "a.jpg"}]}"#
        )
        let list = try SourceList([file])
        #expect(relative(list) == ["a.jpg"])
        #expect(list.failures.map(\.code) == [.corrupt, .corrupt, .outsideRoot])
        let ends = list.failures.map { $0.path.dropFirst(file.count) }
        #expect(ends == ["#images[0]", "#images[2]", "#images[1]"])
        #expect(list.failures[0].message.contains("images[0] of \(file)"))
        #expect(throws: CurationError.self) { try SourceList([try source("b.json", "{}")]) }
    }

    @Test func `YOLO entries are folders and lists`() throws {
        try pictures(
            "images/train/a.jpg",
            "images/train/b.jpg",
            "images/val/c.jpg",
            "test/images/d.jpg"
        )
        _ = try source("images/train/labels.txt", "0 0 0 0 0")
        _ = try source("lists/val.txt", "./images/val/c.jpg\n../images/val/c.jpg\n../../x.jpg\n")
        let text =
            "path: /elsewhere\ntrain: images/train\nval: [lists/val.txt]\ntest: ../test/images\n"
        _ = try source("data.yaml", text)
        let list = try SourceList([root])
        let expected = [
            "images/train/a.jpg", "images/train/b.jpg", "images/val/c.jpg", "test/images/d.jpg",
        ]
        #expect(relative(list) == expected)
        #expect(list.namedTwice == 1 && list.failures.map(\.code) == [.outsideRoot])
        let other = try source("other.yaml", "train: ../../etc\nval: /etc\ntest: none")
        let refused = try SourceList([other])
        #expect(refused.files.isEmpty)
        #expect(refused.failures.map(\.code) == [.outsideRoot, .outsideRoot, .missing])
    }

    @Test func `a path of YOLO that is no folder of the source is named`() throws {
        try pictures("in/images/a.jpg", "out/images/b.jpg")
        for (path, isNamed) in [
            ("../out", true), ("\(root)/out", true), ("none", true), (".", false),
        ] {
            let file = try source("in/data.yaml", "path: \(path)\ntrain: images\nval: images/val")
            let failures = try SourceList([file]).failures
            #expect(failures.map(\.code) == [.missing] + (isNamed ? [.outsideRoot] : []))
            guard isNamed else { continue }
            #expect(failures[1].message.contains("'\(path)'"), "\(failures[1].message)")
        }
        _ = try source("in/data.yaml", "path: ../out\ntrain: images")
        #expect(try SourceList(["\(root)/in"]).failures.isEmpty)
    }

    @Test func `VOC files name pictures beside them`() throws {
        try pictures("v/JPEGImages/1.jpg", "v/JPEGImages/2.jpg", "w/3.jpg")
        func xml(_ name: String) -> String {
            "<annotation><filename>\(name)</filename></annotation>"
        }
        for number in 1...2 { _ = try source("v/Annotations/\(number).xml", xml("\(number).jpg")) }
        _ = try source("v/Annotations/bad.xml", "<annotation>")
        let list = try SourceList(["\(root)/v"])
        #expect(relative(list) == ["v/JPEGImages/1.jpg", "v/JPEGImages/2.jpg"])
        #expect(list.failures.map(\.path) == ["\(root)/v/Annotations/bad.xml"])
        #expect(list.failures.map(\.code) == [.corrupt])
        #expect(relative(try SourceList([try source("w/3.xml", xml("3.jpg"))])) == ["w/3.jpg"])
        let one = try SourceList(["\(root)/v/Annotations/2.xml"])
        #expect(relative(one) == ["v/JPEGImages/2.jpg"])
    }

    @Test func `LabelMe files name pictures in other folders of the source`() throws {
        try pictures("images/a.jpg", "b.jpg")
        _ = try source("json/a.json", #"{"imagePath": "..\\images\\a.jpg"}"#)
        _ = try source("b.json", #"{"imagePath": "b.jpg", "imageData": null}"#)
        _ = try source("c.json", #"{"imagePath": "../c.jpg"}"#)
        let list = try SourceList([root], format: .labelme)
        #expect(relative(list) == ["b.jpg", "images/a.jpg"])
        #expect(list.failures.map(\.code) == [.outsideRoot])
        #expect(relative(try SourceList(["\(root)/b.json"])) == ["b.jpg"])
    }

    @Test func `CSV and JSON Lines name pictures by a column`() throws {
        try pictures("p/a.jpg", "p/b.jpg")
        let csv = try source("p/t.csv", "label,path\n1,a.jpg\n2,a.jpg\n3,b.jpg\n")
        let list = try SourceList([csv])
        #expect(relative(list) == ["p/a.jpg", "p/b.jpg"] && list.namedTwice == 1)
        let lines = try source("t.jsonl", "{\"image\": \"a.jpg\"}\n{\"image\": \"../t.jsonl\"}\n")
        let other = try SourceList(["\(root)/p"], annotations: lines)
        #expect(relative(other) == ["p/a.jpg"] && other.failures.map(\.code) == [.outsideRoot])
    }

    @Test func `a line of a table that is wrong leaves the others`() throws {
        try pictures("a.jpg", "b.jpg")
        let lines = try source(
            "t.jsonl",
            "{\"path\": \"a.jpg\"}\n{\"path\"\n{\"path\": \"b.jpg\"}\n"
        )
        let table = try source("t.csv", "path,x\na.jpg,1\n\"x,\nb.jpg,2\n")
        for (file, line) in [(lines, 2), (table, 3)] {
            let list = try SourceList([file])
            #expect(relative(list) == ["a.jpg", "b.jpg"])
            #expect(list.failures.map(\.code) == [.corrupt])
            #expect(list.failures.map(\.path) == ["\(file)#\(line)"])
        }
    }

    // MARK: - Archives

    @Test func `archives are told by their first bytes or their ending`() throws {
        let tar = ArchiveBytes.tar([MemberBytes("a.jpg", [1])])
        for (name, bytes) in [
            ("1", tar), ("2.bin", ArchiveBytes.zip([])), ("3.dat", ArchiveBytes.gzip(tar)),
            ("4.tar", [UInt8](repeating: 0, count: 10_240)),
        ] {
            let path = try folder.write(bytes, to: name).path
            let list = try SourceList([path])
            #expect(list.archives.map(\.path) == [path] && list.files.isEmpty)
        }
        try pictures("picture.tar")
        #expect(try SourceList(["\(root)/picture.tar"]).files.count == 1)
        #expect(try SourceList([root]).archivesPassed == 2)
    }

    @Test func `shards are a folder or a pattern`() throws {
        for number in 0..<12 { try folder.write([1], to: "s/\("00\(number)".suffix(3)).tar") }
        try pictures("s/a.jpg")
        #expect(try SourceList(["\(root)/s"], format: .webdataset).archives.count == 12)
        let some = try SourceList(["\(root)/s/{003..011}.tar"], format: .webdataset)
        #expect(some.archives.map(\.path).first == "\(root)/s/003.tar" && some.archives.count == 9)
        #expect(throws: CurationError.self) { try SourceList([root + "/s/a"], format: .webdataset) }
    }
}
