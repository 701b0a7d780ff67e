package import CurationCore

/// What the sources of an import name: picture files, and archives that are read as streams.
///
/// A source is a file, a folder, a pattern, `-` for a list on standard input, an archive, a list or
/// an annotation file. With the format `auto` it is taken for what it looks like: a file by its
/// ending, an archive also by its first bytes, JSON by its names; a folder with a `data.yaml` is
/// YOLO, one with `Annotations` and `JPEGImages` is Pascal VOC, and any other holds pictures. Of
/// several sources, as a shell makes of `folder/*`, some may just lie beside the pictures: a `.txt`
/// is no list then, a JSON, YAML or table that names no pictures is ignored, and only a `.lst` is
/// always a list.
///
/// A picture may be anywhere that a person named. What a list or an annotation file names must lie
/// below the source, whatever the links say; only a list may name absolute paths, for it stands for
/// arguments. One on standard input has no folder, so its names may be anywhere. What a wild card fits
/// must lie below the folder before it.
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
    var paths = AbsolutePaths()
    let currentFolder = PosixFiles.currentFolder

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
        var paths = AbsolutePaths()
        self.annotations = annotations.map { paths.path(PathText.bytes(of: $0)) }
        for source in sources {
            if source == "-" {
                addNames(try standardInput())
            } else {
                try add(PathText.bytes(of: source), isOnly: sources.count == 1)
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

    private mutating func add(_ source: [UInt8], isOnly: Bool) throws {
        if try addFound(source, isOnly: isOnly) { return }
        let matches =
            try SourcePattern.expand(source) ?? [SourcePattern.Match(path: source, root: nil)]
        var guards: [[UInt8]: FileFinder] = [:]
        for match in matches {
            if let root = match.root,
                leaves(match.path, &guards[root, default: FileFinder(root: root)])
            {
                continue
            }
            if try !addFound(match.path, isOnly: isOnly && matches.count == 1) {
                _ = try SourcePath.facts(match.path)
            }
        }
    }

    // A wild card finds what nobody looked at, so links among it are held to what a folder may have.
    private mutating func leaves(_ path: [UInt8], _ finder: inout FileFinder) -> Bool {
        let absolute =
            path.first == SourcePath.slash ? path : currentFolder + [SourcePath.slash] + path
        guard case .failure(let refusal) = finder.find(absolute, from: currentFolder),
            refusal.code == .outsideRoot
        else { return false }
        fail(path, refusal)
        return true
    }

    // A dead link among several sources stops no import, as none in a folder does.
    private mutating func addFound(_ path: [UInt8], isOnly: Bool) throws -> Bool {
        if let facts = try? PosixFiles.facts(path, followingLinks: true) {
            try add(path, facts, isOnly: isOnly)
            return true
        }
        guard !isOnly, let facts = try? PosixFiles.facts(path, followingLinks: false) else {
            return false
        }
        try addPictures(path, facts)
        return true
    }

    private mutating func add(_ path: [UInt8], _ facts: FileFacts, isOnly: Bool) throws {
        var format = format
        if format == .auto {
            let isOnly = isOnly || annotations != nil
            format = try Self.detectedFormat(annotations ?? path, isOnly: isOnly)
        }
        switch format {
        case .auto, .folder, .imagefolder: try addPictures(path, facts)
        case .webdataset: try addShards(path, facts)
        case .list:
            let file = paths.path(path)
            let place = SourcePath.folder(of: file)
            addList(try Self.contents(file), named: PathText.text(of: file), in: place)
        case .coco, .yolo, .voc, .labelme, .csv:
            try addAnnotated(paths.path(path), facts, format)
        }
    }

    private mutating func addPictures(_ path: [UInt8], _ facts: FileFacts) throws {
        guard !FileWalk.isOfDataset(path) else {
            ignored += 1
            return
        }
        guard facts.kind == .folder else {
            let isArchive = facts.kind == .file && Self.isArchive(path)
            if isArchive || facts.kind == .other || !FileEnding.isOther(FileEnding.of(path)) {
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
        case .failure(let refusal): fail(path, refusal)
        }
    }

    private mutating func fail(_ path: [UInt8], _ refusal: FileFinder.Refusal) {
        let text = PathText.text(of: paths.path(path))
        failures.append(ImportFailure(path: text, code: refusal.code, message: refusal.message))
    }
}

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
}
