import CurationCore
import Foundation

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
    private var seen = Set<String>()

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
        guard let facts = try? FileManager.default.attributesOfItem(atPath: root.path) else {
            throw CurationError.input("no file or folder at \(source): check the path")
        }
        guard facts[.type] as? FileAttributeType == .typeDirectory else {
            look(at: url, relativePath: url.lastPathComponent, root: nil)
            return
        }
        let contents = FileManager.default.enumerator(atPath: root.path)
        var paths: [String] = []
        while let path = contents?.nextObject() as? String { paths.append(path) }
        for path in paths.sorted() {
            if path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { continue }
            look(at: root.appending(path: path), relativePath: path, root: root)
        }
    }

    private mutating func look(at url: URL, relativePath: String, root: URL?) {
        var file = url
        guard var facts = try? FileManager.default.attributesOfItem(atPath: url.path) else {
            fail(
                url.path,
                .unreadable,
                "The file cannot be looked at. Check that its disk is there."
            )
            return
        }
        if facts[.type] as? FileAttributeType == .typeSymbolicLink {
            file = url.resolvingSymlinksInPath()
            guard let target = try? FileManager.default.attributesOfItem(atPath: file.path),
                target[.type] as? FileAttributeType != .typeSymbolicLink
            else {
                fail(url.path, .unreadable, "The link leads nowhere. Mend or remove it.")
                return
            }
            facts = target
            let isInside = root.map { file.path.hasPrefix($0.path + "/") } ?? true
            guard isInside || facts[.type] as? FileAttributeType == .typeDirectory else {
                fail(
                    url.path,
                    .outsideRoot,
                    "The link leads out of the folder that is imported. Import the file that it "
                        + "leads to by its own path."
                )
                return
            }
        }
        guard facts[.type] as? FileAttributeType == .typeRegular else {
            if facts[.type] as? FileAttributeType != .typeDirectory { ignored += 1 }
            return
        }
        guard !Self.otherEndings.contains(url.pathExtension.lowercased()) else {
            ignored += 1
            return
        }
        guard seen.insert(url.path).inserted else { return }
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

    private mutating func fail(_ path: String, _ code: ImportFailure.Code, _ message: String) {
        failures.append(ImportFailure(path: path, code: code, message: message))
    }
}
