package import CurationCore

/// What the sources of an import name: picture files, and archives that are read as streams.
///
/// A source is a file, a folder, a pattern, `-` for a list on standard input, an archive, a list or
/// an annotation file. With the format `auto` it is taken for what it looks like: a file by its
/// ending, an archive also by its first bytes, JSON by its names; a folder with a `data.yaml` is
/// YOLO, one with `Annotations` and `JPEGImages` is Pascal VOC, and any other holds pictures.
///
/// A picture may be anywhere that a person named. What a list or an annotation file names must lie
/// below the source, whatever the links say; only a list may name absolute paths, for it stands for
/// arguments.
package struct SourceList {
    /// The files that were found, in the order of the bytes of their paths.
    package internal(set) var files: [FoundFile] = []
    /// The archives, in the order of the bytes of their paths.
    package internal(set) var archives: [FoundFile] = []
    /// What was named or met and cannot be read.
    package internal(set) var failures: [ImportFailure] = []
    /// Files that are no pictures by their ending, and the like.
    package internal(set) var ignored = 0
    /// Archives inside of folders, which are not read unless they are named.
    package internal(set) var archivesPassed = 0
    /// Names that lead to a file which was named before.
    package internal(set) var namedTwice = 0

    let format: SourceFormat
    let annotations: [UInt8]?
    // For what a person named, which may be anywhere.
    private var finder = FileFinder(root: nil)
    private let currentFolder = PosixFiles.currentFolder

    /// Looks at all sources; no picture and no archive is read.
    ///
    /// - Parameters:
    ///   - sources: Texts of `PathText`.
    ///   - format: How all of them are read.
    ///   - annotations: The annotation file, when the source is the folder of the pictures.
    ///   - standardInput: Gives the list when a source is `-`.
    /// - Throws: `CurationError.input` when a source is not there, `.badData` when a list or an
    ///   annotation file cannot be understood.
    package init(
        _ sources: [String],
        format: SourceFormat = .auto,
        annotations: String? = nil,
        standardInput: () throws -> [UInt8] = SourceList.standardInput
    ) throws {
        self.format = format
        self.annotations = annotations.map(PathText.bytes)
        for source in sources {
            if source == "-" {
                addList(try standardInput(), named: "standard input", in: currentFolder)
            } else {
                try add(PathText.bytes(of: source))
            }
        }
        namedTwice += files.unify() + archives.unify()
    }

    /// All bytes of standard input.
    package static func standardInput() throws -> [UInt8] {
        do {
            return try PosixFiles.standardInput()
        } catch {
            throw CurationError.input("standard input cannot be read: give the list as a file")
        }
    }

    private mutating func add(_ source: [UInt8]) throws {
        if let facts = try? PosixFiles.facts(source, followingLinks: true) {
            return try add(source, facts)
        }
        guard let paths = try SourcePattern.expand(source) else {
            _ = try SourcePath.facts(source)
            return
        }
        for path in paths { try add(path, try SourcePath.facts(path)) }
    }

    private mutating func add(_ path: [UInt8], _ facts: FileFacts) throws {
        let format = try format == .auto ? Self.detectedFormat(annotations ?? path) : format
        switch format {
        case .auto, .folder, .imagefolder: try addPictures(path, facts)
        case .webdataset: try addShards(path, facts)
        case .list:
            let place = SourcePath.folder(of: path)
            addList(try Self.contents(path), named: PathText.text(of: path), in: place)
        case .coco, .yolo, .voc, .labelme, .csv:
            try addAnnotated(path, facts, format)
        }
    }

    private mutating func addPictures(_ path: [UInt8], _ facts: FileFacts) throws {
        guard facts.kind == .folder else {
            let isArchive = facts.kind == .file && Self.isArchive(path)
            if isArchive || (facts.kind == .file && !FileEnding.isOther(FileEnding.of(path))) {
                addNamed(path, isArchive: isArchive)
            } else {
                ignored += 1
            }
            return
        }
        var walk = FileWalk()
        try walk.add(PathText.text(of: path))
        take(walk)
        archivesPassed += walk.archives.count
    }

    private mutating func addShards(_ path: [UInt8], _ facts: FileFacts) throws {
        guard facts.kind == .folder else {
            addNamed(path, isArchive: true)
            return
        }
        var walk = FileWalk()
        try walk.add(PathText.text(of: path))
        archives += walk.archives
        failures += walk.failures
        ignored += walk.ignored + walk.files.count
        guard !walk.archives.isEmpty else {
            let text = PathText.printable(PathText.text(of: path))
            throw CurationError.input("there are no shards (.tar) below \(text): check the path")
        }
    }

    /// Takes what a walk found.
    mutating func take(_ walk: FileWalk) {
        files += walk.files
        failures += walk.failures
        ignored += walk.ignored
        namedTwice += walk.namedTwice
    }

    private mutating func addNamed(_ path: [UInt8], isArchive: Bool) {
        switch finder.find(path, from: currentFolder) {
        case .success(let file):
            if isArchive { archives.append(file) } else { files.append(file) }
        case .failure(let refusal):
            let text = PathText.text(of: path)
            failures.append(
                ImportFailure(path: text, code: refusal.code, message: refusal.message)
            )
        }
    }
}

