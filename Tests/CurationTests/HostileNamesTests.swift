import Curation
import CurationCore
import Foundation
import TestKit
import Testing

/// Sends the worst names through every kind of source: each file is found as itself, and nothing
/// outside of the source ever is.
@Suite struct HostileNamesTests {
    private let tree: HostileTree

    init() throws { tree = try HostileTree() }

    private var names: [[UInt8]] { tree.genuine + tree.refused }

    /// Writes a source beside the pictures, and looks at it.
    private func list(
        _ bytes: [UInt8],
        as name: String,
        format: SourceFormat = .auto
    ) throws -> SourceList {
        let file = tree.root.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
        let source = name.contains("/") ? tree.root.path : file.path
        return try SourceList([source], format: format)
    }

    // That of `sub/../plain.jpg` and the like is the file below the root; all others are
    // themselves.
    private func expect(
        _ list: SourceList,
        _ expected: [[UInt8]],
        failures: Int?,
        _ comment: Comment
    ) throws {
        let start = Array(tree.root.path.utf8) + [0x2F]
        let found = Set(list.files.map { PathText.bytes(of: $0.path) })
        #expect(found == Set(expected.map { start + $0 }), comment)
        #expect(found.count == list.files.count, comment)
        if let failures { #expect(list.failures.count == failures, comment) }
        for file in list.files {
            let bytes = try PictureFile.read(file.path, followingLinks: file.isLink)
            #expect(bytes == HostileTree.picture)
        }
    }

    @Test func `there are enough of them`() { #expect(names.count >= 90) }

    @Test func `through a folder`() throws {
        let list = try SourceList([tree.root.path])
        try expect(list, tree.genuine, failures: 6, "folder")
        #expect(list.ignored == 2)
    }

    @Test func `through patterns`() throws {
        // Names that begin with a dot are hidden from patterns, as from those of a shell; a link that
        // leads out is a failure.
        let all = try SourceList(["\(tree.root.path)/**"])
        try expect(all, tree.genuine, failures: nil, "**")
        let flat = tree.genuine.filter { !$0.contains(0x2F) }
        for pattern in ["*", "?*", "[!.]*", "{*,*}"] {
            let list = try SourceList(["\(tree.root.path)/\(pattern)"])
            let found = Set(list.files.map { PathText.bytes(of: $0.path) })
            let start = Array(tree.root.path.utf8) + [0x2F]
            #expect(found.isSuperset(of: flat.map { start + $0 }), "\(pattern)")
            #expect(found.isSubset(of: tree.genuine.map { start + $0 }), "\(pattern)")
        }
    }

    @Test func `each name by a pattern of its own`() throws {
        let start = Array(tree.root.path.utf8) + [0x2F]
        let wild = Set("*?[".utf8)
        for name in tree.genuine {
            // The last byte but those of the ending is left open, and what would be a sign too.
            let pattern = name.enumerated().map { index, byte in
                wild.contains(byte) || "{}".utf8.contains(byte) || index == 0
                    ? UInt8(ascii: "?") : byte
            }
            guard pattern.first == UInt8(ascii: "?"), name.first != UInt8(ascii: ".") else {
                continue
            }
            let list = try SourceList([PathText.text(of: start + pattern)])
            let found = list.files.map { PathText.bytes(of: $0.path) }
            let isDeep = name.contains(0x2F)
            #expect(found.contains(start + name) || isDeep, "\(PathText.text(of: name))")
            #expect(Set(found).isSubset(of: tree.genuine.map { start + $0 }))
        }
        for name in tree.refused where !name.contains(0) {
            // A sign before the name: what it leads to is below the folder, or is refused.
            let pattern = Array(tree.root.path.utf8.dropLast(2)) + Array("*/".utf8) + name
            guard let list = try? SourceList([PathText.text(of: pattern)]) else { continue }
            let base = Array(tree.root.deletingLastPathComponent().path.utf8) + [0x2F]
            for file in list.files {
                let bytes = PathText.bytes(of: file.path)
                #expect(bytes.starts(with: base), "\(PathText.text(of: name))")
            }
        }
    }

    @Test func `through a list, by lines and by zero bytes`() throws {
        // A person may name absolute paths in a list, as in arguments.
        let below = tree.refused.filter { $0.first != 0x2F && !$0.isEmpty }
        let all = tree.genuine + below
        let zeros = try list(Array(all.map { $0 + [0] }.joined()), as: "list.txt")
        try expect(zeros, tree.genuine, failures: below.count, "zero bytes")
        let plain = tree.genuine.filter { !$0.contains(0x0A) }
        let lines = try list(Array((plain + below).map { $0 + [0x0A] }.joined()), as: "list.txt")
        try expect(lines, plain, failures: below.count, "lines")
    }

    @Test func `through COCO, LabelMe and JSON Lines`() throws {
        let records = names.map {
            Array(#"{"file_name": ""#.utf8) + escaped($0) + Array(#""}"#.utf8)
        }
        let coco =
            Array(#"{"images": ["#.utf8) + records.joined(separator: [0x2C]) + Array("]}".utf8)
        try expect(
            try list(coco, as: "coco.json"),
            tree.genuine,
            failures: tree.refused.count,
            "coco"
        )
        let lines = Array(records.map { $0 + [0x0A] }.joined())
        try expect(
            try list(lines, as: "rows.jsonl"),
            tree.genuine,
            failures: tree.refused.count,
            "jsonl"
        )
    }

    @Test func `through LabelMe and Pascal VOC, one file a picture`() throws {
        for (index, name) in names.enumerated() {
            let json = Array(#"{"imagePath": ""#.utf8) + escaped(name) + Array(#""}"#.utf8)
            let xml =
                Array("<annotation><filename>".utf8) + entities(name)
                + Array("</filename></annotation>".utf8)
            try FileManager.default.createDirectory(
                at: tree.root.appending(path: "Annotations"),
                withIntermediateDirectories: true
            )
            let base = tree.root.appending(path: "Annotations/\(index)")
            try Data(json).write(to: base.appendingPathExtension("json"))
            try Data(xml).write(to: base.appendingPathExtension("xml"))
        }
        // Read from their own folder, names may climb as far as the source.
        for format in [SourceFormat.labelme, .voc] {
            let list = try SourceList([tree.root.path], format: format)
            let found = list.files.map { PathText.bytes(of: $0.path) }
            let start = Array(tree.root.path.utf8) + [0x2F]
            #expect(Set(found) == Set(tree.genuine.map { start + $0 }), "\(format)")
            #expect(list.failures.count + list.files.count + list.namedTwice == names.count)
        }
    }

    @Test func `through CSV`() throws {
        let texts = names.compactMap { String(validating: $0, as: UTF8.self) }
        let rows = texts.map { "\"\($0.replacing("\"", with: "\"\""))\",x\n" }
        let csv = Array(("path,label\n" + rows.joined()).utf8)
        let expected = tree.genuine.filter { String(validating: $0, as: UTF8.self) != nil }
        try expect(try list(csv, as: "rows.csv"), expected, failures: nil, "csv")
    }

    @Test func `through YOLO`() throws {
        let names = names.filter { !$0.contains(0x0A) && !$0.isEmpty }
        let lines = Array(names.map { $0 + [0x0A] }.joined())
        try Data(lines).write(to: tree.root.appending(path: "train.txt"))
        let yaml = try list(Array("train: train.txt\n".utf8), as: "data.yaml")
        let expected = tree.genuine.filter { !$0.contains(0x0A) }
        try expect(yaml, expected, failures: tree.refused.count, "yolo")
    }

    @Test func `through archives and shards`() throws {
        // With a slash at its end a member is a folder, which has no bytes.
        let names = names.filter { $0.last != 0x2F }
        let members = names.map { MemberBytes($0, HostileTree.picture) }
        let base = tree.root.deletingLastPathComponent()
        for (index, bytes) in [
            ArchiveBytes.tar(members), ArchiveBytes.tar(members, names: .pax),
            ArchiveBytes.gzip(ArchiveBytes.tar(members)), ArchiveBytes.zip(members),
            ArchiveBytes.zip(members, isUTF8: true),
        ].enumerated() {
            let file = base.appending(path: "a\(index)")
            try Data(bytes).write(to: file)
            for isShard in [false, true] {
                var walk = ArchiveWalk(path: file.path, isShard: isShard)
                var (found, failures): ([[UInt8]], [ImportFailure]) = ([], [])
                while let step = walk.next() {
                    switch step {
                    case .picture(let picture):
                        found.append(PathText.bytes(of: picture.place.member))
                    case .failure(let failure): failures.append(failure)
                    }
                }
                #expect(Set(found).count == found.count)
                #expect(found.count + failures.count + walk.ignored == names.count, "\(index)")
                for name in found {
                    let parts = name.split { $0 == 0x2F || $0 == 0x5C }
                    #expect(name.first != 0x2F && !parts.contains { $0.elementsEqual("..".utf8) })
                }
                guard !isShard else { continue }
                // In a zip a backslash is read as a slash; names that are marked as UTF-8 are
                // made valid and composed, so that the second twin is a failure.
                let genuine = tree.genuine.filter { name in
                    (index < 3 || !name.contains(0x5C))
                        && (index < 4 || String(validating: name, as: UTF8.self) != nil)
                }
                let missing = Set(genuine).subtracting(found)
                #expect(missing.count == (index == 4 ? 1 : 0), "\(missing.map(PathText.text))")
                #expect(failures.contains { $0.code == .duplicateName } == (index == 4))
            }
        }
    }

    // JSON with bytes that are no UTF-8 as Python writes them.
    private func escaped(_ name: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for scalar in PathText.text(of: name).unicodeScalars {
            let isByte = scalar.value >= 0x10FF80 && String(validating: name, as: UTF8.self) == nil
            if isByte {
                text += Array("\\udc\(String(scalar.value & 0xFF, radix: 16))".utf8)
            } else if scalar.value >= 0x10FF80 {
                text.append(UInt8(truncatingIfNeeded: scalar.value))
            } else if scalar == "\"" || scalar == "\\" {
                text += [0x5C] + Array(String(scalar).utf8)
            } else if scalar.value < 0x20 {
                let digits = String(scalar.value, radix: 16)
                text += Array(
                    ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
                )
            } else {
                text += Array(String(scalar).utf8)
            }
        }
        return text
    }

    private func entities(_ name: [UInt8]) -> [UInt8] {
        name.flatMap { byte in
            switch byte {
            case UInt8(ascii: "<"): Array("&lt;".utf8)
            case UInt8(ascii: "&"): Array("&amp;".utf8)
            case 0x0A, 0x0D: Array("&#\(byte);".utf8)
            default: [byte]
            }
        }
    }

    @Test func `into the data set, and again`() throws {
        // What follows the end of a PNG file is no part of the picture.
        let tree = try HostileTree(picture: try Fixtures.bytes("images/basn0g01.png"))
        let fixture = try PipelineFixture()
        let request = ImportStage.Request(sources: [tree.root.path])
        let stage = ImportStage(dataset: fixture.dataset)
        let first = try stage.run(request)
        #expect(first.imported == tree.genuine.count && first.exactDuplicates == 0)
        let samples = try fixture.dataset.samples()
        let start = Array(tree.root.path.utf8) + [0x2F]
        #expect(
            Set(samples.map { PathText.bytes(of: $0.path) }) == Set(tree.genuine.map { start + $0 })
        )
        let failures = try fixture.dataset.failures()
        #expect(failures.count == first.failed && first.failed == 6)
        let second = try stage.run(request)
        #expect(second.unchanged == first.imported && second.imported + second.moved == 0)
        #expect(second.vanished == 0 && second.failed == first.failed)
        #expect(try fixture.dataset.failures() == failures)
        let embedded = try EmbedStage(dataset: fixture.dataset).run(.descriptor)
        #expect(embedded.embedded == samples.count && embedded.failed == 0)
    }
}
