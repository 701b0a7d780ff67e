import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One import at a time: a lock on the data set that ends with the process, however it ends.
///
/// Other verbs go on meanwhile; the database keeps their writes apart.
final class ImportLock {
    private let handle: FileHandle

    private static let patience: Duration = .seconds(3)

    /// Takes the lock, waiting a moment for an import that is about to end.
    ///
    /// - Throws: `CurationError.busy` when another import runs; `.storage` when the data set cannot be
    ///   written.
    init(folder: URL) throws {
        let file = folder.appending(path: "import.lock")
        if !FileManager.default.fileExists(atPath: file.path) {
            _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        }
        guard let handle = FileHandle(forUpdatingAtPath: file.path) else {
            throw CurationError.storage("\(file.path) cannot be written: check the permissions")
        }
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw CurationError.storage(
                    "\(file.path) cannot be locked (error \(errno)): keep the data set on a disk that "
                        + "knows locks"
                )
            }
            guard clock.now < end else {
                throw CurationError.busy(
                    "another import into \(folder.path) is running: wait for it, and run this again"
                )
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
        self.handle = handle
    }

    /// Gives the lock back.
    func release() { try? handle.close() }
}
