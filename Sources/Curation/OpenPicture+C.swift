#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Every `unsafe` here passes memory that Swift owns for the time of one call.

/// A plain file that is open for reading.
final class OpenPicture {
    /// What the system says about it.
    let facts: FileFacts
    private let descriptor: Int32

    /// Opens what is at `path`; a named pipe or a device is never waited for.
    ///
    /// What is opened may be no plain file: `facts` tells, and then it is not read.
    init(_ path: [UInt8], followingLinks: Bool) throws(PosixFailure) {
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followingLinks ? 0 : O_NOFOLLOW)
        // A device may act on being opened, so it is looked at first; what is opened is looked at
        // again, for it may have been replaced meanwhile.
        let (folder, name) = try Self.reach(path)
        defer { if folder != AT_FDCWD { _ = close(folder) } }
        var status = stat()
        let mode = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        guard unsafe fstatat(folder, name, &status, mode) == 0 else { throw .last() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            (facts, descriptor) = (FileFacts(status), -1)
            return
        }
        let opened = unsafe openat(folder, name, flags)
        guard opened >= 0 else { throw .last() }
        _ = unsafe fstat(opened, &status)
        (facts, descriptor) = (FileFacts(status), opened)
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// The next bytes after `start`, which were read before, until there are `count`; fewer at the
    /// end.
    func read(_ count: Int, after start: [UInt8] = []) throws(PosixFailure) -> [UInt8] {
        guard facts.kind == .file else { return [] }
        return try PosixFiles.read(count, of: descriptor, after: start)
    }

    // A path may be longer than the system takes at once; it is then walked in pieces.
    private static func reach(_ path: [UInt8]) throws(PosixFailure) -> (Int32, [CChar]) {
        let longest = Int(PATH_MAX) - 1
        var (rest, folder) = (path[...], AT_FDCWD)
        while rest.count > longest {
            guard let cut = rest.prefix(longest).lastIndex(of: UInt8(ascii: "/")),
                cut > rest.startIndex
            else { throw .nameTooLong }
            let name = try PosixFiles.terminated(Array(rest[..<cut]))
            let next = unsafe openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            let failure = PosixFailure.last()
            if folder != AT_FDCWD { _ = close(folder) }
            guard next >= 0 else { throw failure }
            folder = next
            rest = rest[cut...].drop { $0 == UInt8(ascii: "/") }
        }
        return (folder, try PosixFiles.terminated(Array(rest)))
    }
}
