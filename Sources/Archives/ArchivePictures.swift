package import CurationCore
import Synchronization

/// Reads single members of archives in any order, from any thread.
///
/// A member of a plain tar is read where it lies. Any other archive is unpacked once, from its
/// start to its end, into a temporary file without a name; after that each member is one read. Few
/// archives are kept at a time, those used last.
package final class ArchivePictures: Sendable {
    private struct Shelf {
        /// Used last comes last.
        var archives: [OpenArchive] = []
    }

    private let mostOpen: Int
    private let temporaryFolder: String
    private let isWanted: @Sendable ([UInt8]) -> Bool
    private let shelf = Mutex(Shelf())

    /// Keeps at most `mostOpen` archives.
    ///
    /// - Parameters:
    ///   - mostOpen: How many archives may be open or unpacked at a time.
    ///   - temporaryFolder: Where archives are unpacked that must be; a text of `PathText`.
    ///   - isWanted: Which members are kept of an archive that must be unpacked, by their names; all
    ///     plain files, unless it says otherwise.
    package init(
        mostOpen: Int = 8,
        temporaryFolder: String = "/var/tmp",
        isWanted: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }
    ) {
        self.mostOpen = max(1, mostOpen)
        self.temporaryFolder = temporaryFolder
        self.isWanted = isWanted
    }

    /// The bytes of the picture at `place`, which has `size` of them.
    ///
    /// - Throws: `ArchivesError.unreadable` when the archive is gone, `.changed` when it does not
    ///   have the member any longer, `.noRoom` when it cannot be unpacked.
    package func bytes(of place: ArchivePlace, size: Int) throws(ArchivesError) -> [UInt8] {
        let archive = try archive(at: place.file)
        let found: [UInt8]?
        if let offset = place.offset {
            found = archive.file.read(size, at: offset)
        } else {
            found = try archive.member(
                PathText.bytes(of: place.member),
                size: size,
                temporaryFolder: temporaryFolder,
                isWanted: isWanted
            )
        }
        guard let found else { throw .changed(path: place.file, member: place.member) }
        return found
    }

    private func archive(at path: String) throws(ArchivesError) -> OpenArchive {
        let name = ExactText(path)
        let known = shelf.withLock { shelf -> OpenArchive? in
            guard let index = shelf.archives.firstIndex(where: { $0.name == name }) else {
                return nil
            }
            let archive = shelf.archives.remove(at: index)
            shelf.archives.append(archive)
            return archive
        }
        if let known { return known }
        let opened = try OpenArchive(name)
        return shelf.withLock { shelf in
            // Another thread may have opened it meanwhile; what it unpacks must not be done twice.
            if let other = shelf.archives.first(where: { $0.name == name }) { return other }
            shelf.archives.append(opened)
            if shelf.archives.count > mostOpen { shelf.archives.removeFirst() }
            return opened
        }
    }
}

/// An archive that is kept open, with what was unpacked of it.
private final class OpenArchive: Sendable {
    private struct Unpacked {
        let file: OpenFile
        var places: [[UInt8]: Range<Int>] = [:]
    }

    private static let largestMember = 512 << 20

    let name: ExactText
    let file: OpenFile
    private let unpacked = Mutex<Unpacked?>(nil)

    init(_ name: ExactText) throws(ArchivesError) {
        self.name = name
        do {
            file = try OpenFile(PathText.bytes(of: name.text))
        } catch {
            throw .unreadable(path: name.text, reason: error.reason)
        }
    }

    func member(
        _ member: [UInt8],
        size: Int,
        temporaryFolder: String,
        isWanted: ([UInt8]) -> Bool
    ) throws(ArchivesError) -> [UInt8]? {
        let found = try unpacked.withLock {
            (kept: inout Unpacked?) throws(ArchivesError) -> (file: OpenFile, place: Range<Int>?) in
            if kept == nil { kept = try unpack(into: temporaryFolder, isWanted) }
            guard let kept else { preconditionFailure("it was unpacked") }
            return (kept.file, kept.places[member])
        }
        guard let place = found.place, place.count == size else { return nil }
        return found.file.read(size, at: place.lowerBound)
    }

    // What follows damage cannot be read; what came before it was imported and is wanted.
    private func unpack(
        into folder: String,
        _ isWanted: ([UInt8]) -> Bool
    ) throws(ArchivesError) -> Unpacked {
        let reader = try ArchiveReader(path: name.text)
        do throws(OpenFailure) {
            var unpacked = Unpacked(file: try OpenFile(temporary: PathText.bytes(of: folder)))
            var end = 0
            while let member = try? reader.next() {
                guard member.kind == .file, unpacked.places[member.name] == nil,
                    isWanted(member.name),
                    let bytes = try? reader.read(limit: Self.largestMember)
                else { continue }
                try unpacked.file.write(bytes, at: end)
                unpacked.places[member.name] = end..<(end + bytes.count)
                end += bytes.count
            }
            return unpacked
        } catch {
            throw .noRoom(folder: folder, reason: error.reason)
        }
    }
}
