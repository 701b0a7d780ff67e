import CurationCore
import Interchange

extension SourceList {
    // One picture each, so that more is no annotation file.
    private static let largestXML = 64 << 20
    private static let largestLabelMe = 1 << 30

    /// Adds the pictures that the annotation files of a source name.
    mutating func addAnnotated(
        _ path: [UInt8],
        _ facts: FileFacts,
        _ format: SourceFormat
    ) throws {
        let root = try resolved(facts.kind == .folder ? path : Self.pictureFolder(of: path, format))
        if annotations != nil, facts.kind != .folder {
            let text = PathText.printable(PathText.text(of: path))
            throw CurationError.input("with --annotations the source is a folder; \(text) is none")
        }
        let source = annotations ?? path
        let files = try annotationFiles(source, format)
        guard !files.isEmpty else {
            let text = PathText.printable(PathText.text(of: source))
            throw CurationError.input(
                "no \(format.rawValue) annotations are at \(text): name them with --annotations"
            )
        }
        var finder = FileFinder(root: root)
        for file in files {
            switch format {
            case .yolo: try addYOLO(file, root)
            case .voc, .labelme: addSingle(file, format, root, &finder)
            default: try addTable(file, format, root, &finder)
            }
        }
    }

    private func resolved(_ path: [UInt8]) throws -> [UInt8] {
        do {
            return try PosixFiles.resolved(path)
        } catch {
            let text = PathText.printable(PathText.text(of: path))
            throw CurationError.input("the folder \(text) cannot be read: check its permissions")
        }
    }

    // Annotation files often have a folder of their own beside those of the pictures.
    private static func pictureFolder(of path: [UInt8], _ format: SourceFormat) -> [UInt8] {
        let folder = SourcePath.folder(of: path)
        let resolved = (try? PosixFiles.resolved(folder)) ?? folder
        let (above, name) = SourcePath.parts(of: resolved)
        let isOwn = String(decoding: name, as: UTF8.self).lowercased() == "annotations"
        return isOwn && (format == .coco || format == .voc) ? above : folder
    }

    private mutating func annotationFiles(
        _ source: [UInt8],
        _ format: SourceFormat
    ) throws -> [[UInt8]] {
        guard try SourcePath.facts(source).kind == .folder else { return [source] }
        func below(_ name: String) -> [UInt8] { source + [SourcePath.slash] + name.utf8 }
        switch format {
        case .yolo: return [below("data.yaml")]
        case .voc:
            let own = below("Annotations")
            return try found("xml", in: Self.isFolder(own) ? own : source)
        case .labelme: return try found("json", in: source)
        case .coco:
            return try [source, below("annotations")].filter(Self.isFolder).flatMap { folder in
                try found("json", in: folder).filter { file in
                    guard SourcePath.folder(of: file) == (try resolved(folder)) else {
                        return false
                    }
                    return ImageReferences.kind(ofJSON: try Self.contents(file)) == .coco
                }
            }
        default: return []
        }
    }

    private mutating func found(_ ending: String, in folder: [UInt8]) throws -> [[UInt8]] {
        var walk = FileWalk(wantedEnding: ending)
        try walk.add(PathText.text(of: folder))
        failures += walk.failures
        return walk.files.map { PathText.bytes(of: $0.path) }
    }

    private static func isFolder(_ path: [UInt8]) -> Bool {
        (try? PosixFiles.facts(path, followingLinks: true))?.kind == .folder
    }

    // MARK: - One file for all pictures

    private mutating func addTable(
        _ file: [UInt8],
        _ format: SourceFormat,
        _ root: [UInt8],
        _ finder: inout FileFinder
    ) throws {
        let name = PathText.text(of: file)
        let place = format == .coco ? Place.image(of: name) : .line(of: name)
        let bytes = try Self.contents(file)
        var found: ImageReferences.Found
        do {
            found =
                switch (format, FileEnding.of(file)) {
                case (.coco, _): try ImageReferences.coco(bytes)
                case (_, "jsonl"): try ImageReferences.jsonLines(bytes)
                case (_, "tsv"): try ImageReferences.csv(bytes, separator: 0x09)
                default: try ImageReferences.csv(bytes)
                }
        } catch {
            throw CurationError.badData("\(PathText.printable(name)): \(error.description)")
        }
        fail(found.faults, place)
        if format == .coco { found.references = withoutNamesakes(found.references, place) }
        add(found.references, place, from: Self.bases(for: file, below: root), finder: &finder)
    }

    // COCO's own names are relative to a folder that is called like the end of the file's name, as
    // `train2017` with `instances_train2017.json`; other tools use `images` or `data`.
    private static func bases(for file: [UInt8], below root: [UInt8]) -> [[UInt8]] {
        let stem = SourcePath.parts(of: file).name.prefix { $0 != UInt8(ascii: ".") }
        let subset = stem.split(separator: UInt8(ascii: "_")).last.map { Array($0) } ?? []
        let slash = [SourcePath.slash]
        let folders = ["images", "data"].map { root + slash + $0.utf8 }
        let named = ([root] + folders).map { $0 + slash + subset }
        return [root] + (folders + (subset.isEmpty ? [] : named)).filter(isFolder)
    }

