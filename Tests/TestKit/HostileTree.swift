package import Foundation

/// A folder of pictures with the worst names, beside a picture that must never be reached.
package final class HostileTree: Sendable {
    /// The folder that is a source.
    package let root: URL
    /// A picture beside it.
    package let canary: URL
    /// Names of plain files below the root: each is a file of its own.
    package let genuine: [[UInt8]]
    /// Names that lead to no file below the root.
    package let refused: [[UInt8]]

    private let folder: TemporaryFolder

    /// The picture in each file: enough to be taken for one.
    package static let picture: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + Array("picture".utf8)

    /// Makes the folder; each file holds `picture`, and after it, unless it is the usual one, its own
    /// name, so that no two files are alike.
    package init(picture: [UInt8] = HostileTree.picture) throws {
        folder = try TemporaryFolder()
        // The path as the system knows it, for it is compared with what was found.
        let base = folder.url.resolvingSymlinksInPath()
        root = base.appending(path: "inside")
        canary = base.appending(path: "canary.jpg")
        genuine = Self.genuineNames
        refused = Self.refusedNames(outside: base.path)
        try folder.write(Self.picture, to: "canary.jpg")
        try folder.write(Self.picture, to: "other/canary.jpg")
        let files = FileManager.default
        try files.createDirectory(
            at: root.appending(path: "sub"),
            withIntermediateDirectories: true
        )
        try files.createDirectory(
            at: root.appending(path: "folder.jpg"),
            withIntermediateDirectories: true
        )
        for name in genuine {
            let bytes = picture == Self.picture ? picture : picture + name
            try Self.make(Array(root.path.utf8) + [0x2F] + name, bytes)
        }
        for (name, target) in [
            ("out.jpg", "../canary.jpg"), ("outside", "../other"), ("chain.jpg", "chain2.jpg"),
            ("chain2.jpg", "out.jpg"), ("dead.jpg", "gone.jpg"), ("circle.jpg", "circle.jpg"),
            ("absolute.jpg", canary.path),
        ] {
            try files.createSymbolicLink(
                atPath: root.appending(path: name).path,
                withDestinationPath: target
            )
        }
        guard unsafe mkfifo(root.appending(path: "pipe.jpg").path, 0o600) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    /// Makes a file of any name.
    private static func make(_ path: [UInt8], _ picture: [UInt8]) throws {
        let name = path.map(CChar.init(bitPattern:)) + [0]
        let file = unsafe open(name, O_CREAT | O_WRONLY | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw CocoaError(.fileWriteUnknown) }
        let count = unsafe picture.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        guard close(file) == 0, count == picture.count else { throw CocoaError(.fileWriteUnknown) }
    }

    private static let genuineNames: [[UInt8]] = {
        let texts: [String] = [
            "plain.jpg", "Case.jpg", "case.jpg", "caf\u{E9}.jpg", "cafe\u{301}.jpg",
            "new\nline.jpg", "return\r.jpg", "tab\t.jpg", "-rf.jpg", "--help.jpg", " before.jpg",
            "after.jpg ", "dot.jpg.", "a;b.jpg", "a|b.jpg", "it's.jpg", "say \"no\".jpg",
            "back\\slash.jpg", "*.jpg", "[a].jpg", "{a,b}.jpg", "right\u{202E}gpj.jpg",
            "zero\u{200B}width.jpg", "mark\u{FEFF}.jpg", "\u{10FF80}.jpg", "\u{1F600}.jpg",
            "CON.jpg", "a%20b.jpg", "%2e%2e.jpg", "#hash.jpg", "a,b.jpg", "<b>&amp;.jpg",
            "=1+1.jpg",
            "$HOME.jpg", "~.jpg", "`id`.jpg", "sub/deep.jpg", "sub/a..jpg", "sub/a...jpg",
            "no ending",
        ]
        let bytes: [[UInt8]] = [
            [0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF4, 0x90, 0x80, 0x80],
            [0x80],
        ]
        var names = texts.map { Array($0.utf8) }
        names += bytes.map { $0 + Array(".jpg".utf8) }
        names.append(Array((String(repeating: "x", count: 251) + ".jpg").utf8))
        return names
    }()

    private static func refusedNames(outside base: String) -> [[UInt8]] {
        let texts: [String] = [
            "../canary.jpg", "./../canary.jpg", "..//canary.jpg", "sub/../../canary.jpg",
            "../inside/../canary.jpg", "../inside/plain.jpg", "sub/../../inside/plain.jpg",
            "\(base)/canary.jpg", "/\(base)/canary.jpg", "/../\(base)/canary.jpg",
            "\(base)/inside/../canary.jpg", "/etc/hostname", "/dev/zero", "/proc/self/environ",
            "outside/canary.jpg", "outside/../canary.jpg", "out.jpg", "chain.jpg", "chain2.jpg",
            "absolute.jpg", "dead.jpg", "circle.jpg", "..\\canary.jpg", "sub\\..\\..\\canary.jpg",
            "C:\\canary.jpg", "C:/canary.jpg", "\\\\server\\canary.jpg",
            "file://\(base)/canary.jpg",
            "http://127.0.0.1/canary.jpg", "%2e%2e/canary.jpg", "..%2fcanary.jpg", "~/canary.jpg",
            "pipe.jpg", "folder.jpg", "sub", "sub/", "sub/.", "sub/..", ".", "..", "/",
            "....//canary.jpg", ".../canary.jpg", "plain.jpg/", "plain.jpg/x.jpg",
            "absent.jpg",
        ]
        let long: [String] = [
            String(repeating: "y", count: 256) + ".jpg",
            String(repeating: "d/", count: 2100) + "z.jpg",
            String(repeating: "../", count: 2000) + "canary.jpg",
        ]
        return (texts + long).map { Array($0.utf8) }
    }
}
