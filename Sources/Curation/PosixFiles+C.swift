#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// The calls of POSIX that the walk needs a million times: Foundation takes some 20 microseconds a
// file and cannot name files that are not UTF-8. Every `unsafe` here passes memory that Swift owns
// for the time of one call, or copies what C owns before the next call.

/// What the system says about a file.
struct FileFacts: Equatable {
    /// What is there.
    enum Kind: Equatable {
        case file, folder, link, other
    }

    let kind: Kind
    let bytes: Int
    /// In seconds since 1970.
    let modifiedAt: Double

    fileprivate init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        bytes = Int(status.st_size)
        #if canImport(Darwin)
        let changed = status.st_mtimespec
        #else
        let changed = status.st_mtim
        #endif
        modifiedAt = Double(changed.tv_sec) + Double(changed.tv_nsec) * 1e-9
    }
}

/// Why the system refused.
enum PosixFailure: Error, Equatable {
    case missing, noPermission, nameTooLong, isLink
    case other(String)

    fileprivate static func last() -> Self {
        switch errno {
        case ENOENT, ENOTDIR: return .missing
        case EACCES, EPERM: return .noPermission
        case ENAMETOOLONG: return .nameTooLong
        case ELOOP: return .isLink
        case let code:
            guard let text = unsafe strerror(code) else { return .other("error \(code)") }
            return .other(unsafe String(cString: text))
        }
    }
}

/// The file system, by paths of any bytes.
enum PosixFiles {
    /// What is at `path`.
    static func facts(
        _ path: [UInt8],
        followingLinks: Bool
    ) throws(PosixFailure) -> FileFacts {
        let name = try terminated(path)
        var status = stat()
        let result = unsafe followingLinks ? stat(name, &status) : lstat(name, &status)
        guard result == 0 else { throw .last() }
        return FileFacts(status)
    }

    /// The path of the same file without links, dots and doubled slashes.
    static func resolved(_ path: [UInt8]) throws(PosixFailure) -> [UInt8] {
        let name = try terminated(path)
        guard let found = unsafe realpath(name, nil) else { throw .last() }
        defer { unsafe free(found) }
        return unsafe Array(UnsafeRawBufferPointer(start: found, count: strlen(found)))
    }

    /// The folder that paths start from.
    static var currentFolder: [UInt8] { (try? resolved(Array(".".utf8))) ?? Array("/".utf8) }

    /// All bytes of standard input.
    static func standardInput() throws(PosixFailure) -> [UInt8] {
        try contents(of: STDIN_FILENO, limit: .max)
    }

    /// Whether the bytes of `first` come before those of `second`.
    static func precedes(_ first: String, _ second: String) -> Bool { compare(first, second) < 0 }

    /// Whether both have the same bytes.
    static func isSame(_ first: String, _ second: String) -> Bool {
        first.utf8.count == second.utf8.count && compare(first, second) == 0
    }

    private static func compare(_ first: String, _ second: String) -> Int {
        let (one, other) = (first.utf8.count, second.utf8.count)
        let order = unsafe first.withCString { first in
            unsafe second.withCString { unsafe memcmp(first, $0, min(one, other)) }
        }
        return order == 0 ? one - other : Int(order)
    }

    fileprivate static func terminated(_ path: [UInt8]) throws(PosixFailure) -> [CChar] {
        guard !path.contains(0) else { throw .missing }
        return path.map(CChar.init(bitPattern:)) + [0]
    }

    fileprivate static func contents(
        of descriptor: Int32,
        limit: Int
    ) throws(PosixFailure) -> [UInt8] {
        let step = 1 << 16
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let part = try next(min(step, limit - bytes.count), of: descriptor)
            if part.isEmpty { break }
            bytes.append(contentsOf: part)
        }
        return bytes
    }

    fileprivate static func next(
        _ count: Int,
        of descriptor: Int32
    ) throws(PosixFailure) -> [UInt8] {
        var failure: PosixFailure?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let step = unsafe read(descriptor, rest.baseAddress, rest.count)
                if step > 0 {
                    filled += step
                } else if step == 0 {
                    break
                } else if errno != EINTR {
                    failure = .last()
                    break
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}

extension PosixFailure {
    /// The failure in words.
    var reason: String {
        switch self {
        case .missing: "it is not there"
        case .noPermission: "no permission"
        case .nameTooLong: "the name is too long"
        case .isLink: "it is a link"
        case .other(let text): text
        }
    }
}

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

    /// The next `count` bytes; fewer at the end.
    func read(_ count: Int) throws(PosixFailure) -> [UInt8] {
        guard facts.kind == .file else { return [] }
        return try PosixFiles.next(count, of: descriptor)
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

/// Files that are whole or not there, however the process ends.
enum WholeFile {
    /// Writes a file under another name and renames it into place; makes its folder when needed.
    ///
    /// Not synced: what is written so can be made again, and a sync for each file would take longer
    /// than all else.
    static func write(_ bytes: [UInt8], to path: String) throws(PosixFailure) {
        let part = "\(path).\(UInt32.random(in: 0...(.max)))"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        var opened = unsafe open(part, flags, 0o644)
        if opened < 0, errno == ENOENT {
            makeFolder(of: path)
            opened = unsafe open(part, flags, 0o644)
        }
        guard opened >= 0 else { throw .last() }
        let failure = fill(opened, with: bytes)
        _ = close(opened)
        if failure == nil, unsafe rename(part, path) == 0 { return }
        let reason = failure ?? .last()
        _ = unsafe unlink(part)
        throw reason
    }

    private static func makeFolder(of path: String) {
        guard let cut = path.lastIndex(of: "/"), cut > path.startIndex else { return }
        let folder = String(path[..<cut])
        if unsafe mkdir(folder, 0o755) != 0, errno == ENOENT {
            makeFolder(of: folder)
            _ = unsafe mkdir(folder, 0o755)
        }
    }

    private static func fill(_ file: Int32, with bytes: [UInt8]) -> PosixFailure? {
        var written = 0
        while written < bytes.count {
            let step = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[written...])
                return unsafe Self.write(file, rest)
            }
            guard step > 0 || errno == EINTR else { return .last() }
            written += max(step, 0)
        }
        return nil
    }

    // Inside this type the name `write` is the function above.
    private static func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        unsafe Glibc.write(file, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        unsafe Musl.write(file, bytes.baseAddress, bytes.count)
        #else
        unsafe Darwin.write(file, bytes.baseAddress, bytes.count)
        #endif
    }
}
