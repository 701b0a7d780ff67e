package import CurationCore
import GRDB

extension DatasetStore {
    /// Takes images out of the data set, or back into it; their labels wait for them.
    ///
    /// - Returns: The number of the change, and how many images it touched; nil where it touched none.
    @discardableResult
    package func setMembership(
        of samples: [Sample.ID],
        isPresent: Bool,
        author: String,
        message: String,
        at moment: Timestamp
    ) throws(StorageError) -> (change: Int64, images: Int)? {
        try write { database in
            var batch = LabelBatch(kind: .membership, author: author, at: moment)
            if !message.isEmpty { batch.payload["message"] = message }
            return try Self.append(samples, isPresent, to: &batch, in: database)
        }
    }

    /// The same as an act to which a person gave a name: sent twice it counts once.
    package func setMembership(
        of samples: [Sample.ID],
        as act: PersonalAct,
        author: String,
        at moment: Timestamp
    ) throws(StorageError) -> ActOutcome {
        try write { database in
            if let known = try Self.known(act, by: author, in: database) { return known }
            var batch = LabelBatch(kind: .membership, author: author, at: moment)
            batch.payload["decision"] = try CanonicalText.json(act)
            let isPresent = act.decision == .putBack
            let made = try Self.append(samples, isPresent, to: &batch, in: database)
            return ActOutcome(.decided, changed: made?.images ?? 0, change: made?.change)
        }
    }

    /// What became of an act on the membership when it was sent before; nil when it was not.
    package func known(
        _ act: PersonalAct,
        author: String
    ) throws(StorageError) -> ActOutcome? {
        try read { try Self.known(act, by: author, in: $0) }
    }

    private static func append(
        _ samples: [Sample.ID],
        _ isPresent: Bool,
        to batch: inout LabelBatch,
        in database: Database
    ) throws -> (change: Int64, images: Int)? {
        let statement = try database.cachedStatement(
            sql: "SELECT present FROM sample WHERE id = ?"
        )
        for sample in Set(samples).sorted() {
            guard let now = try Bool.fetchOne(statement, arguments: [sample]), now != isPresent
            else { continue }
            batch.memberships.append(MembershipRow(sample: sample, isPresent: isPresent))
        }
        guard !batch.memberships.isEmpty else { return nil }
        if batch.payload["decision"] != nil {
            batch.payload["changed"] = "\(batch.memberships.count)"
        }
        return (try batch.append(to: database), batch.memberships.count)
    }

    /// The images that were taken out of the data set, by id.
    package func removedSamples() throws(StorageError) -> [Sample] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM sample WHERE present = 0 ORDER BY id")
                .map { try Sample($0) }
        }
    }

    /// The last act that can have changed which images belong to the data set, or what is known of them.
    package func lastMembershipChange() throws(StorageError) -> Int64 {
        try read { database in
            try Int64.fetchOne(
                database,
                sql: """
                    SELECT coalesce(max(id), 0) FROM change
                    WHERE kind NOT IN ('predict', 'review', 'label', 'classes', 'fields')
                    """
            ) ?? 0
        }
    }
}
