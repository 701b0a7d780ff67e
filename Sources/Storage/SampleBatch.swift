package import CurationCore
import GRDB
import Synchronization

/// Finds the images whose files are gone, looking at the copies of each content once an import.
package final class GoneImages: Sendable {
    private let isGone: @Sendable (Sample) -> Bool
    // By content, the images that are gone and that nothing was found for yet. Only contents that come
    // more than once are in it.
    private let known = Mutex<[ContentDigest: [Sample]]>([:])

    /// Uses `isGone` to look at the file of an image.
    package init(isGone: @escaping @Sendable (Sample) -> Bool) { self.isGone = isGone }

    /// An image of the content whose file is gone; each is given out once.
    fileprivate func take(
        _ digest: ContentDigest,
        copies: () throws -> [Sample]
    ) rethrows -> Sample? {
        try known.withLock { known in
            var gone = try known[digest] ?? copies().filter(isGone)
            defer { known[digest] = gone }
            return gone.isEmpty ? nil : gone.removeFirst()
        }
    }
}

/// The images of a batch, told apart by what the store has already.
struct SampleBatch {
    var outcome = ImportOutcome()
    private(set) var new: [NewSample] = []
    private(set) var moved: [(sample: Sample, new: NewSample)] = []
    /// Images that had left by an undo or a switch, and whose files are here.
    private(set) var returning: [Sample.ID] = []

    init(_ samples: [NewSample], gone: GoneImages, in database: Database) throws {
        var digests = Set<ContentDigest>()
        var next = try SampleRow.firstFreeID(in: database)
        for sample in samples {
            let isCopy = try Self.has("sha256", sample.sha256.hex, in: database)
            if try Self.has("path", sample.path, in: database) {
                if let back = try Self.returning(sample, in: database) { returning.append(back) }
                outcome.ids.append(nil)
            } else if isCopy,
                let old = try gone.take(
                    sample.sha256,
                    copies: { try Self.samples(with: sample.sha256, in: database) }
                )
            {
                moved.append((old, sample))
                outcome.ids.append(nil)
            } else {
                if isCopy || !digests.insert(sample.sha256).inserted {
                    outcome.exactDuplicates += 1
                }
                new.append(sample)
                outcome.ids.append(next)
                next += 1
            }
        }
    }

    private static func has(
        _ column: String,
        _ text: String,
        in database: Database
    ) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM sample WHERE \(column) = ?)"
        )
        return try Bool.fetchOne(statement, arguments: [text]) ?? false
    }

    private static func returning(
        _ sample: NewSample,
        in database: Database
    ) throws -> Sample.ID? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT id FROM sample
                WHERE path = ? AND sha256 = ? AND present = 0 AND \(DatasetStore.leftByItself)
                """
        )
        return try Int64.fetchOne(statement, arguments: [sample.path, sample.sha256.hex])
    }

    private static func samples(
        with digest: ContentDigest,
        in database: Database
    ) throws -> [Sample] {
        let statement = try database.cachedStatement(
            sql: "SELECT * FROM sample WHERE sha256 = ? ORDER BY id"
        )
        return try Row.fetchAll(statement, arguments: [digest.hex]).map { try Sample($0) }
    }
}
