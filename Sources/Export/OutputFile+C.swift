package import CurationCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// The calls of POSIX that FoundationEssentials lacks: fsync, an atomic rename, a lock that dies with
// the process, and reads that neither follow links nor wait on a pipe. Every `unsafe` here passes
// memory that Swift owns for the time of one call, with its true length.

/// A new file that is written once from its start; its digest is computed on the way.
package final class OutputFile {
    /// Where the file is.
    package let path: String
    /// Bytes added so far.
    package private(set) var count = 0

    // Small enough to be in the processor's cache when it is hashed and then written.
    private static let bufferSize = 1 << 18
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private var hasher: ContentHasher? = ContentHasher()

    /// Makes the file; it must not exist.
    package init(creating path: String) throws(ExportError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        descriptor = unsafe open(path, flags, 0o644)
        self.path = path
        guard descriptor >= 0 else {
            throw .cannotCreate(path: path, reason: SystemCall.lastError())
        }
        buffer.reserveCapacity(Self.bufferSize)
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// Adds bytes at the end.
    package func append(_ bytes: [UInt8]) throws(ExportError) {
        buffer.append(contentsOf: bytes)
        count += bytes.count
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Brings everything to the disk, closes the file and gives the digest of all bytes.
    package func finish() throws(ExportError) -> ContentDigest {
        guard let digest = try finishedDigest() else {
            preconditionFailure("a file is finished once")
        }
        guard fsync(descriptor) == 0 else { throw failure(missing: 0) }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw failure(missing: 0) }
        return digest
    }

    private func finishedDigest() throws(ExportError) -> ContentDigest? {
        try flush()
        return hasher.take()?.finish()
    }

    private func flush() throws(ExportError) {
        hasher?.update(buffer)
        var written = 0
        while written < buffer.count {
            let step = unsafe buffer.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
                return unsafe write(descriptor, rest.baseAddress, rest.count)
            }
            if step < 0 {
                if errno == EINTR { continue }
                throw failure(missing: buffer.count - written)
            }
            written += step
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(missing: Int) -> ExportError {
        .cannotWrite(path: path, missing: missing, reason: SystemCall.lastError())
    }
}

/// A regular file that is read from its start.
package final class InputFile {
    /// Where the file is.
    package let path: String
    /// The size when it was opened.
    package let size: Int

    private let descriptor: Int32

    /// Opens the file; with `followingLinks` false a symbolic link is refused.
    package init(path: String, followingLinks: Bool = true) throws(ExportError) {
        self.path = path
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followingLinks ? 0 : O_NOFOLLOW)
        let opened = unsafe open(path, flags)
        guard opened >= 0 else {
            throw .unreadable(path: path, reason: SystemCall.lastError())
        }
        descriptor = opened
        var status = stat()
        guard unsafe fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            size = 0
            throw .unreadable(path: path, reason: "it is not a regular file")
        }
        size = Int(status.st_size)
    }

    deinit { _ = close(descriptor) }

    /// The next `count` bytes; fewer only at the end of the file.
    package func read(_ count: Int) throws(ExportError) -> [UInt8] {
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let step = unsafe systemRead(descriptor, rest.baseAddress, rest.count)
                if step == 0 { break }
                if step > 0 {
                    filled += step
                } else if errno != EINTR {
                    failed = true
                    break
                }
            }
        }
        if failed { throw .unreadable(path: path, reason: SystemCall.lastError()) }
        return bytes
    }

    /// All bytes of the file at `path`.
    package static func contents(
        of path: String,
        followingLinks: Bool = true
    ) throws(ExportError) -> [UInt8] {
        let file = try InputFile(path: path, followingLinks: followingLinks)
        return try file.read(file.size)
    }
}

// Inside `InputFile` the name `read` is the method.
private func systemRead(_ file: Int32, _ memory: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(file, memory, count)
}

/// A lock on a folder that ends with the process, however it ends.
final class FolderLock {
    private let descriptor: Int32

    /// Takes the lock, or says that another process has it.
    init(path: String) throws(ExportError) {
        let opened = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else {
            throw .cannotCreate(path: path, reason: SystemCall.lastError())
        }
        descriptor = opened
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else { throw .folderBusy(path: path) }
    }

    deinit { _ = close(descriptor) }
}

/// Single calls of the system.
enum SystemCall {
    /// What the last failed call says.
    static func lastError() -> String {
        let code = errno
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    /// Gives a file another name at once, replacing what had the name.
    static func rename(_ source: String, to target: String) throws(ExportError) {
        let result = systemRename(source, target)
        guard result == 0 else { throw .cannotCreate(path: target, reason: lastError()) }
    }

    /// Brings the names in a folder to the disk.
    static func syncFolder(_ path: String) throws(ExportError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: lastError()) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .cannotWrite(path: path, missing: 0, reason: lastError())
        }
    }

    /// Makes a folder unless there is one; a link to a folder is not taken for one.
    static func makeFolder(_ path: String) throws(ExportError) {
        if unsafe mkdir(path, 0o755) == 0 { return }
        let reason = lastError()
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .cannotCreate(path: path, reason: reason)
        }
    }
}

// Inside `SystemCall` the name `rename` is the method.
private func systemRename(_ source: String, _ target: String) -> Int32 {
    unsafe rename(source, target)
}