// MARK: - What a source is

extension SourceList {
    // More than the annotations of ten million pictures.
    private static let largestText = 8 << 30

    /// All bytes of a text file.
    static func contents(_ path: [UInt8], limit: Int = largestText) throws -> [UInt8] {
        let text = PathText.printable(PathText.text(of: path))
        do {
            let file = try OpenPicture(path, followingLinks: true)
            guard file.facts.kind == .file else {
                throw CurationError.input("\(text) is no plain file: check the path")
            }
            guard file.facts.bytes <= limit else {
                throw CurationError.badData("\(text) has more than \(limit >> 20) MiB: split it")
            }
            return try file.read(file.facts.bytes)
        } catch is PosixFailure {
            throw CurationError.input("\(text) cannot be read: check its permissions and the disk")
        }
    }

    /// Whether the file at `path` is an archive, by its first bytes.
    ///
    /// It is one by its ending too when the bytes are those of no picture; one with the ending of a
    /// picture is none.
    static func isArchive(_ path: [UInt8]) -> Bool {
        let ending = FileEnding.of(path)
        // Not opened, for there may be a million arguments.
        guard !FileEnding.isPicture(ending),
            let file = try? OpenPicture(path, followingLinks: true), let start = try? file.read(512)
        else { return false }
        let signatures: [[UInt8]] = [
            [0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6], [0x1F, 0x8B], Array("BZh".utf8),
            [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x28, 0xB5, 0x2F, 0xFD],
        ]
        let isTar = start.dropFirst(257).starts(with: "ustar".utf8)
        if isTar || signatures.contains(where: start.starts(with:)) { return true }
        let isPicture = (try? PictureFile.check(start: start)) != nil
        return !isPicture && FileEnding.isArchive(ending)
    }

    /// What the file or folder at `path` is taken for.
    static func detectedFormat(_ path: [UInt8]) throws -> SourceFormat {
        let facts = try SourcePath.facts(path)
        func has(_ name: String, _ kind: FileFacts.Kind) -> Bool {
            let place = path + [SourcePath.slash] + name.utf8
            return (try? PosixFiles.facts(place, followingLinks: true))?.kind == kind
        }
        if facts.kind == .folder {
            if has("data.yaml", .file) { return .yolo }
            return has("Annotations", .folder) && has("JPEGImages", .folder) ? .voc : .folder
        }
        guard facts.kind == .file, !isArchive(path) else { return .folder }
        switch FileEnding.of(path) {
        case "txt", "lst": return .list
        case "yaml", "yml": return .yolo
        case "xml": return .voc
        case "csv", "tsv", "jsonl": return .csv
        case "json": return try detectedJSON(path)
        default: return .folder
        }
    }
}
