import CurationCore
import GRDB

/// A merge whose conflicts wait for people, or that waits for its commit.
struct OpenMerge {
    /// What a batch does to a merge; in the log under this name, with the number of the merge.
    enum Act: String {
        case ends = "endsMerge"
        case resumes = "resumesMerge"
    }

    /// The batch that began it.
    let change: Int64

    /// The one that is going on; nil when none is.
    init?(in database: Database) throws {
        let isOpen = try Bool.fetchOne(database, sql: "SELECT merging IS NOT NULL FROM dataset")
        guard isOpen == true,
            let change = try Int64.fetchOne(
                database,
                sql: """
                    SELECT coalesce(cast(json_extract(payload, '$.resumesMerge') AS INTEGER), id)
                    FROM change
                    WHERE kind = 'merge' OR json_extract(payload, '$.resumesMerge') IS NOT NULL
                    ORDER BY id DESC LIMIT 1
                    """
            )
        else { return nil }
        self.change = change
    }

    /// The one that a batch of the log says it ended or resumed; nil when it says nothing of it.
    init?(that batch: [String: String], _ act: Act) {
        guard let change = batch[act.rawValue].flatMap(Int64.init) else { return nil }
        self.change = change
    }

    /// Says in the log what becomes of it.
    func note(_ act: Act, in batch: inout LabelBatch) {
        batch.payload[act.rawValue] = "\(change)"
    }

    /// Closes it: nothing is being merged any more, and its conflicts are settled.
    func end(by change: Int64, in database: Database) throws {
        try database.execute(
            sql: "UPDATE conflict SET resolvedBy = ? WHERE change = ? AND resolvedBy IS NULL",
            arguments: [change, self.change]
        )
        try database.execute(sql: "UPDATE dataset SET merging = NULL")
    }

    /// Refuses to go on with it where the branch is not as it was.
    func checkCanResume(in database: Database) throws {
        let isAsItWas = try Bool.fetchOne(
            database,
            sql: """
                SELECT dataset.merging IS NULL
                    AND dataset.branch = json_extract(change.payload, '$.ours')
                    AND reference.version = json_extract(change.payload, '$.oursAt')
                    AND json_extract(change.payload, '$.version') IS NOT NULL
                FROM dataset JOIN change ON change.id = ?
                JOIN reference ON reference.name = dataset.branch
                """,
            arguments: [change]
        )
        guard isAsItWas == true else {
            throw StorageError.batch(
                change,
                reason: "the branch has gone on since: merge again instead, with `winnow merge`"
            )
        }
    }

    /// Goes on with it: the conflicts are open again that `end` closed, but for those of images that got
    /// a label since.
    func resume(endedBy end: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE dataset SET merging = (
                    SELECT json_extract(payload, '$.version') FROM change WHERE id = ?)
                """,
            arguments: [self.change]
        )
        try database.execute(
            sql: """
                UPDATE conflict SET resolvedBy = NULL
                WHERE change = :merge AND resolvedBy = :end AND NOT EXISTS (
                    SELECT 1 FROM annotation JOIN change ON change.id = annotation.change
                    WHERE annotation.sample = conflict.sample AND annotation.change > :end
                        AND change.kind IN ('label', 'review', 'import'))
                """,
            arguments: ["merge": self.change, "end": end]
        )
    }
}
