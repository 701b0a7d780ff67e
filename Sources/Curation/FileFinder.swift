import CurationCore

/// What paths of sources have in common.
enum SourcePath {
    static let slash = UInt8(ascii: "/")
    /// How many bytes of a path the system takes.
    static let longest = 4096
    /// How many characters of a name a message shows.
    static let mostShown = 1000

    /// What is at the path that a person named.
    ///
    /// - Throws: `CurationError.input` when nothing is there.
    static func facts(_ path: [UInt8]) throws -> FileFacts {
        do {
            return try PosixFiles.facts(path, followingLinks: true)
        } catch {
            let text = PathText.printable(PathText.text(of: path))
            throw CurationError.input("no file or folder at \(text): check the path")
        }
    }

    /// Whether a path is that of `root` or of something below it; both without links.
    static func isInside(_ path: [UInt8], _ root: [UInt8]) -> Bool {
        root == [slash] || path == root || path.starts(with: root + [slash])
    }

    /// The folder that a file lies in.
    static func folder(of path: [UInt8]) -> [UInt8] {
        var folder = parts(of: path).folder
        while folder.count > 1, folder.last == slash { folder.removeLast() }
        return folder.isEmpty ? [UInt8(ascii: ".")] : folder
    }

    /// Whether a relative name leaves the root on its way, read from a folder at or below it.
    ///
    /// One that comes back is refused too, and before the disk is asked, so that names cannot be
    /// used to learn what lies outside.
    static func climbs(
        _ name: some Collection<UInt8>,
        from base: [UInt8],
        root: [UInt8]?
    ) -> Bool {
        guard let root else { return false }
        var depth = base.dropFirst(root.count).split(separator: slash).count
        for part in name.split(separator: slash) {
            if part.elementsEqual("..".utf8) {
                depth -= 1
            } else if !part.elementsEqual(".".utf8) {
                depth += 1
            }
            if depth < 0 { return true }
        }
        return false
    }

    /// A name as a message shows it: as much of it as anybody would read.
    static func shown(_ name: [UInt8]) -> String {
        // No character has more than four bytes.
        let text = PathText.text(of: Array(name.prefix(4 * mostShown)))
        let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(mostShown)))
        let isWhole = PathText.bytes(of: start).count == name.count
        return PathText.printable(start) + (isWhole ? "" : "\u{2026}")
    }

    /// The folder part of a path, and the last part.
    static func parts(of path: [UInt8]) -> (folder: [UInt8], name: [UInt8]) {
        guard let cut = path.lastIndex(of: slash) else { return ([], path) }
        return (Array(path[...cut]), Array(path[(cut + 1)...]))
    }
}

/// Finds files by the names that lists and annotations give them, and never outside of a root.
struct FileFinder {
    /// Why a name leads to no file.
    enum Refusal: Error, Equatable {
        case missing, unreadable, notAFile, deadLink, nameTooLong
        case outside, linkOutside, zeroByte

        var code: ImportFailure.Code {
            switch self {
            case .missing: .missing
            case .unreadable, .deadLink, .nameTooLong: .unreadable
            case .notAFile: .notAFile
            case .outside, .linkOutside, .zeroByte: .outsideRoot
            }
        }

        /// What is wrong, and what can be done.
        var message: String {
            switch self {
            case .missing: "The file is not there. Put it back, or take its name out."
            case .unreadable: "The file cannot be looked at. Check its permissions and the disk."
            case .notAFile:
                "It is a folder, a device or a named pipe. Name a file; give a folder as a source."
            case .deadLink: "The link leads nowhere. Mend or remove it."
            case .nameTooLong:
                "The path is longer than the system takes. Import a folder further down by itself."
            case .outside:
                "The name leads out of the folder that is imported. Import the file by its own path."
            case .linkOutside:
                "The link leads out of the folder that is imported. Import the file that it leads to "
                    + "by its own path."
            case .zeroByte: "The name has a zero byte, as no file has. Mend the name."
            }
        }
    }

    private struct Folder {
        let path: [UInt8]
        let text: String
        let isInside: Bool
    }

    private let root: [UInt8]?
    private var folders: [[UInt8]: Result<Folder, Refusal>] = [:]

    /// Finds files below `root`, a path without links; anywhere when there is none, for names that
    /// a person gave.
    init(root: [UInt8]?) { self.root = root }

    /// The file that `name` means when it is read from the folder `base`, which is absolute.
    mutating func find(
        _ name: some Collection<UInt8>,
        from base: [UInt8]
    ) -> Result<FoundFile, Refusal> {
        guard !name.contains(0) else { return .failure(.zeroByte) }
        let isAbsolute = name.first == SourcePath.slash
        let full = isAbsolute ? Array(name) : base + [SourcePath.slash] + name
        guard isAbsolute || !SourcePath.climbs(name, from: base, root: root) else {
            return .failure(.outside)
        }
        let (folder, last) = SourcePath.parts(of: full)
        switch self.folder(folder) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let folder):
            guard folder.isInside else { return .failure(.outside) }
            guard !last.isEmpty, last != Array(".".utf8), last != Array("..".utf8) else {
                return .failure(.notAFile)
            }
            return file(last, in: folder)
        }
    }

    private func file(_ name: [UInt8], in folder: Folder) -> Result<FoundFile, Refusal> {
        let path = folder.path + [SourcePath.slash] + name
        do {
            var facts = try PosixFiles.facts(path, followingLinks: false)
            let isLink = facts.kind == .link
            if isLink {
                guard let target = try? PosixFiles.resolved(path) else {
                    return .failure(.deadLink)
                }
                guard root.map({ SourcePath.isInside(target, $0) }) ?? true else {
                    return .failure(.linkOutside)
                }
                facts = try PosixFiles.facts(target, followingLinks: false)
            }
            guard facts.kind == .file else { return .failure(.notAFile) }
            let text = folder.text + "/" + PathText.text(of: name)
            let rootLength = root.map { PathText.text(of: $0).utf8.count }
            let start =
                (rootLength ?? folder.text.utf8.count) + (root == [SourcePath.slash] ? 0 : 1)
            return .success(
                FoundFile(path: text, relativeStart: start, facts: facts, isLink: isLink)
            )
        } catch {
            return .failure(Self.refusal(for: error))
        }
    }

    private mutating func folder(_ path: [UInt8]) -> Result<Folder, Refusal> {
        if let known = folders[path] { return known }
        let result: Result<Folder, Refusal>
        do {
            var found = try PosixFiles.resolved(path)
            let isInside = root.map { SourcePath.isInside(found, $0) } ?? true
            if found == [SourcePath.slash] { found = [] }
            result = .success(
                Folder(path: found, text: PathText.text(of: found), isInside: isInside)
            )
        } catch {
            result = .failure(Self.refusal(for: error))
        }
        folders[path] = result
        return result
    }

    private static func refusal(for failure: PosixFailure) -> Refusal {
        switch failure {
        case .missing: .missing
        case .nameTooLong: .nameTooLong
        case .isLink: .deadLink
        case .noPermission, .other: .unreadable
        }
    }
}
