package import CurationCore
import FoundationEssentials
import GRDB

/// A review task as it was given out.
package struct StoredTask: Sendable {
    /// How a task ends.
    package enum State: String, Sendable { case leased, decided, returned }

    /// The number of the task.
    package let id: Int64
    /// Why a person was asked.
    package let reason: ReviewReason
    /// The class that was asked about; nil when nothing was known.
    package let label: String?
    /// What was proposed, best first.
    package let proposals: [ReviewItem.Proposal]
    /// How it ended, or that it is given out.
    package let state: State
    /// The right to decide it.
    package let lease: String
    /// To whom it was given.
    package let reviewer: String
    /// When the lease ends, in seconds since 1970.
    package let expiresAt: Double
    /// The samples, in the order in which they were shown.
    package let samples: [Sample.ID]
    /// The conflict of a merge that it is about; nil for any other.
    package let conflict: Int64?
    /// The stratum whose other members of the class are accepted with those that are shown; nil for any
    /// other.
    package let stratum: Int64?
    /// The last act of the log before it was given out.
    package let change: Int64
    /// What its decision does.
    package let purpose: ReviewPurpose

    /// The number in the name of an item, `r-17`; nil when it is none.
    package static func number(of item: String) -> Int64? {
        item.hasPrefix("r-") ? Int64(item.dropFirst(2)) : nil
    }
}

/// A task that is about to be given out.
package struct NewTask: Sendable {
    /// What is asked, about which samples.
    package let plan: PlannedTask
    /// What is proposed, best first.
    package let proposals: [ReviewItem.Proposal]
    /// The right to decide it: random, unique.
    package let lease: String
    /// The conflict of a merge that it is about; nil for any other.
    package let conflict: Int64?
    /// The stratum whose other members of the class it stands for; nil for any other.
    package let stratum: Int64?
    /// What its decision will do.
    package let purpose: ReviewPurpose
    /// Whether it asks about a picture that is decided.
    package let isOfDecided: Bool

    /// Describes a task that is about to be given out.
    package init(
        plan: PlannedTask,
        proposals: [ReviewItem.Proposal],
        lease: String,
        conflict: Int64? = nil,
        stratum: Int64? = nil,
        purpose: ReviewPurpose = .decide,
        isOfDecided: Bool = false
    ) {
        self.isOfDecided = isOfDecided
        self.conflict = conflict
        self.stratum = stratum
        self.purpose = purpose
        self.plan = plan
        self.proposals = proposals
        self.lease = lease
    }
}

extension DatasetStore {
    /// Gives tasks out, in one transaction with ending leases that have run out.
    ///
    /// A task one of whose samples was given out or decided since it was planned is left out, so
    /// that nobody is given what somebody else has.
    ///
    /// `since`: The last act of the log that the plan knows, where images with accepted labels may be given
    /// out, since there may be more in them: then those that were decided later are left out. `limit`: the
    /// most that are given out, the first that are open. `unskipped`: whether what the reviewer skipped is
    /// left out, too.
    package func lease(
        _ tasks: [NewTask],
        to reviewer: String,
        until expiry: Double,
        now: Double,
        since planned: Int64? = nil,
        limit: Int = .max,
        unskipped: Bool = false
    ) throws(StorageError) -> [StoredTask] {
        try write { database in
            try Self.endLeases(before: now, in: database)
            var given: [StoredTask] = []
            for task in tasks where given.count < limit {
                guard
                    try task.purpose == .decide && !task.isOfDecided
                        ? Self.isOpen(task.plan.samples, since: planned, in: database)
                        : Self.isFree(task.plan.samples, in: database),
                    try !unskipped || !Self.wasSkipped(task.plan.samples, reviewer, in: database)
                else { continue }
                let id = try Self.insert(task, reviewer, expiry, in: database)
                if let stored = try Self.task(id, in: database) { given.append(stored) }
            }
            return given
        }
    }

