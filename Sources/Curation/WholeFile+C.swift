#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// Every `unsafe` here passes memory that Swift owns for the time of one call.

/// Files that are whole or not there, however the process ends.
enum WholeFile {
    /// Writes a file under the name `part` and renames it into place; makes folders when needed.
    ///
    /// What can be made again needs no sync, which would take longer than all else.
    static func write(
        _ bytes: [UInt8],
        to path: String,
        by part: String,
        synced: Bool
    ) throws(PosixFailure) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        var opened = unsafe open(part, flags, 0o644)
        if opened < 0, errno == ENOENT {
            makeFolder(of: part)
            opened = unsafe open(part, flags, 0o644)
        }
        guard opened >= 0 else { throw .last() }
        var failure = fill(opened, with: bytes)
        if failure == nil, synced, fsync(opened) != 0 { failure = .last() }
        _ = close(opened)
        if failure == nil, rename(part, path) { return }
        let reason = failure ?? .last()
        _ = unsafe unlink(part)
        throw reason
    }

    private static func rename(_ part: String, _ path: String) -> Bool {
        if move(part, path) == 0 { return true }
        guard errno == ENOENT else { return false }
        makeFolder(of: path)
        return move(part, path) == 0
    }

    // Inside this type the name `rename` is the function above.
    private static func move(_ part: String, _ path: String) -> Int32 {
        #if canImport(Glibc)
        unsafe Glibc.rename(part, path)
        #elseif canImport(Musl)
        unsafe Musl.rename(part, path)
        #else
        unsafe Darwin.rename(part, path)
        #endif
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
