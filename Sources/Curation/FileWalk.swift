import CurationCore
import Foundation
import Storage

/// A file that an import looks at.
package struct FoundFile: Sendable, Hashable {
    /// Absolute, as the store keeps it.
    package let path: String
    /// The path below the source that it was found in, `/` between the parts.
    package let relativePath: String
    /// The size in bytes.
    let bytes: Int
    /// When it was changed last, in seconds since 1970.
    let modifiedAt: Double
}

/// Finds the files of the sources: plain files only, in the order of their paths.
///
/// Links to files are followed when they stay inside the source; links to folders, devices, sockets
/// and named pipes are never opened. Files whose ending says that they are no pictures are left out.
package struct FileWalk {
    /// The files that were found.
    package private(set) var files: [FoundFile] = []
    private(set) var failures: [ImportFailure] = []
    private(set) var ignored = 0
    private var seen = Set<ExactText>()

    /// Starts without files.
    package init() {}

    private static let otherEndings: Set<String> = [
        "csv", "css", "db", "gz", "htm", "html", "ini", "js", "json", "jsonl", "log", "md", "names",
        "npy", "parquet", "pdf", "py", "sh", "sqlite", "tar", "toml", "tsv", "txt", "xml", "yaml",
        "yml", "zip",
    ]

    /// Adds a file, or all files below a folder.
    ///
    /// - Throws: `CurationError.input` when nothing is there.
    package mutating func add(_ source: String) throws {
        let url = URL(filePath: source).standardizedFileURL
        let root = url.resolvingSymlinksInPath()
        guard let kind = Self.kind(root.path) else {
            throw CurationError.input("no file or folder at \(source): check the path")
        }
        guard kind == .typeDirectory else {
            let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
            let name = url.lastPathComponent
            look(at: folder.appending(path: name), relativePath: name, root: nil)
            return
        }
        addAll(in: root, relativePath: "", root: root)
    }

    /// Adds what is in a folder, by name; data sets of Winnow below the source are passed over.
    private mutating func addAll(in folder: URL, relativePath: String, root: URL) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            fail(folder.path, .unreadable, "The folder cannot be read. Check its permissions.")
            return
        }
        guard !names.contains(DatasetStore.databaseFile(in: folder).lastPathComponent) else {
            ignored += 1
            return
        }
        for name in names.sorted() where !name.hasPrefix(".") {
            let url = folder.appending(path: name)
            let path = relativePath.isEmpty ? name : "\(relativePath)/\(name)"
            if Self.kind(url.path) == .typeDirectory {
                addAll(in: url, relativePath: path, root: root)
            } else {
                look(at: url, relativePath: path, root: root)
            }
        }
    }

    private static func kind(_ path: String) -> FileAttributeType? {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        return facts?[.type] as? FileAttributeType
    }

    private mutating func look(at url: URL, relativePath: String, root: URL?) {
        guard let file = target(of: url, root: root),
            let facts = try? FileManager.default.attributesOfItem(atPath: file.path)
        else { return }
        let isPlain = facts[.type] as? FileAttributeType == .typeRegular
        guard isPlain, !Self.otherEndings.contains(url.pathExtension.lowercased()) else {
            ignored += 1
            return
        }
        guard seen.insert(ExactText(url.path)).inserted else { return }
        let modified = facts[.modificationDate] as? Date
        files.append(
            FoundFile(
                path: url.path,
                relativePath: relativePath,
                bytes: (facts[.size] as? NSNumber)?.intValue ?? 0,
                modifiedAt: modified?.timeIntervalSince1970 ?? 0
            )
        )
    }

    /// The file itself, or the one that a link leads to; nil when it is a failure.
    private mutating func target(of url: URL, root: URL?) -> URL? {
        guard let kind = Self.kind(url.path) else {
            fail(
                url.path,
                .unreadable,
                "The file cannot be looked at. Rename it to valid UTF-8, and check its disk."
            )
            return nil
        }
        guard kind == .typeSymbolicLink else { return url }
        let file = url.resolvingSymlinksInPath()
        guard let kind = Self.kind(file.path), kind != .typeSymbolicLink else {
            fail(url.path, .unreadable, "The link leads nowhere. Mend or remove it.")
            return nil
        }
        let isInside = root.map { file.path.hasPrefix($0.path + "/") } ?? true
        guard isInside || kind == .typeDirectory else {
            fail(
                url.path,
                .outsideRoot,
                "The link leads out of the folder that is imported. Import the file that it leads "
                    + "to by its own path."
            )
            return nil
        }
        return file
    }

    private mutating func fail(_ path: String, _ code: ImportFailure.Code, _ message: String) {
        failures.append(ImportFailure(path: path, code: code, message: message))
    }
}
