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
}

/// A task that is about to be given out.
package struct NewTask: Sendable {
    /// What is asked, about which samples.
    package let plan: PlannedTask
    /// What is proposed, best first.
    package let proposals: [ReviewItem.Proposal]
    /// The right to decide it: random, unique.
    package let lease: String

    /// Describes a task that is about to be given out.
    package init(plan: PlannedTask, proposals: [ReviewItem.Proposal], lease: String) {
        self.plan = plan
        self.proposals = proposals
        self.lease = lease
    }
}

/// What a decision does to the labels.
package struct ReviewEffects: Sendable {
    /// Labels that a person now stands behind, or refuses.
    package var labels: [NewAnnotation]
    /// The class of the decision, where there is one.
    package var label: String?
    /// How many members a group decision left out.
    package var exceptions: Int

    /// Describes what a decision does.
    package init(labels: [NewAnnotation], label: String?, exceptions: Int) {
        self.labels = labels
        self.label = label
        self.exceptions = exceptions
    }
}

/// A decision in the store.
package struct StoredReview: Sendable {
    /// The number of the task.
    package let task: Int64
    /// Why a person was asked.
    package let reason: ReviewReason
    /// Who decided.
    package let reviewer: String
    /// What was decided.
    package let decision: Decision
    /// The class that was taken.
    package let label: String?
    /// The class that was proposed.
    package let proposed: String?
    /// What was proposed, best first.
    package let proposals: [ReviewItem.Proposal]
    /// The samples that were shown.
    package let samples: [Sample.ID]
    /// How many members a group decision left out.
    package let exceptions: Int
    /// The change that holds its effects.
    package let change: Int64
}

extension DatasetStore {
    /// Gives tasks out, in one transaction with ending leases that have run out.
    ///
    /// A task one of whose samples was given out or decided since it was planned is left out, so
    /// that nobody is given what somebody else has.
    package func lease(
        _ tasks: [NewTask],
        to reviewer: String,
        until expiry: Double,
        now: Double
    ) throws(StorageError) -> [StoredTask] {
        try write { database in
            try Self.endLeases(before: now, in: database)
            return try tasks.compactMap { task in
                guard try Self.isOpen(task.plan.samples, in: database) else { return nil }
                let id = try Self.insert(task, reviewer, expiry, in: database)
                return try Self.task(id, in: database)
            }
        }
    }

