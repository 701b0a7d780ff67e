import CArchive

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// The calls of libarchive and of POSIX. Every `unsafe` here passes memory that Swift owns for the
// time of one call, with its true length, or copies what C owns before the next call.

/// A plain file that is open for reading at any place, or a nameless one for writing too.
final class OpenFile: Sendable {
    /// The size when it was opened.
    let size: Int
    /// When it was changed last, in seconds since 1970.
    let modifiedAt: Double

    fileprivate let descriptor: Int32

    /// Opens the file at a path of any bytes; what is no plain file is never waited for.
    init(_ path: [UInt8]) throws(OpenFailure) {
        guard !path.contains(0) else { throw OpenFailure(reason: "its name has a zero byte") }
        let name = path.map(CChar.init(bitPattern:)) + [0]
        // A device may act on being opened, so it is looked at first; what is opened is looked at
        // again, for it may have been replaced meanwhile.
        var status = stat()
        guard unsafe stat(name, &status) == 0 else { throw OpenFailure(reason: lastError()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .noPlainFile }
        let opened = unsafe open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard opened >= 0 else { throw OpenFailure(reason: lastError()) }
        descriptor = opened
        guard unsafe fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            (size, modifiedAt) = (0, 0)
            throw .noPlainFile
        }
        size = Int(status.st_size)
        #if canImport(Darwin)
        let changed = status.st_mtimespec
        #else
        let changed = status.st_mtim
        #endif
        modifiedAt = Double(changed.tv_sec) + Double(changed.tv_nsec) * 1e-9
    }

    /// Makes a file in the folder of temporary files that has no name and is gone when it is
    /// closed.
    init(temporary folder: [UInt8]) throws(OpenFailure) {
        // The system replaces the last six letters.
        let pattern = "/winnow-" + String(repeating: "X", count: 6)
        var name = (folder + Array(pattern.utf8)).map(CChar.init(bitPattern:)) + [0]
        let opened = unsafe mkstemp(&name)
        guard opened >= 0 else { throw OpenFailure(reason: lastError()) }
        _ = unsafe unlink(name)
        _ = fcntl(opened, F_SETFD, FD_CLOEXEC)
        (descriptor, size, modifiedAt) = (opened, 0, 0)
    }

    deinit { _ = close(descriptor) }

    /// The `count` bytes from `offset` on; nil when they are not there.
    func read(_ count: Int, at offset: Int) -> [UInt8]? {
        guard let end = currentSize, count >= 0, offset >= 0, count <= end - offset else {
            return nil
        }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                let step = unsafe pread(descriptor, rest.baseAddress, rest.count, offset + filled)
                if step > 0 {
                    filled += step
                } else if step == 0 || errno != EINTR {
                    break
                }
            }
        }
        return bytes.count == count ? bytes : nil
    }

    private var currentSize: Int? {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: [UInt8], at offset: Int) throws(OpenFailure) {
        var written = 0
        while written < bytes.count {
            let step = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[written...])
                return unsafe pwrite(descriptor, rest.baseAddress, rest.count, offset + written)
            }
            if step < 0, errno != EINTR { throw OpenFailure(reason: lastError()) }
            written += max(0, step)
        }
    }
}

/// Why a file could not be opened or written.
struct OpenFailure: Error {
    static let noPlainFile = OpenFailure(reason: "it is no plain file")

    let reason: String
}

private func lastError() -> String {
    let code = errno
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
}

/// An archive as libarchive reads it, for one thread at a time.
@safe final class ArchiveHandle {
    /// What a call found wrong.
    struct Failure: Error {
        /// What is wrong with it.
        enum Extent {
            /// One member: the next one may be read nevertheless.
            case member
            /// All that follows.
            case rest
            /// Something before, as its checksum shows.
            case whole
        }

        let reason: String
        let extent: Extent
    }

    private let file: OpenFile
    private let archive: OpaquePointer

    init(_ file: OpenFile) throws(OpenFailure) {
        guard let archive = unsafe car_open(file.descriptor) else {
            throw OpenFailure(reason: "out of memory")
        }
        unsafe self.archive = archive
        self.file = file
    }

    deinit { unsafe car_close(archive) }

    /// Whether members can only be skipped by unpacking them.
    var isCompressed: Bool { unsafe car_is_compressed(archive) }

    /// Bytes that were unpacked so far.
    var unpacked: Int { Int(unsafe car_unpacked(archive)) }

    private var message: String { unsafe String(cString: car_message(archive)) }

    func next() throws(Failure) -> ArchiveMember? {
        var member = unsafe car_member()
        let result = unsafe car_next(archive, &member)
        guard result != CAR_END else { return nil }
        guard result == CAR_MORE else { throw failure(Int(result)) }
        var name: [UInt8]?
        if let text = unsafe member.name {
            name = unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
        }
        let kind: ArchiveMember.Kind =
            switch Int(unsafe member.kind) {
            case CAR_FILE: .file
            case CAR_FOLDER: .folder
            case CAR_LINK: .link
            default: .other
            }
        return ArchiveMember(
            name: name ?? [],
            kind: kind,
            size: unsafe member.size < 0 ? nil : Int(member.size),
            modifiedAt: unsafe member.modified_at,
            offset: unsafe member.offset < 0 ? nil : Int(member.offset),
            isEncrypted: unsafe member.encrypted
        )
    }

    /// Reads at most `count` bytes; none at the end of the member.
    func read(_ count: Int) throws(Failure) -> [UInt8] {
        var result = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard let start = buffer.baseAddress else { return }
            result = Int(unsafe car_read(archive, start, count))
            filled = max(0, result)
        }
        guard result >= 0 else {
            throw failure(result)
        }
        return bytes
    }

    /// Goes a step further towards the checksum after the last member; whether that was not all.
    func finish() throws(Failure) -> Bool {
        let result = unsafe car_finish(archive)
        guard result >= CAR_END else { throw failure(Int(result)) }
        return result == CAR_MORE
    }

    private func failure(_ result: Int) -> Failure {
        let extent: Failure.Extent =
            switch result {
            case Int(CAR_BAD_MEMBER): .member
            case Int(CAR_CORRUPT): .whole
            default: .rest
            }
        return Failure(reason: message, extent: extent)
    }
}
