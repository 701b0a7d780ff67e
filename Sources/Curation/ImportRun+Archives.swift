import CurationCore
import Storage
import Synchronization

// What an import does with the members of archives.
extension ImportRun {
    /// Imports the pictures of an archive as they come.
    ///
    /// - Returns: Images of the data set that were members of it and are no more.
    func importMembers(of archive: FoundFile) throws -> [Sample.ID] {
        if !isDryRun {
            try rephrasing { () throws in try dataset.store.removeFailures([archive.path]) }
        }
        let members = Mutex(
            ArchiveMembers(
                walk: ArchiveWalk(path: archive.path, isShard: request.format == .webdataset),
                known: try knownMembers(of: archive)
            )
        )
        let queue = PictureQueue(size: PictureEmbedders.pieceSize) { [self] in
            try members.withLock { members in
                while let step = members.walk.next() {
                    try interruption.check()
                    count { $0.found += 1 }
                    if let entry = entry(for: step, of: archive, &members) { return entry }
                }
                return nil
            }
        }
        if isDryRun {
            while try queue.next() != nil {}
        } else {
            try importAll(queue, total: nil)
        }
        return try finish(members.withLock(\.outcome))
    }

    private func knownMembers(of archive: FoundFile) throws -> [ExactText: KnownFile] {
        try rephrasing { () throws in
            try dataset.store.withKnownFiles(below: archive.path + "!/") { next in
                var files: [ExactText: KnownFile] = [:]
                while let file = try next() { files[ExactText(file.path)] = file }
                return files
            }
        }
    }

    /// Keeps what was found out of members that are in the data set already.
    private func finish(_ outcome: ArchiveMembers.Outcome) throws -> [Sample.ID] {
        count { $0.ignored += outcome.ignored }
        try list(outcome.changed)
        // A folder that is called like the archive has files of such paths, too.
        let rest =
            outcome.isWhole ? outcome.rest.filter { $0.sample == nil || $0.archive != nil } : []
        if !isDryRun {
            try rephrasing { () throws in
                try dataset.store.touch(outcome.touched)
                try dataset.store.removeFailures(rest.filter { $0.sample == nil }.map(\.path))
            }
        }
        return rest.compactMap(\.sample).sorted()
    }

    /// What is to be read of a step; nil when the member is there already or failed before.
    private func entry(
        for step: ArchiveWalk.Step,
        of archive: FoundFile,
        _ members: inout ArchiveMembers
    ) -> PictureQueue.Entry? {
        switch step {
        case .failure(let failure):
            if failure.path == archive.path { members.found.isWhole = false }
            members.known[ExactText(failure.path)] = nil
            return refused(FailedFile(failure: failure))
        case .picture(let picture):
            let found = FoundPicture(
                path: picture.path,
                archive: picture.place,
                bytes: picture.bytes.count,
                modifiedAt: picture.modifiedAt
            )
            if let known = members.known.removeValue(forKey: ExactText(picture.path)) {
                switch verdict(on: picture, known) {
                case .unread: break
                case .known: return nil
                case .namesake: return refused(Self.failed(found, .duplicateName, Self.namesake))
                case .touched(let file):
                    members.found.touched.append(file)
                    return nil
                case .changed:
                    members.found.changed.append(Self.failed(found, .changed, Self.changed))
                    return nil
                }
            }
            count { $0.pending += 1 }
            return .member(picture.bytes, found)
        }
    }

    private func refused(_ failed: FailedFile) -> PictureQueue.Entry? {
        guard isDryRun else { return .failure(failed) }
        count { $0.count(failed: failed.failure.code) }
        return nil
    }

    private enum Verdict {
        /// It is to be read: it failed before, and may be sound now.
        case unread
        /// Nothing has changed.
        case known
        /// Its date or its place has changed, or it was listed as changed.
        case touched(TouchedFile)
        /// It holds another picture.
        case changed
        /// A file outside of archives has its path.
        case namesake
    }

    private func verdict(on picture: ArchiveWalk.Picture, _ known: KnownFile) -> Verdict {
        let isLike = known.isLike(bytes: picture.bytes.count, modifiedAt: picture.modifiedAt)
        guard let id = known.sample else {
            guard isLike, !request.retryFailed, let code = known.failure else { return .unread }
            count { $0.count(failed: code) }
            return .known
        }
        guard known.archive != nil else { return .namesake }
        let isSame =
            isLike
            || (try? dataset.store.samples([id]).first?.sha256) == ContentDigest(of: picture.bytes)
        count { report in
            if isSame { report.unchanged += 1 } else { report.changed += 1 }
        }
        guard isSame else { return .changed }
        guard !isLike || known.offset != picture.place.offset || known.failure != nil else {
            return .known
        }
        return .touched(
            TouchedFile(
                path: picture.path,
                modifiedAt: picture.modifiedAt,
                offset: picture.place.offset
            )
        )
    }

    private static func failed(
        _ found: FoundPicture,
        _ code: ImportFailure.Code,
        _ message: String
    ) -> FailedFile {
        let failure = ImportFailure(path: found.path, code: code, message: message)
        return FailedFile(failure: failure, bytes: found.bytes, modifiedAt: found.modifiedAt)
    }
}

/// An archive on its way, and what the store knows of it.
private struct ArchiveMembers {
    /// What was found out of members that are in the data set already.
    struct Outcome {
        var touched: [TouchedFile] = []
        var changed: [FailedFile] = []
        /// What did not come again.
        var rest: [KnownFile] = []
        var ignored = 0
        /// Whether the archive could be read to its end.
        var isWhole = true
    }

    var walk: ArchiveWalk
    /// The members that have not come yet.
    var known: [ExactText: KnownFile]
    /// What was found out so far.
    var found = Outcome()
    /// All that was found out, at the end.
    var outcome: Outcome {
        var outcome = found
        outcome.rest = Array(known.values)
        outcome.ignored = walk.ignored
        return outcome
    }

    init(walk: ArchiveWalk, known: [ExactText: KnownFile]) {
        self.walk = walk
        self.known = known
    }
}

extension KnownFile {
    /// Whether a file of that size and date is the one that the store knows.
    ///
    /// A date is kept as a number that tells a quarter of a microsecond.
    func isLike(bytes: Int, modifiedAt: Double) -> Bool {
        self.bytes == bytes && abs(self.modifiedAt - modifiedAt) < 0.000001
    }
}
