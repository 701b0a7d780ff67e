import CurationCore

/// What the header of a member of an archive says.
package struct ArchiveMember: Sendable, Equatable {
    /// What a member is.
    package enum Kind: Sendable, Equatable {
        /// A plain file.
        case file
        /// A folder.
        case folder
        /// A symbolic or a hard link, which is never followed.
        case link
        /// A device, a named pipe or something else that has no bytes.
        case other
    }

    /// The bytes of the name; none when the archive does not say.
    package let name: [UInt8]
    /// What it is.
    package let kind: Kind
    /// The size in bytes, when the header tells.
    package let size: Int?
    /// When it was changed, in seconds since 1970.
    package let modifiedAt: Double
    /// Where its bytes begin in the archive, when they lie there as they are, which is so in a
    /// plain tar.
    package let offset: Int?
    /// Whether a password is needed to read it.
    package let isEncrypted: Bool
}

/// How much may come out of an archive.
///
/// Pictures hardly pack, so an archive that unpacks to far more than it holds is no collection of
/// them; the constant part lets small archives of drawings pass.
package struct ArchiveLimits: Sendable, Equatable {
    /// Bytes that any archive may unpack to.
    package var freeBytes = 1 << 30
    /// Bytes beyond those for each byte of the archive.
    package var ratio = 200
    /// Members of any kind.
    package var members = 20_000_000

    /// The usual limits.
    package init() {}
}

/// Reads the members of a tar or a zip in their order, without writing anything.
///
/// One thread at a time. Compression with gzip, bzip2, xz or Zstandard is undone on the way.
package final class ArchiveReader {
    /// Where the archive is.
    package let path: String

    private static let step = 1 << 18

    private let limits: ArchiveLimits
    private let file: OpenFile
    private let handle: ArchiveHandle
    private var current: ArchiveMember?
    private var members = 0
    private var delivered = 0
    private var isSpent = false

    /// Opens the archive at `path`, a text of `PathText`.
    ///
    /// - Throws: `ArchivesError.unreadable`; whether it is an archive at all is seen by `next`.
    package init(
        path: String,
        limits: ArchiveLimits = ArchiveLimits()
    ) throws(ArchivesError) {
        self.path = path
        self.limits = limits
        do {
            file = try OpenFile(PathText.bytes(of: path))
            handle = try ArchiveHandle(file)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
    }

    /// The size of the archive in bytes.
    package var size: Int { file.size }

    /// When the archive was changed last, in seconds since 1970.
    package var modifiedAt: Double { file.modifiedAt }

    /// Goes on to the next member; nil after the last one, or once the archive was found to be bad.
    ///
    /// - Throws: `ArchivesError.damaged`, `.corrupt` or `.bomb`, after which there is nothing more to
    ///   read.
    package func next() throws(ArchivesError) -> ArchiveMember? {
        guard !isSpent else { return nil }
        try skipRest()
        do {
            current = try handle.next()
        } catch {
            throw failure(error)
        }
        if current == nil { try finish() }
        members += 1
        guard members <= limits.members else { throw end(.bomb(path: path)) }
        if let member = current, let offset = member.offset, let size = member.size,
            size > file.size - offset
        {
            throw end(.damaged(path: path, reason: "it ends early"))
        }
        if current == nil { isSpent = true }
        return current
    }

    /// All bytes of the member that `next` gave; to be called once.
    ///
    /// - Throws: `ArchivesError.badMember` or `.memberTooLarge`, after which the next member can be
    ///   read; `.damaged`, `.corrupt` or `.bomb`, after which there is nothing more to read.
    package func read(limit: Int) throws(ArchivesError) -> [UInt8] {
        guard let member = current, !isSpent else { return [] }
        guard member.size ?? 0 <= limit else { throw .memberTooLarge(path: path, limit: limit) }
        var bytes: [UInt8] = []
        while true {
            // One byte more than is needed, so that the usual member takes two calls and no copy.
            let rest = member.size.map { max($0 - bytes.count, 0) + 1 } ?? Self.step
            let part = try nextPart(min(rest, max(Self.step, member.size ?? 0) + 1))
            if part.isEmpty { break }
            if bytes.isEmpty { bytes = part } else { bytes.append(contentsOf: part) }
            guard bytes.count <= limit else { throw .memberTooLarge(path: path, limit: limit) }
        }
        if let size = member.size, size != bytes.count {
            throw .badMember(path: path, reason: "it has \(bytes.count) of \(size) bytes")
        }
        return bytes
    }

    // In a compressed archive skipping is unpacking, so it is done in steps that are watched.
    private func skipRest() throws(ArchivesError) {
        guard current != nil, handle.isCompressed else { return }
        while true {
            do {
                guard try !nextPart(Self.step).isEmpty else { return }
            } catch .badMember {
                return
            }
        }
    }

    // The checksum of a packed archive comes after the end of what was packed.
    private func finish() throws(ArchivesError) {
        while true {
            do {
                guard try handle.finish() else { return }
            } catch {
                throw failure(error)
            }
            try checkLimit()
        }
    }

    private func nextPart(_ count: Int) throws(ArchivesError) -> [UInt8] {
        let part: [UInt8]
        do {
            part = try handle.read(count)
        } catch {
            throw failure(error)
        }
        delivered += part.count
        try checkLimit()
        return part
    }

    private func checkLimit() throws(ArchivesError) {
        // The size of a sparse file can be so large that whole numbers would not do.
        let most = Double(limits.freeBytes) + Double(limits.ratio) * Double(file.size)
        guard Double(max(delivered, handle.unpacked)) <= most else {
            throw end(.bomb(path: path))
        }
    }

    private func failure(_ failure: ArchiveHandle.Failure) -> ArchivesError {
        switch failure.extent {
        case .member: .badMember(path: path, reason: failure.reason)
        case .rest: end(.damaged(path: path, reason: failure.reason))
        case .whole: end(.corrupt(path: path, reason: failure.reason))
        }
    }

    private func end(_ error: ArchivesError) -> ArchivesError {
        isSpent = true
        return error
    }
}