    // MARK: - One file a picture

    private mutating func addSingle(
        _ file: [UInt8],
        _ format: SourceFormat,
        _ root: [UInt8],
        _ finder: inout FileFinder
    ) {
        let name = PathText.text(of: file)
        do {
            let isVOC = format == .voc
            let limit = isVOC ? Self.largestXML : Self.largestLabelMe
            let bytes = try Self.contents(file, limit: limit)
            let reference = try isVOC ? ImageReferences.voc(bytes) : ImageReferences.labelMe(bytes)
            var folder = SourcePath.folder(of: file)
            folder = (try? PosixFiles.resolved(folder)) ?? folder
            // An annotation file that lies elsewhere names files of the source all the same.
            var bases = SourcePath.isInside(folder, root) ? [folder] : []
            let own = SourcePath.folder(of: folder) + Array("/JPEGImages".utf8)
            if isVOC, SourcePath.isInside(own, root), Self.isFolder(own) {
                bases.insert(own, at: 0)
            }
            let pictures = root + Array("/images".utf8)
            bases += [root] + (Self.isFolder(pictures) ? [pictures] : [])
            add([reference], .only(in: name), from: bases, finder: &finder)
        } catch {
            let code = error is InterchangeError ? ImportFailure.Code.corrupt : .unreadable
            let reason = PathText.printable(String("\(error)".prefix(SourcePath.mostShown)))
            let message = "The annotations cannot be read: \(reason). Mend the file."
            failures.append(ImportFailure(path: name, code: code, message: message))
        }
    }

    // MARK: - YOLO

    private mutating func addYOLO(_ file: [UInt8], _ root: [UInt8]) throws {
        let name = PathText.text(of: file)
        let data: YoloDataFile
        do {
            data = try YoloDataFile(try Self.contents(file))
        } catch let error as InterchangeError {
            throw CurationError.badData("\(PathText.printable(name)): \(error.description)")
        }
        let own = data.root.map { Array($0.utf8) } ?? []
        // Often a path on another machine; it counts when it is a folder of this source.
        let path = own.first == SourcePath.slash ? own : root + [SourcePath.slash] + own
        let found = own.isEmpty ? root : try? PosixFiles.resolved(path)
        let isInside = found.map { SourcePath.isInside($0, root) } ?? false
        let bases = isInside && found != root ? [found ?? root, root] : [root]
        let missing = failures.count
        for reference in data.images {
            try addYOLO(reference, .line(of: name), from: bases, root)
        }
        guard !isInside, failures[missing...].contains(where: { $0.code == .missing }) else {
            return
        }
        failures.append(
            ImportFailure(
                path: "\(name)#path",
                code: .outsideRoot,
                message:
                    "The 'path' of \(PathText.printable(name)) is '\(SourcePath.shown(own))', which "
                    + "is no folder of the source. Let it be one, or take the line out."
            )
        )
    }

    // An entry is a folder, a list, or a picture. Some tools write `../train/images` for
    // `train/images` beside the file.
    private mutating func addYOLO(
        _ reference: ImageReference,
        _ place: Place,
        from bases: [[UInt8]],
        _ root: [UInt8]
    ) throws {
        let up = Array("../".utf8)
        var names = [reference.name]
        if reference.name.starts(with: up) { names.append(Array(reference.name.dropFirst(3))) }
        var isOutside = reference.name.contains(0)
        for name in names where !name.contains(0) {
            for base in bases {
                let isAbsolute = name.first == SourcePath.slash
                let path = isAbsolute ? name : base + [SourcePath.slash] + name
                let climbs = SourcePath.climbs(name, from: base, root: root)
                guard !climbs, let found = try? PosixFiles.resolved(path) else {
                    isOutside = isOutside || climbs
                    continue
                }
                guard SourcePath.isInside(found, root) else {
                    isOutside = true
                    continue
                }
                try addYOLO(at: found, root)
                return
            }
        }
        fail(reference, isOutside ? .outside : .missing, place: place, base: bases.first)
    }

    private mutating func addYOLO(at path: [UInt8], _ root: [UInt8]) throws {
        guard !Self.isFolder(path), FileEnding.of(path) == "txt" else {
            var walk = FileWalk()
            try walk.add(PathText.text(of: path))
            take(walk)
            archivesPassed += walk.archives.count
            return
        }
        var references: [ImageReference] = []
        PathList.forEach(in: try Self.contents(path)) { name, number in
            references.append(ImageReference(name: Array(name), number: number))
        }
        var finder = FileFinder(root: root)
        let bases = [SourcePath.folder(of: path), root]
        add(references, .line(of: PathText.text(of: path)), from: bases, finder: &finder)
    }
}
