import CurationCore
import Storage
import Synchronization

// What an import does with the members of archives.
extension ImportRun {
    /// Imports the pictures of an archive as they come.
    ///
    /// - Returns: Images of the data set that were members of it and are no more.
    func importMembers(of archive: FoundFile) throws -> [Sample.ID] {
        let known = try rephrasing { () throws in
            try dataset.store.withKnownFiles(below: archive.path + "!/") { next in
                var files: [ExactText: KnownFile] = [:]
                while let file = try next() { files[ExactText(file.path)] = file }
                return files
            }
        }
        if !isDryRun {
            try rephrasing { () throws in try dataset.store.removeFailures([archive.path]) }
        }
        let members = Mutex(
            ArchiveMembers(
                walk: ArchiveWalk(path: archive.path, isShard: request.format == .webdataset),
                known: known
            )
        )
        let queue = PictureQueue(size: PictureEmbedders.pieceSize) { [self] in
            members.withLock { members in
                while let step = members.walk.next() {
                    count { $0.found += 1 }
                    if let entry = entry(for: step, of: archive, &members) { return entry }
                }
                return nil
            }
        }
        if isDryRun {
            while try queue.next() != nil { try interruption.check() }
        } else {
            try importAll(queue, total: nil)
        }
        let (rest, restored, ignored, isWhole) = members.withLock {
            ($0.known, $0.restored, $0.walk.ignored, $0.isWhole)
        }
        count { $0.ignored += ignored }
        if !isDryRun { try restore(restored) }
        return isWhole ? rest.values.compactMap(\.sample).sorted() : []
    }

    /// What is to be read of a step; nil when the member is there already or failed before.
    private func entry(
        for step: ArchiveWalk.Step,
        of archive: FoundFile,
        _ members: inout ArchiveMembers
    ) -> PictureQueue.Entry? {
        switch step {
        case .failure(let failure):
            if failure.path == archive.path { members.isWhole = false }
            members.known[ExactText(failure.path)] = nil
            if isDryRun {
                count { $0.count(failed: failure.code) }
                return nil
            }
            return .failure(FailedFile(failure: failure))
        case .picture(let picture):
            let known = members.known.removeValue(forKey: ExactText(picture.path))
            if let known, let verdict = verdict(on: picture, known) {
                if verdict, known.failure != nil { members.restored.append(picture.path) }
                return nil
            }
            count { $0.pending += 1 }
            return .member(
                picture.bytes,
                FoundPicture(
                    path: picture.path,
                    archive: picture.place,
                    bytes: picture.bytes.count,
                    modifiedAt: picture.modifiedAt
                )
            )
        }
    }

    /// Whether a member that the store knows is as it was; nil when it is to be read again.
    private func verdict(on picture: ArchiveWalk.Picture, _ known: KnownFile) -> Bool? {
        guard let id = known.sample else {
            guard let code = known.failure, !retriesFailed,
                known.isLike(bytes: picture.bytes.count, modifiedAt: picture.modifiedAt)
            else { return nil }
            count { $0.count(failed: code) }
            return false
        }
        let isSame =
            known.isLike(bytes: picture.bytes.count, modifiedAt: picture.modifiedAt)
            || (try? dataset.store.samples([id]).first?.sha256) == ContentDigest(of: picture.bytes)
        count { report in
            if isSame { report.unchanged += 1 } else { report.changed += 1 }
        }
        return isSame
    }
}

/// An archive on its way, and what the store knows of it.
private struct ArchiveMembers {
    var walk: ArchiveWalk
    /// The members that have not come yet.
    var known: [ExactText: KnownFile]
    /// Images that were listed as failed and are as they were.
    var restored: [String] = []
    /// Whether it could be read to its end.
    var isWhole = true
}

extension KnownFile {
    /// Whether a file of that size and date is the one that the store knows.
    ///
    /// File systems keep dates in different steps; a millisecond is finer than all of them need.
    func isLike(bytes: Int, modifiedAt: Double) -> Bool {
        self.bytes == bytes && abs(self.modifiedAt - modifiedAt) < 0.001
    }
}
