import CurationCore
import Interchange

// What a source is taken for.
extension SourceList {
    // Enough for the first line of any table.
    private static let startOfTable = 1 << 20

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

    /// What the file or folder at `path` is taken for; unless it is the only source, it may be no
    /// source at all, which is passed over as other files in a folder of pictures.
    static func detectedFormat(_ path: [UInt8], isOnly: Bool) throws -> SourceFormat {
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
        let ending = FileEnding.of(path)
        switch ending {
        case "lst": return .list
        case "txt": return isOnly ? .list : .folder
        case "xml": return .voc
        case "yaml", "yml":
            let isYOLO = isOnly || (try? YoloDataFile(try contents(path))) != nil
            return isYOLO ? .yolo : .folder
        case "csv", "tsv", "jsonl":
            return isOnly || namesPictures(path, ending) ? .csv : .folder
        case "json": return try detectedJSON(path, isOnly: isOnly)
        default: return .folder
        }
    }

    private static func detectedJSON(_ path: [UInt8], isOnly: Bool) throws -> SourceFormat {
        switch ImageReferences.kind(ofJSON: try contents(path)) {
        case .coco: return .coco
        case .labelMe: return .labelme
        case nil:
            guard isOnly else { return .folder }
            let text = PathText.printable(PathText.text(of: path))
            throw CurationError.badData(
                "\(text) is neither COCO (no 'images') nor LabelMe (no 'imagePath'): check it"
            )
        }
    }

    // A table that is wrong further down is a table, and then an error.
    private static func namesPictures(_ path: [UInt8], _ ending: String) -> Bool {
        guard let file = try? OpenPicture(path, followingLinks: true),
            let start = try? file.read(startOfTable)
        else { return true }
        do throws(InterchangeError) {
            switch ending {
            case "jsonl": _ = try ImageReferences.jsonLines(Array(start.prefix { $0 != 0x0A }))
            case "tsv": _ = try ImageReferences.csv(start, separator: 0x09)
            default: _ = try ImageReferences.csv(start)
            }
            return true
        } catch .missingColumns {
            return false
        } catch {
            return ending != "jsonl"
        }
    }
}
