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

/// Which pictures take which names, when files hold other pictures than before.
private struct Exchange {
    /// The pictures that were found, and the files that hold them now.
    var moves: [Sample.ID: ChangedFile] = [:]
    /// Pictures that were found nowhere, and whose names others take.
    var lost: [Sample.ID] = []
    /// Files with new pictures whose names are free, or will be.
    var new: [ChangedFile] = []
    /// Files with new pictures whose former ones were found nowhere.
    var rest: [ChangedFile] = []
}

// What an import does with files that hold another picture than before: names were exchanged or passed
// on, or a picture was moved away and another took its name, or it was edited.
extension ImportRun {
    /// Follows pictures to their new names, imports what took the names of those, and lists the rest,
    /// whose former pictures the data set keeps.
    func settle(_ changed: [ChangedFile]) throws {
        guard !isDryRun else {
            count { $0.changed += changed.count }
            return
        }
        let exchange = try rephrasing { () throws -> Exchange in try plan(changed) }
        try carryOut(exchange)
        lookForMoves(among: [])
        count { report in
            report.moved += exchange.moves.count
            report.vanished += exchange.lost.count
            report.changed += exchange.rest.count
            report.pending += exchange.new.count
        }
        try list(exchange.rest.map(Self.failure))
        let files = exchange.new.map(\.file)
        try importAll(PictureQueue(size: PictureEmbedders.pieceSize, files: files), total: nil)
    }

    private func plan(_ changed: [ChangedFile]) throws -> Exchange {
        var exchange = Exchange()
        // Other files have been imported since, perhaps as the former pictures of these.
        var owners: [ExactText: Sample.ID] = [:]
        for file in changed {
            let owner = try dataset.store.sample(at: file.file.path)
            owners[ExactText(file.file.path)] = owner?.id
        }
        var holders: [ContentDigest: [Sample.ID]] = [:]
        for digest in Set(changed.map(\.digest)) {
            holders[digest] = try dataset.store.samples(holding: digest).filter {
                owners[ExactText($0.path)] == $0.id || dataset.pictures.isGone($0)
            }.map { $0.id }
        }
        var others: [ChangedFile] = []
        for file in changed {
            if let holder = holders[file.digest]?.popLast() {
                exchange.moves[holder] = file
            } else {
                others.append(file)
            }
        }
        for file in exchange.moves.values {
            guard let owner = owners[ExactText(file.file.path)] else { continue }
            if exchange.moves[owner] == nil { exchange.lost.append(owner) }
        }
        for file in others {
            let owner = owners[ExactText(file.file.path)]
            let isFree = owner.map { exchange.moves[$0] != nil } ?? true
            if isFree { exchange.new.append(file) } else { exchange.rest.append(file) }
        }
        return exchange
    }

    private func carryOut(_ exchange: Exchange) throws {
        let lost = try rephrasing { () throws in
            try dataset.store.samples(exchange.lost.sorted())
        }
        let moves =
            exchange.moves.sorted { $0.key < $1.key }.map { id, taken in
                (id, taken.file.path, taken.file.modifiedAt)
            }
            // Not the path of any file: it goes on below that of one.
            + lost.map { ($0.id, "\($0.path)/former \($0.id)", 0.0) }
        try rephrasing { () throws in
            try dataset.store.exchange(moves, author: "import", at: .now)
        }
        try list(
            try rephrasing { () throws in try dataset.store.samples(lost.map(\.id)) }
                .map(Self.vanished)
        )
    }

    static let changed =
        "The file holds another picture than the one that was imported, which the data set keeps. Put "
        + "the old file back, or import the new picture under another name."

    private static func failure(_ changed: ChangedFile) -> FailedFile {
        let failure = ImportFailure(
            path: changed.file.path,
            code: .changed,
            message: Self.changed
        )
        return FailedFile(
            failure: failure,
            bytes: changed.file.bytes,
            modifiedAt: changed.file.modifiedAt
        )
    }
}
