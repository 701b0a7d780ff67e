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

    init(_ status: stat) {
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

    /// Why the last call failed.
    static func last() -> Self {
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
        var bytes: [UInt8] = []
        while true {
            let part = try read(1 << 16, of: STDIN_FILENO)
            if part.isEmpty { return bytes }
            bytes.append(contentsOf: part)
        }
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

    /// The path with the zero byte that ends texts in C.
    static func terminated(_ path: [UInt8]) throws(PosixFailure) -> [CChar] {
        guard !path.contains(0) else { throw .missing }
        return path.map(CChar.init(bitPattern:)) + [0]
    }

    /// The bytes `start` and what follows them in an open file, until there are `count`; fewer when
    /// it ends before.
    static func read(
        _ count: Int,
        of descriptor: Int32,
        after start: [UInt8] = []
    ) throws(PosixFailure) -> [UInt8] {
        var failure: PosixFailure?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = unsafe buffer.initialize(fromContentsOf: start)
            while filled < count {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let step = unsafe next(descriptor, rest)
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

    // Inside this type the name `read` is the function above.
    private static func next(_ file: Int32, _ bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
        #if canImport(Glibc)
        unsafe Glibc.read(file, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        unsafe Musl.read(file, bytes.baseAddress, bytes.count)
        #else
        unsafe Darwin.read(file, bytes.baseAddress, bytes.count)
        #endif
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
