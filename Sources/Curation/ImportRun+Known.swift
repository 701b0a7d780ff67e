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
                try dataset.store.touch(
                    same.map { TouchedFile(path: $0.path, modifiedAt: $0.modifiedAt) }
                )
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

    /// Copies the pictures that were imported without a copy, as far as they can be read.
    func copyRest() throws {
        let copies = PictureCopies(folder: dataset.folder)
        let samples = try dataset.samples().filter { !copies.has($0) }
        for start in stride(from: 0, to: samples.count, by: Self.chunk) {
            try interruption.check()
            let part = Array(samples[start..<min(start + Self.chunk, samples.count)])
            let failures = WorkerPool.map(part) { sample -> PosixFailure? in
                guard let bytes = try? self.dataset.pictures.bytes(of: sample) else { return nil }
                do throws(PosixFailure) {
                    try copies.keep(bytes, sample.sha256)
                    return nil
                } catch {
                    return error
                }
            }
            if let failure = failures.compactMap(\.self).first {
                throw CurationError.storage(
                    "cannot copy pictures into \(dataset.folder.path) (\(failure.reason)): make room, "
                        + "and run the command again"
                )
            }
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
    ///   - failures: What this import itself lists.
    /// - Throws: `CurationError.storage`, `.busy`.
    func reportVanished(
        _ unseen: [KnownFile],
        formerMembers: [Sample.ID],
        known failures: [ImportFailure]
    ) throws {
        let listed = Set(failures.map { ExactText($0.path) })
        let gone = unseen.filter { known in
            !PictureFile.isFile(known.archive ?? known.path)
                && !listed.contains(ExactText(known.path))
        }
        var vanished: [FailedFile] = []
        try rephrasing { () throws in
            for known in gone where known.sample != nil {
                guard let sample = try dataset.store.sample(at: known.path),
                    dataset.pictures.isLost(sample)
                else { continue }
                vanished.append(Self.vanished(sample))
            }
            vanished += try dataset.store.samples(formerMembers).map(Self.vanished)
            if !isDryRun {
                try dataset.store.removeFailures(gone.filter(Self.isOfAFile).map(\.path))
            }
        }
        count { $0.vanished += vanished.count }
        try list(vanished)
    }

    /// Whether a failure is that of a file which was there, and not of a name in a list or an archive.
    private static func isOfAFile(_ known: KnownFile) -> Bool {
        guard known.sample == nil, !known.path.contains("!/") else { return false }
        switch known.failure {
        case .missing, .changed, .outsideRoot, .duplicateName, nil: return false
        default: return true
        }
    }

    static func vanished(_ sample: Sample) -> FailedFile {
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
