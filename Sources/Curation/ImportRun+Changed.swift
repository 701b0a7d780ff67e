import CurationCore
import Storage

/// A file that holds another picture than the one that was imported from it.
struct ChangedFile: Sendable {
    let file: FoundFile
    /// The digest of what it holds now.
    let digest: ContentDigest
    /// The picture that was imported from it.
    let sample: Sample.ID
}

// What an import does with files that hold another picture than before: names were exchanged, or a
// picture was moved away and another took its name, or it was edited.
extension ImportRun {
    /// Imports the files whose former pictures were found elsewhere, follows names that were exchanged,
    /// and lists the rest, whose former pictures the data set keeps.
    func settle(_ changed: [ChangedFile]) throws {
        guard !isDryRun else {
            count { $0.changed += changed.count }
            return
        }
        var rest = changed
        while true {
            let free = try rephrasing { () throws in
                try rest.filter { try dataset.store.sample(at: $0.file.path) == nil }
            }
            guard !free.isEmpty else { break }
            let paths = Set(free.map { ExactText($0.file.path) })
            rest.removeAll { paths.contains(ExactText($0.file.path)) }
            displace(rest)
            count { $0.pending += free.count }
            let queue = PictureQueue(size: PictureEmbedders.pieceSize, files: free.map(\.file))
            try importAll(queue, total: nil)
        }
        rest = try exchange(rest)
        count { $0.changed += rest.count }
        try list(rest.map(Self.failure))
    }

    /// Moves the pictures that took each other's names; gives the files that are no part of that.
    private func exchange(_ changed: [ChangedFile]) throws -> [ChangedFile] {
        let owners = Dictionary(
            uniqueKeysWithValues: changed.map { (ExactText($0.file.path), $0.sample) }
        )
        var takers: [Sample.ID: ChangedFile] = [:]
        try rephrasing { () throws in
            for file in changed {
                let holder = try dataset.store.samples(holding: file.digest).first {
                    owners[ExactText($0.path)] == $0.id && takers[$0.id] == nil
                }
                if let holder { takers[holder.id] = file }
            }
            // A name can be taken only when its owner takes another one.
            while let blocked = takers.first(where: { takers[$0.value.sample] == nil }) {
                takers[blocked.key] = nil
            }
            try dataset.store.exchange(
                takers.sorted { $0.key < $1.key }.map { id, taken in
                    (id, taken.file.path, taken.file.modifiedAt)
                },
                author: "import",
                at: .now
            )
        }
        count { $0.moved += takers.count }
        let moved = Set(takers.values.map { ExactText($0.file.path) })
        return changed.filter { !moved.contains(ExactText($0.file.path)) }
    }

    private static func failure(_ changed: ChangedFile) -> FailedFile {
        let failure = ImportFailure(
            path: changed.file.path,
            code: .changed,
            message: "The file holds another picture than the one that was imported, which the "
                + "data set keeps. Put the old file back, or import the new picture under another name."
        )
        return FailedFile(
            failure: failure,
            bytes: changed.file.bytes,
            modifiedAt: changed.file.modifiedAt
        )
    }
}
