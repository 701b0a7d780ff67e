#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Every `unsafe` here passes memory that Swift owns for the time of one call, or copies what
// C owns before the next call.

/// A folder that is open, so that what is in it is found however long its path is.
@safe final class OpenFolder {
    /// A name in a folder.
    struct Entry {
        let name: [UInt8]
        /// What is there, when the folder tells.
        let kind: FileFacts.Kind?
    }

    private let folder: OpaquePointer

    /// Opens the folder at `path`.
    convenience init(_ path: [UInt8]) throws(PosixFailure) {
        let name = try PosixFiles.terminated(path)
        try self.init(descriptor: unsafe openat(AT_FDCWD, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    }

    /// Opens the folder of that name in `parent`; a link is refused.
    convenience init(_ name: [UInt8], in parent: OpenFolder) throws(PosixFailure) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW
        let name = try PosixFiles.terminated(name)
        try self.init(descriptor: unsafe openat(parent.descriptor, name, flags))
    }

    private init(descriptor: Int32) throws(PosixFailure) {
        guard descriptor >= 0 else { throw .last() }
        guard let opened = unsafe fdopendir(descriptor) else {
            let failure = PosixFailure.last()
            _ = close(descriptor)
            throw failure
        }
        unsafe folder = opened
    }

    deinit { _ = unsafe closedir(folder) }

    private var descriptor: Int32 { unsafe dirfd(folder) }

    /// What is in the folder, in no order, without the folder itself and its parent.
    func entries() throws(PosixFailure) -> [Entry] {
        var found: [Entry] = []
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                guard errno == 0 else { throw .last() }
                return found
            }
            let start = unsafe UnsafeRawPointer(entry) + offset
            let length = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
            let name = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: length))
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            let kind: FileFacts.Kind? =
                switch Int(unsafe entry.pointee.d_type) {
                case Int(DT_REG): .file
                case Int(DT_DIR): .folder
                case Int(DT_LNK): .link
                case Int(DT_UNKNOWN): nil
                default: .other
                }
            found.append(Entry(name: name, kind: kind))
        }
    }

    /// What is at `name` in the folder; of a link what it leads to, or the link itself.
    func facts(_ name: [UInt8], followingLinks: Bool) throws(PosixFailure) -> FileFacts {
        let text = try PosixFiles.terminated(name)
        var status = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        guard unsafe fstatat(descriptor, text, &status, flags) == 0 else { throw .last() }
        return FileFacts(status)
    }
}
