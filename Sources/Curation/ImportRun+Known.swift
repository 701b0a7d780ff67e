import CurationCore
import Foundation
import Storage

// What an import does with pictures that are in the data set already.
extension ImportRun {
    private static let chunk = 64

    /// Tells by their bytes whether files with another size or date hold another picture.
    ///
    /// - Returns: The files that do.
    /// - Throws: `CurationError.storage`, `.busy`; `CancellationError`.
    func compare(_ suspects: [(file: FoundFile, sample: Sample.ID)]) throws -> [ChangedFile] {
        var changed: [ChangedFile] = []
        for start in stride(from: 0, to: suspects.count, by: Self.chunk) {
            try interruption.check()
            let part = Array(suspects[start..<min(start + Self.chunk, suspects.count)])
            let samples = try rephrasing { () throws in
                try dataset.store.samples(part.map(\.sample))
            }
            let verdicts = WorkerPool.map(Array(zip(part.map(\.file), samples)), Self.compare)
            var same: [FoundFile] = []
            for verdict in verdicts {
                switch verdict {
                case .same(let file): same.append(file)
                case .changed(let file): changed.append(file)
                case .unreadable(let failed): try keep([failed])
                }
            }
            count { $0.unchanged += same.count }
            guard !isDryRun, !same.isEmpty else { continue }
            try rephrasing { () throws in
                try dataset.store.touch(same.map { ($0.path, $0.bytes, $0.modifiedAt) })
            }
        }
        return changed
    }

    private enum Verdict: Sendable {
        case same(FoundFile)
        case changed(ChangedFile)
        case unreadable(FailedFile)
    }

    private static func compare(_ file: FoundFile, with sample: Sample) -> Verdict {
        do throws(PictureFile.Refusal) {
            let bytes = try PictureFile.read(file.path, followingLinks: file.isLink)
            let digest = ContentDigest(of: bytes)
            return digest == sample.sha256
                ? .same(file)
                : .changed(ChangedFile(file: file, digest: digest, sample: sample.id))
        } catch {
            let failure = ImportFailure(
                path: file.path,
                code: error.code,
                message: error.message
            )
            return .unreadable(
                FailedFile(failure: failure, bytes: file.bytes, modifiedAt: file.modifiedAt)
            )
        }
    }

    /// Takes images from the list of failed files whose file came back as it was.
    func restore(_ paths: [String]) throws {
        guard !paths.isEmpty else { return }
        try rephrasing { () throws in try dataset.store.removeFailures(paths) }
    }

    /// Lists the images whose file is gone and was not found elsewhere, and forgets failures of files
    /// that are gone.
    ///
    /// - Parameters:
    ///   - unseen: What the store knows below the folders that were imported, and was not found there.
    ///   - formerMembers: Images whose archive is there, without them.
    /// - Throws: `CurationError.storage`, `.busy`.
    func reportVanished(
        _ unseen: [(path: String, sample: Sample.ID?)],
        formerMembers: [Sample.ID]
    ) throws {
        let gone = unseen.filter { !PictureFile.exists(Self.file(of: $0.path)) }
        var vanished: [FailedFile] = []
        try rephrasing { () throws in
            for (path, id) in gone {
                guard id != nil, let sample = try dataset.store.sample(at: path),
                    dataset.pictures.isGone(sample)
                else { continue }
                vanished.append(Self.vanished(sample))
            }
            vanished += try dataset.store.samples(formerMembers).map(Self.vanished)
            if !isDryRun {
                try dataset.store.removeFailures(gone.filter { $0.sample == nil }.map(\.path))
            }
        }
        count { $0.vanished += vanished.count }
        try list(vanished)
    }

    /// The file that a path of the store is in: itself, or the archive that it is a member of.
    private static func file(of path: String) -> String {
        guard !PictureFile.exists(path), let mark = path.range(of: "!/") else { return path }
        return String(path[..<mark.lowerBound])
    }

    private static func vanished(_ sample: Sample) -> FailedFile {
        let failure = ImportFailure(
            path: sample.path,
            code: .missing,
            message:
                "The picture was imported, and its file is gone. Put it back, or import the folder "
                + "that it was moved to."
        )
        return FailedFile(failure: failure)
    }
}
