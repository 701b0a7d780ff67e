package import CurationCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The folder of an export while it is written.
///
/// Files are made in a hidden folder inside and take their final names only when all of them are
/// whole and on the disk, the manifest last. So whatever happens, a file under its final name is
/// whole, and a folder with a manifest is a whole export. What a killed process leaves behind is
/// known as ours and cleared by the next export to the folder.
package final class ExportFolder {
    /// Where it is.
    package let path: String

    static let stagingName = ".winnow-export"
    private static let replacedName = "replaced"

    private let lock: FolderLock
    private let staging: String
    private var replaced: ShardManifest?

    /// Takes the folder at `path` for an export, making it if needed.
    ///
    /// - Throws: `ExportError.folderNotEmpty` when it holds files, unless it holds an export and
    ///   `overwrite` is given: then that goes once the new one is whole, and other files stay.
    package init(at path: String, overwrite: Bool) throws(ExportError) {
        self.path = path
        staging = path + "/" + Self.stagingName
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true
            )
        } catch {
            throw .cannotCreate(path: path, reason: "it is a file, or its parent is read-only")
        }
        lock = try FolderLock(path: path)
        clearInterruptedExport()
        replaced = try? ShardManifest(inFolder: path)
        guard entries().isEmpty || (overwrite && replaced != nil) else {
            throw .folderNotEmpty(path: path, holdsExport: replaced != nil)
        }
        try SystemCall.makeFolder(staging)
    }

    deinit { try? FileManager.default.removeItem(atPath: staging) }

    /// Writes one file of the export with `body` and describes it for the manifest.
    ///
    /// - Parameters:
    ///   - name: The path in the export.
    ///   - samples: Samples in the file; nil for the copy of an image.
    ///   - split: The split that the file belongs to.
    ///   - body: Adds the bytes.
    /// - Returns: Size and digest of the file.
    /// - Throws: `ExportError` when the file cannot be written, or what `body` throws.
    package func writeFile(
        _ name: String,
        samples: Int?,
        split: Split,
        _ body: (OutputFile) throws(ExportError) -> Void
    ) throws(ExportError) -> ShardManifest.File {
        let file = try makeFile(name)
        try body(file)
        return ShardManifest.File(
            path: name,
            bytes: file.count,
            sha256: try file.finish(),
            samples: samples,
            split: split
        )
    }

    /// Starts a file of the export; it must be finished before `finish`.
    func makeFile(_ name: String) throws(ExportError) -> OutputFile {
        precondition(ExportPath.isSafe(name), "'\(name)' is not a path in the export")
        try makeFolders(above: name, in: staging)
        return try OutputFile(creating: staging + "/" + name)
    }

    /// Gives all files of `manifest` their final names, then writes the manifest.
    package func finish(_ manifest: ShardManifest) throws(ExportError) {
        let list = try makeFile(ShardManifest.fileName)
        try list.append(manifest.bytes)
        _ = try list.finish()
        try SystemCall.syncFolder(staging)
        try checkNothingElseIsLost(manifest)
        try clearReplacedExport()
        var folders: Set<String> = [path]
        for file in manifest.files {
            try makeFolders(above: file.path, in: path)
            folders.insert(Self.parent(of: path + "/" + file.path))
            try move(file.path)
        }
        for folder in folders.sorted() { try SystemCall.syncFolder(folder) }
        try move(ShardManifest.fileName)
        try? FileManager.default.removeItem(atPath: staging)
        try SystemCall.syncFolder(path)
        try SystemCall.syncFolder(path + "/..")
    }

    private func checkNothingElseIsLost(_ manifest: ShardManifest) throws(ExportError) {
        let ours = Set(replaced?.files.map(\.path) ?? [])
        for file in manifest.files where !ours.contains(file.path) {
            let name = path + "/" + file.path
            guard !FileManager.default.fileExists(atPath: name) else {
                throw .cannotCreate(
                    path: name,
                    reason: "a file that is no part of the former export"
                )
            }
        }
    }

    private func move(_ name: String) throws(ExportError) {
        try SystemCall.rename(staging + "/" + name, to: path + "/" + name)
    }

    // The old manifest is put aside first: were we killed now, it says which files are ours.
    private func clearReplacedExport() throws(ExportError) {
        guard let replaced else { return }
        let aside = staging + "/" + Self.replacedName
        try SystemCall.makeFolder(aside)
        try SystemCall.rename(
            path + "/" + ShardManifest.fileName,
            to: aside + "/" + ShardManifest.fileName
        )
        try SystemCall.syncFolder(aside)
        try SystemCall.syncFolder(path)
        remove(replaced.files)
    }

    private func clearInterruptedExport() {
        for folder in [staging, staging + "/" + Self.replacedName] {
            guard let manifest = try? ShardManifest(inFolder: folder) else { continue }
            remove(manifest.files)
        }
        try? FileManager.default.removeItem(atPath: staging)
    }

    // Removes files of ours and the folders that are empty then. A folder on the way that is a link
    // leads elsewhere, so nothing behind it is touched.
    private func remove(_ files: [ShardManifest.File]) {
        var isOurs: [String: Bool] = [path: true]
        for file in files {
            let name = path + "/" + file.path
            var folder = path
            for part in file.path.split(separator: "/").dropLast() {
                let parent = folder
                folder += "/" + part
                if isOurs[folder] == nil {
                    isOurs[folder] = isOurs[parent] == true && !Self.isLink(folder)
                }
            }
            if isOurs[folder] == true { try? FileManager.default.removeItem(atPath: name) }
        }
        for folder in isOurs.keys.sorted(by: >) where folder != path && isOurs[folder] == true {
            let rest = try? FileManager.default.contentsOfDirectory(atPath: folder)
            if rest?.isEmpty == true { try? FileManager.default.removeItem(atPath: folder) }
        }
    }

    private func makeFolders(above name: String, in root: String) throws(ExportError) {
        var folder = root
        for part in name.split(separator: "/").dropLast() {
            folder += "/" + part
            try SystemCall.makeFolder(folder)
        }
    }

    private func entries() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [Self.stagingName]
    }

    private static func parent(of name: String) -> String {
        String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)])
    }

    private static func isLink(_ path: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }
}
