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
            let statement = try database.cachedStatement(
                sql: "SELECT present FROM sample WHERE id = ?"
            )
            for sample in Set(samples).sorted() {
                guard let now = try Bool.fetchOne(statement, arguments: [sample]), now != isPresent
                else { continue }
                batch.memberships.append(MembershipRow(sample: sample, isPresent: isPresent))
            }
            guard !batch.isEmpty else { return nil }
            return (try batch.append(to: database), batch.memberships.count)
        }
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
