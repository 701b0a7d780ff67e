import GRDB

/// What an undo or redo means beside its rows: for decisions of the review, their items, and a merge
/// that is going on.
struct UndoEffects {
    /// The batch that is taken back.
    private let batch: Int64
    /// What was done at first: the batch itself, or what it undid, or what that undid.
    private let first: Int64
    /// Whether that counts no more; otherwise it counts again.
    private let isUndone: Bool
    /// The merge that ends now.
    private var ending: OpenMerge?
    /// The merge that goes on now.
    private var resuming: OpenMerge?
    /// The conflicts of it that the batch settled, which are open again.
    private var reopened: [Int64] = []
    /// The conflicts that are settled again.
    private let settled: [Int64]

    init(of batch: Int64, _ payload: [String: String], in database: Database) throws {
        self.batch = batch
        var (id, isUndone) = (batch, true)
        while let above = try DatasetStore.target(of: id, in: database) {
            (id, isUndone) = (above, !isUndone)
        }
        first = id
        self.isUndone = isUndone
        resuming = OpenMerge(that: payload, .ends)
        try resuming?.checkCanResume(in: database)
        settled = (payload[Self.reopens] ?? "").split(separator: ",").compactMap { Int64($0) }
        guard let open = try OpenMerge(in: database) else { return }
        if batch == open.change || OpenMerge(that: payload, .resumes)?.change == open.change {
            ending = open
        } else if isUndone {
            reopened = try Int64.fetchAll(
                database,
                sql: "SELECT id FROM conflict WHERE change = ? AND resolvedBy = ? ORDER BY id",
                arguments: [open.change, first]
            )
        }
    }

    /// The name in the log of the conflicts that an undo opens again.
    private static let reopens = "reopens"

    /// Says in the log what becomes of a merge.
    func note(in undo: inout LabelBatch) {
        ending?.note(.ends, in: &undo)
        resuming?.note(.resumes, in: &undo)
        if !reopened.isEmpty {
            undo.payload[Self.reopens] = reopened.map { "\($0)" }.joined(separator: ",")
        }
    }

    /// Brings everything into line, once the batch that undoes is written.
    func apply(by change: Int64, in database: Database) throws {
        try settleReviews(undoneBy: isUndone ? change : nil, in: database)
        for id in reopened {
            try database.execute(
                sql: "UPDATE conflict SET resolvedBy = NULL WHERE id = ?",
                arguments: [id]
            )
        }
        for id in settled {
            try database.execute(
                sql: "UPDATE conflict SET resolvedBy = ? WHERE id = ? AND resolvedBy IS NULL",
                arguments: [first, id]
            )
        }
        try ending?.end(by: change, in: database)
        try resuming?.resume(endedBy: batch, in: database)
        try PredictionRuns.refresh(in: database)
    }

    /// The item of a decision that counts no more waits again; that of one that counts again does not.
    private func settleReviews(undoneBy undo: Int64?, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE reviewTask SET state = ?
                WHERE id IN (SELECT task FROM review WHERE change = ?)
                """,
            arguments: [undo == nil ? "decided" : "returned", first]
        )
        try database.execute(
            sql: "UPDATE review SET undoneBy = ? WHERE change = ?",
            arguments: [undo, first]
        )
    }
}
