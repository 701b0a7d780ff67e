#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// The calls of POSIX that FoundationEssentials lacks: a file that nobody else can read from its
// first moment on. Every `unsafe` here passes memory that Swift owns for the time of one call, with
// its true length.

/// A small file that only its owner can read.
enum PrivateFile {
    private static let largestSize = 256 * 1024

    /// The bytes of the file at `path`; nil unless it is a small regular file of mode 0600, ours.
    static func read(_ path: String) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { _ = close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_mode & 0o077 == 0, status.st_uid == geteuid(),
            status.st_size <= largestSize
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = unsafe systemRead(file, &bytes, bytes.count)
        return count == bytes.count ? bytes : nil
    }

    /// Why a file was not written.
    struct Failure: Error { let reason: String }

    /// Puts a file of mode 0600 with `bytes` in the place of the one at `path`, at once.
    ///
    /// Each writer has a file of its own until then; of several the last one counts.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        let new = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 16))"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let file = unsafe open(new, flags, 0o600)
        guard file >= 0 else { throw Failure(reason: lastError()) }
        let written = unsafe write(file, bytes, bytes.count)
        var reason = lastError()
        if close(file) == 0, written == bytes.count {
            if unsafe rename(new, path) == 0 { return }
            reason = lastError()
        }
        _ = unsafe unlink(new)
        throw Failure(reason: reason)
    }

    private static func lastError() -> String {
        let code = errno
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

// Inside `PrivateFile` the name `read` is the method.
private func systemRead(_ file: Int32, _ memory: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(file, memory, count)
}
