package import CurationCore
import Foundation
import Storage

/// Finds the files of folders: plain files only, in the order of the bytes of their paths.
///
/// Links to files are followed when they stay inside the source; links to folders, devices, sockets
/// and named pipes are never opened. Files whose ending says that they are no pictures are left
/// out. Data sets of Winnow are passed over; of one that is named itself the pictures beside its own
/// files are found.
package struct FileWalk {
    /// The files that were found.
    package private(set) var files: [FoundFile] = []
    /// What could not be looked at.
    package private(set) var failures: [ImportFailure] = []
    /// Files that are no pictures by their ending, links to folders, devices, and data sets of
    /// Winnow.
    package private(set) var ignored = 0
    /// Archives that were met on the way; they are read only when they are named as sources.
    package private(set) var archives: [FoundFile] = []
    /// Files that more than one source names.
    package private(set) var namedTwice = 0

    // Each level holds a file descriptor, and a process has some thousand of them.
    private static let deepest = 256
    private static let datasetFile = Array(
        DatasetStore.databaseFile(in: URL(filePath: "/")).lastPathComponent.utf8
    )

    // What else a data set has in its folder.
    private static let datasetNames: Set<[UInt8]> = Set(
        [
            "features", "thumbnails", "copies", "partial", "import.lock", "review-token",
            "settings",
            "views",
        ].map { Array($0.utf8) }
    )
    // A token that is being written, or was when the server was killed.
    private static let newToken = Array("review-token.".utf8)

    private let wantedEnding: String?

    /// Starts without files.
    package init() { wantedEnding = nil }

    /// Starts without files, and finds only those of one ending, which need not be that of a
    /// picture.
    init(wantedEnding: String) { self.wantedEnding = wantedEnding }

    /// Adds a file, or all files below a folder.
    ///
    /// - Parameter source: A text of `PathText`.
    /// - Throws: `CurationError.input` when nothing is there.
    package mutating func add(_ source: String) throws {
        let path = PathText.bytes(of: source)
        let facts = try SourcePath.facts(path)
        var paths = AbsolutePaths()
        guard facts.kind == .folder else {
            addNamed(paths.path(path), facts)
            return
        }
        addFolder(paths.path(path))
        namedTwice += files.unify()
    }

    private mutating func addFolder(_ path: [UInt8]) {
        let root: [UInt8]
        let folder: OpenFolder
        do {
            root = try PosixFiles.resolved(path)
            folder = try OpenFolder(root)
        } catch {
            fail(PathText.text(of: path), .unreadable, Self.unreadableFolder)
            return
        }
        let text = root == [0x2F] ? "" : PathText.text(of: root)
        walk(folder, Place(text: text, root: root, relativeStart: text.utf8.count + 1, depth: 0))
    }

    /// Adds a file that was named itself.
    private mutating func addNamed(_ path: [UInt8], _ facts: FileFacts) {
        guard facts.kind == .other || isWanted(path) else {
            ignored += 1
            return
        }
        var finder = FileFinder(root: nil)
        switch finder.find(path, from: [SourcePath.slash]) {
        case .success(let file):
            files.append(file)
            namedTwice += files.unify()
        case .failure(let refusal):
            fail(PathText.text(of: path), refusal.code, refusal.message)
        }
    }

    /// Whether something that was named is part of a data set and not one of its pictures.
    static func isOfDataset(_ path: [UInt8]) -> Bool {
        let (folder, name) = SourcePath.parts(of: path)
        guard isNameOfDataset(name) else { return false }
        return (try? PosixFiles.facts(folder + datasetFile, followingLinks: true)) != nil
    }

    // The database has other files beside it that are called like it.
    private static func isNameOfDataset(_ name: [UInt8]) -> Bool {
        datasetNames.contains(name) || name.starts(with: datasetFile)
            || name.starts(with: newToken)
    }

    private static let unreadableFolder = "The folder cannot be read. Check its permissions."

    private struct Place {
        /// The path of the folder; empty for the root of the system.
        let text: String
        /// The folder that is imported.
        let root: [UInt8]
        let relativeStart: Int
        let depth: Int

        func path(of name: [UInt8]) -> String {
            let name = PathText.text(of: name)
            var path = ""
            path.reserveCapacity(text.utf8.count + 1 + name.utf8.count)
            path += text
            path += "/"
            path += name
            return path
        }

        func below(_ name: [UInt8]) -> Place {
            Place(
                text: path(of: name),
                root: root,
                relativeStart: relativeStart,
                depth: depth + 1
            )
        }
    }

    private mutating func walk(_ folder: OpenFolder, _ place: Place) {
        guard place.depth < Self.deepest else {
            let message =
                "The folder lies more than \(Self.deepest) folders deep. Import it by itself."
            fail(place.text, .unreadable, message)
            return
        }
        guard var entries = try? folder.entries() else {
            fail(place.text, .unreadable, Self.unreadableFolder)
            return
        }
        if entries.contains(where: { $0.name == Self.datasetFile }) {
            guard place.depth == 0 else {
                ignored += 1
                return
            }
            entries.removeAll { Self.isNameOfDataset($0.name) }
        }
        entries.removeAll { $0.name.first == UInt8(ascii: ".") }
        var found: [(key: [UInt8], kind: FileFacts.Kind)] = entries.map { entry in
            let kind = entry.kind ?? (try? folder.facts(entry.name, followingLinks: false))?.kind
            // With the slash that follows them, folders stand where the paths below them do.
            let end: [UInt8] = kind == .folder ? [0x2F] : []
            return (entry.name + end, kind ?? .file)
        }
        entries = []
        found.sort { $0.key.lexicographicallyPrecedes($1.key) }
        for (name, kind) in found {
            switch kind {
            case .folder: enter(name.dropLast(), of: folder, place)
            case .file, .link: look(at: name, kind, in: folder, place)
            case .other: ignored += 1
            }
        }
    }

    private mutating func enter(_ name: ArraySlice<UInt8>, of folder: OpenFolder, _ place: Place) {
        let name = Array(name)
        do {
            walk(try OpenFolder(name, in: folder), place.below(name))
        } catch {
            fail(place.path(of: name), .unreadable, Self.unreadableFolder)
        }
    }

    private mutating func look(
        at name: [UInt8],
        _ kind: FileFacts.Kind,
        in folder: OpenFolder,
        _ place: Place
    ) {
        let isArchive = wantedEnding == nil && FileEnding.isArchive(FileEnding.of(name))
        guard isArchive || isWanted(name) else {
            ignored += 1
            return
        }
        let path = place.path(of: name)
        do {
            let facts = try folder.facts(name, followingLinks: kind == .link)
            guard facts.kind == .file else {
                ignored += 1
                return
            }
            guard try kind == .file || leadsInside(path, place.root) else {
                fail(path, .outsideRoot, FileFinder.Refusal.linkOutside.message)
                return
            }
            let file = FoundFile(
                path: path,
                relativeStart: place.relativeStart,
                facts: facts,
                isLink: kind == .link
            )
            if isArchive { archives.append(file) } else { files.append(file) }
        } catch {
            let refusal: FileFinder.Refusal = kind == .link ? .deadLink : .unreadable
            fail(path, refusal.code, refusal.message)
        }
    }

    private func isWanted(_ name: [UInt8]) -> Bool {
        let ending = FileEnding.of(name)
        return wantedEnding.map { $0 == ending } ?? !FileEnding.isOther(ending)
    }

    private func leadsInside(_ path: String, _ root: [UInt8]) throws(PosixFailure) -> Bool {
        SourcePath.isInside(try PosixFiles.resolved(PathText.bytes(of: path)), root)
    }

    private mutating func fail(_ path: String, _ code: ImportFailure.Code, _ message: String) {
        failures.append(ImportFailure(path: path, code: code, message: message))
    }
}