    private static func isOpen(_ samples: [Sample.ID], in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM reviewTaskSample
                    JOIN reviewTask ON reviewTask.id = reviewTaskSample.task
                    WHERE reviewTaskSample.sample = :sample AND reviewTask.state = 'leased')
                OR EXISTS (
                    SELECT 1 FROM currentLabel WHERE sample = :sample AND state = 'accepted'
                        AND NOT EXISTS (
                            SELECT 1 FROM conflict
                            WHERE conflict.sample = :sample AND resolvedBy IS NULL))
                OR NOT EXISTS (SELECT 1 FROM sample WHERE id = :sample AND present = 1)
                """
        )
        return try samples.allSatisfy {
            try Bool.fetchOne(statement, arguments: ["sample": $0]) == false
        }
    }

    private static func insert(
        _ task: NewTask,
        _ reviewer: String,
        _ expiry: Double,
        in database: Database
    ) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO reviewTask (reason, label, proposals, state, lease, reviewer, expiresAt)
                VALUES (?, ?, ?, 'leased', ?, ?, ?)
                """,
            arguments: [
                task.plan.reason.rawValue, task.plan.label,
                try CanonicalText.json(task.proposals), task.lease, reviewer, expiry,
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

    /// Takes one decision: what came before decides whether it counts, all in one transaction.
    ///
    /// `effects` turns the decision into labels, or says why it does not fit.
    package func decide(
        _ submission: ReviewSubmission,
        at moment: Timestamp,
        effects: (StoredTask) throws -> ReviewEffects
    ) throws(StorageError) -> SubmissionResult {
        try write { database in
            let name = submission.item
            guard name.hasPrefix("r-"), let id = Int64(name.dropFirst(2)),
                let task = try Self.task(id, in: database)
            else {
                return SubmissionResult(
                    item: name,
                    status: .invalid,
                    message: "there is no item '\(name)'; take items from `winnow review next`"
                )
            }
            if let earlier = try Self.earlier(submission, task: task, in: database) {
                return earlier
            }
            let found: ReviewEffects
            do {
                found = try effects(task)
            } catch {
                return SubmissionResult(item: name, status: .invalid, message: "\(error)")
            }
            let change = try Self.append(found, of: submission, task, at: moment, to: database)
            return SubmissionResult(item: name, status: .decided, undo: change)
        }
    }

    /// The answer when the item is decided already, or its pictures are somebody else's now.
    private static func earlier(
        _ submission: ReviewSubmission,
        task: StoredTask,
        in database: Database
    ) throws -> SubmissionResult? {
        func refuse(_ status: SubmissionResult.Status, _ message: String) -> SubmissionResult {
            SubmissionResult(item: submission.item, status: status, message: message)
        }
        if let row = try Row.fetchOne(
            database,
            sql:
                "SELECT content, change, undoneBy FROM review WHERE reviewer = ? AND submission = ?",
            arguments: [submission.reviewer, submission.id ?? task.lease]
        ) {
            if row["undoneBy"] as Int64? != nil {
                return refuse(.expired, "it was taken back: take the item anew from `review next`")
            }
            guard row["content"] as String != (try CanonicalText.json(submission)) else {
                let change: Int64 = row["change"]
                return SubmissionResult(item: submission.item, status: .repeated, undo: change)
            }
            return refuse(
                .conflict,
                "another decision was sent for the item: take it back first (undo)"
            )
        }
        if task.state == .decided {
            return refuse(.conflict, "the item is decided already, by \(task.reviewer)")
        }
        guard submission.lease == task.lease else {
            return refuse(.invalid, "the lease is not the item's: send the one that came with it")
        }
        guard try !wasGivenOutSince(task, in: database) else {
            return refuse(
                .expired,
                "the lease ran out and the pictures were given to somebody else"
            )
        }
        return nil
    }

    /// Whether one of the pictures was given to somebody after the task was.
    ///
    /// Until then a lease that ran out still counts: the work of a slow reviewer is not thrown away.
    private static func wasGivenOutSince(_ task: StoredTask, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM reviewTaskSample AS mine
                    JOIN reviewTaskSample AS theirs ON theirs.sample = mine.sample
                    JOIN reviewTask ON reviewTask.id = theirs.task
                    WHERE mine.task = ? AND theirs.task > mine.task
                        AND reviewTask.state IN ('leased', 'decided'))
                """,
            arguments: [task.id]
        ) ?? false
    }

    private static func append(
        _ effects: ReviewEffects,
        of submission: ReviewSubmission,
        _ task: StoredTask,
        at moment: Timestamp,
        to database: Database
    ) throws -> Int64 {
        var batch = LabelBatch(
            kind: .review,
            author: "reviewer:\(submission.reviewer)",
            at: moment
        )
        batch.payload["decision"] = try CanonicalText.json(submission)
        batch.revisions = try revisions(of: effects.labels, task, in: database)
        let change = try batch.append(to: database)
        try database.execute(
            sql: """
                INSERT INTO review
                    (submission, content, task, reviewer, decision, label, exceptions, at, change)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                submission.id ?? task.lease, try CanonicalText.json(submission), task.id,
                submission.reviewer, submission.decision.rawValue, effects.label,
                effects.exceptions, moment.description, change,
            ]
        )
        try database.execute(
            sql: "UPDATE reviewTask SET state = 'decided', reviewer = ? WHERE id = ?",
            arguments: [submission.reviewer, task.id]
        )
        let accepted = Set(effects.labels.filter { $0.state == .accepted }.map(\.sample))
        try resolveConflicts(of: Array(accepted), by: change, in: database)
        return change
    }

    private static func revisions(
        of labels: [NewAnnotation],
        _ task: StoredTask,
        in database: Database
    ) throws -> [RevisionDraft] {
        let names = try categoryIDs(in: database)
        // A conflict of a merge is about one label: the others were agreed on.
        let isConflict = task.reason == .disagreement && task.samples.count == 1
        return try Dictionary(grouping: labels, by: \.sample).flatMap { sample, labels in
            let current = try AnnotationTable.current(of: sample, in: database)
            return try LabelRevisions(current, categories: names)
                .deciding(labels, keepingOthers: isConflict)
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
            )
        )
    }
}