    private static func wasSkipped(
        _ samples: [Sample.ID],
        _ reviewer: String,
        in database: Database
    ) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM reviewTaskSample
                    JOIN review ON review.task = reviewTaskSample.task
                    WHERE reviewTaskSample.sample = ? AND review.undoneBy IS NULL
                        AND review.decision = 'skip' AND review.reviewer = ?)
                """
        )
        return try samples.contains {
            try Bool.fetchOne(statement, arguments: [$0, reviewer]) == true
        }
    }

    /// Gives a task back and its samples out anew, to the same reviewer, in one transaction.
    ///
    /// - Parameters:
    ///   - task: The task, as it was given out.
    ///   - tasks: What takes its place, about the same samples.
    ///   - expiry: When the new leases end, in seconds since 1970.
    ///   - now: The time, in seconds since 1970.
    /// - Returns: The new tasks; nil when the lease of the old one is lost.
    /// - Throws: `StorageError.database`, `.busy`.
    package func replace(
        _ task: StoredTask,
        with tasks: [NewTask],
        until expiry: Double,
        now: Double
    ) throws(StorageError) -> [StoredTask]? {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE reviewTask SET state = 'returned'
                    WHERE id = ? AND lease = ? AND state = 'leased' AND expiresAt > ?
                    """,
                arguments: [task.id, task.lease, now]
            )
            guard database.changesCount == 1 else { return nil }
            return try tasks.compactMap { half in
                let id = try Self.insert(half, task.reviewer, expiry, in: database)
                return try Self.task(id, in: database)
            }
        }
    }

    private static func isOpen(
        _ samples: [Sample.ID],
        since planned: Int64?,
        in database: Database
    ) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM reviewTaskSample
                    JOIN reviewTask ON reviewTask.id = reviewTaskSample.task
                    WHERE reviewTaskSample.sample = :sample AND reviewTask.state = 'leased')
                OR EXISTS (
                    SELECT 1 FROM currentLabel WHERE sample = :sample AND state = 'accepted'
                        AND :planned IS NULL AND NOT EXISTS (
                            SELECT 1 FROM conflict
                            WHERE conflict.sample = :sample AND resolvedBy IS NULL))
                OR EXISTS (
                    SELECT 1 FROM reviewTaskSample
                    JOIN review ON review.task = reviewTaskSample.task
                    WHERE reviewTaskSample.sample = :sample AND review.undoneBy IS NULL
                        AND review.decision <> 'skip' AND review.change > :planned)
                OR NOT EXISTS (SELECT 1 FROM sample WHERE id = :sample AND present = 1)
                """
        )
        return try samples.allSatisfy {
            try Bool.fetchOne(statement, arguments: ["sample": $0, "planned": planned]) == false
        }
    }

    /// Whether nobody holds the images, decided or not.
    private static func isFree(_ samples: [Sample.ID], in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM sample WHERE id = :sample AND present = 1)
                    AND NOT EXISTS (
                        SELECT 1 FROM reviewTaskSample
                        JOIN reviewTask ON reviewTask.id = reviewTaskSample.task
                        WHERE reviewTaskSample.sample = :sample AND reviewTask.state = 'leased')
                """
        )
        return try samples.allSatisfy {
            try Bool.fetchOne(statement, arguments: ["sample": $0]) == true
        }
    }

    /// The last act of the log.
    package func lastChange() throws(StorageError) -> Int64 {
        try read { try LabelBatch.lastChange(in: $0) }
    }

    private static func insert(
        _ task: NewTask,
        _ reviewer: String,
        _ expiry: Double,
        in database: Database
    ) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO reviewTask (reason, label, proposals, state, lease, reviewer, expiresAt,
                    change, conflict, stratum, purpose)
                VALUES (?, ?, ?, 'leased', ?, ?, ?, (SELECT max(id) FROM change), ?, ?, ?)
                """,
            arguments: [
                task.plan.reason.rawValue, task.plan.label,
                try CanonicalText.json(task.proposals), task.lease, reviewer, expiry, task.conflict,
                task.stratum, task.purpose.rawValue,
            ]
        )
        let id = database.lastInsertedRowID
        for (position, sample) in task.plan.samples.enumerated() {
            try database.execute(
                sql: "INSERT INTO reviewTaskSample (task, position, sample) VALUES (?, ?, ?)",
                arguments: [id, position, sample]
            )
        }
        return id
    }

    /// The samples that are given out now.
    package func leasedSamples(now: Double) throws(StorageError) -> Set<Sample.ID> {
        try read { database in
            try Set(
                Int64.fetchAll(
                    database,
                    sql: """
                        SELECT sample FROM reviewTaskSample
                        JOIN reviewTask ON reviewTask.id = reviewTaskSample.task
                        WHERE state = 'leased' AND expiresAt > ?
                        """,
                    arguments: [now]
                )
            )
        }
    }

    /// The task with the number.
    package func task(_ id: Int64) throws(StorageError) -> StoredTask? {
        try read { try Self.task(id, in: $0) }
    }

    /// Lengthens leases that still hold.
    ///
    /// - Returns: The leases that were lengthened.
    package func renew(
        _ leases: [String],
        until expiry: Double,
        now: Double
    ) throws(StorageError) -> [String] {
        try write { database in
            try leases.filter { lease in
                try database.execute(
                    sql: """
                        UPDATE reviewTask SET expiresAt = ?
                        WHERE lease = ? AND state = 'leased' AND expiresAt > ?
                        """,
                    arguments: [expiry, lease, now]
                )
                return database.changesCount == 1
            }
        }
    }

    /// Gives leases back.
    package func release(_ leases: [String]) throws(StorageError) {
        try write { database in
            for lease in leases {
                try database.execute(
                    sql:
                        "UPDATE reviewTask SET state = 'returned' WHERE lease = ? AND state = 'leased'",
                    arguments: [lease]
                )
            }
        }
    }

    static func endLeases(before now: Double, in database: Database) throws {
        try database.execute(
            sql:
                "UPDATE reviewTask SET state = 'returned' WHERE state = 'leased' AND expiresAt <= ?",
            arguments: [now]
        )
    }

    static func task(_ id: Int64, in database: Database) throws -> StoredTask? {
        guard
            let row = try Row.fetchOne(
                database,
                sql: "SELECT * FROM reviewTask WHERE id = ?",
                arguments: [id]
            )
        else { return nil }
        let text: String = row["proposals"]
        return StoredTask(
            id: id,
            reason: try row.value("reason"),
            label: row["label"],
            proposals: try JSONDecoder().decode(
                [ReviewItem.Proposal].self,
                from: Data(text.utf8)
            ),
            state: try row.value("state"),
            lease: row["lease"],
            reviewer: row["reviewer"],
            expiresAt: row["expiresAt"],
            samples: try Int64.fetchAll(
                database,
                sql: "SELECT sample FROM reviewTaskSample WHERE task = ? ORDER BY position",
                arguments: [id]
            ),
            conflict: row["conflict"],
            stratum: row["stratum"],
            change: row["change"],
            purpose: try row.value("purpose")
        )
    }
}
