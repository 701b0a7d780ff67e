package import CurationCore

/// Why an export could not be written or read.
package enum ExportError: Error, Equatable, CustomStringConvertible {
    /// The text after `--split` is not a list of shares.
    case badFractions(text: String, reason: String)
    /// The folder holds files already.
    case folderNotEmpty(path: String, holdsExport: Bool)
    /// Another process is exporting to the folder.
    case folderBusy(path: String)
    /// A file or folder cannot be made.
    case cannotCreate(path: String, reason: String)
    /// A file cannot be written to its end.
    case cannotWrite(path: String, missing: Int, reason: String)
    /// A file cannot be opened or read.
    case unreadable(path: String, reason: String)
    /// An image is not the file any more that was imported.
    case changedImage(path: String, expected: ContentDigest, found: ContentDigest)
    /// Two samples have the same bytes, so their keys would be the same.
    case duplicateContent(paths: [String])
    /// A label names a class that the schema does not have.
    case unknownCategory(name: String, path: String)
    /// A manifest is not one that this program reads.
    case badManifest(path: String, reason: String)
    /// A tar archive breaks the format.
    case badArchive(path: String, reason: String)
    /// An array file breaks the format.
    case badArray(path: String, reason: String)
    /// The caller asked to stop.
    case interrupted

    /// What failed, on which file, and what to do.
    package var description: String {
        switch self {
        case .badFractions, .folderNotEmpty, .folderBusy, .cannotCreate: requestDescription
        case .cannotWrite(let path, let missing, let reason):
            "cannot write \(path): \(reason), \(missing) bytes are missing; make room and try again"
        case .unreadable(let path, let reason):
            "cannot read \(path): \(reason)"
        case .changedImage(let path, let expected, let found):
            """
            \(path) has changed since it was imported (sha256 \(found.hex.prefix(16))… instead of \
            \(expected.hex.prefix(16))…): put the file back as it was, or leave out such pictures with \
            --skip-missing
            """
        case .duplicateContent(let paths):
            "the same bytes are exported twice: \(paths.joined(separator: " and ")); leave one out"
        case .unknownCategory(let name, let path):
            "\(path) has the label '\(name)', which is not a class of the schema: add the class"
        case .badManifest(let path, let reason):
            "\(path) is not a manifest of an export: \(reason)"
        case .badArchive(let path, let reason):
            "\(path) is not a whole tar archive: \(reason)"
        case .badArray(let path, let reason):
            "\(path) is not an array that can be read: \(reason)"
        case .interrupted: "the export was stopped; run it again to write it anew"
        }
    }

    private var requestDescription: String {
        switch self {
        case .badFractions(let text, let reason):
            "'\(text)' is not a split: \(reason); write for example train=0.8,val=0.1,test=0.1"
        case .folderNotEmpty(let path, true):
            "\(path) holds an export already: choose another folder or overwrite it"
        case .folderNotEmpty(let path, false):
            "\(path) holds files that are no export: choose an empty folder"
        case .folderBusy(let path):
            "another export to \(path) is under way: wait for it or choose another folder"
        case .cannotCreate(let path, let reason):
            "cannot create \(path): \(reason)"
        default: ""
        }
    }
}
