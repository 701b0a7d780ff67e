import CurationCore
import Storage

/// What an import has to do, by comparing what was found with what the store knows.
struct ImportPlan {
    /// Files that are new, or failed before and changed since.
    var pending: [FoundFile] = []
    /// Files that are there already with another size or date: their bytes must tell.
    var suspects: [(file: FoundFile, sample: Sample.ID)] = []
    /// Files that are there already and have not changed.
    var unchanged = 0
    /// Images whose file came back as it was, after it had been listed as missing or changed.
    var restored: [String] = []
    /// Files that failed before and have not changed, by code.
    var failedBefore: [ImportFailure.Code: Int] = [:]
    /// What the store knows below the folders that are imported, and was not found.
    var unseen: [KnownFile] = []
    /// Files with the path of a member of an archive.
    var namesakes: [FoundFile] = []

    /// Compares files with the store; both come by the bytes of their paths, so one pass is enough.
    ///
    /// - Parameters:
    ///   - files: The files that were found, by the bytes of their paths, none twice.
    ///   - folders: The folders that were listed whole.
    ///   - retryFailed: Whether files that failed before are tried again.
    ///   - next: The next file that the store knows; nil after the last.
    init(
        _ files: [FoundFile],
        folders: [String],
        retryFailed: Bool,
        next: () throws -> KnownFile?
    ) rethrows {
        let prefixes = folders.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
        var rest = files[...]
        while let known = try next() {
            while let file = rest.first, PosixFiles.precedes(file.path, known.path) {
                pending.append(rest.removeFirst())
            }
            if let file = rest.first, PosixFiles.isSame(file.path, known.path) {
                rest.removeFirst()
                compare(file, known, retryFailed: retryFailed)
            } else if prefixes.contains(where: { known.path.utf8.starts(with: $0.utf8) }) {
                unseen.append(known)
            }
        }
        pending += rest
    }

    private mutating func compare(_ file: FoundFile, _ known: KnownFile, retryFailed: Bool) {
        let isSame = known.isLike(bytes: file.bytes, modifiedAt: file.modifiedAt)
        if known.archive != nil {
            namesakes.append(file)
        } else if let sample = known.sample {
            if !isSame {
                suspects.append((file, sample))
            } else {
                unchanged += 1
                if known.failure != nil { restored.append(file.path) }
            }
        } else if retryFailed || !isSame {
            pending.append(file)
        } else if let code = known.failure {
            failedBefore[code, default: 0] += 1
        }
    }
}
