package import CurationCore
import FoundationEssentials
import GRDB

/// What a decision does to the labels.
package struct ReviewEffects: Sendable {
    /// Labels that a person now stands behind, or refuses.
    package var labels: [NewAnnotation]
    /// The class of the decision, where there is one.
    package var label: String?
    /// How many of the members that were shown a group decision left out.
    package var exceptions: Int
    /// Which of the labels that were there before end.
    package var scope: Scope
    /// Who says so where no labels are named; the reviewer when nil.
    package var source: String?

    /// What a decision is about.
    package enum Scope: Sendable {
        /// The class of the image: what is accepted takes the place of what was.
        case category
        /// All labels of the image: what is not among those accepted ends.
        case image
        /// The labels that are named: all others stay.
        case labels
    }

    /// Describes what a decision does.
    package init(
        labels: [NewAnnotation],
        label: String?,
        exceptions: Int,
        scope: Scope = .category
    ) {
        self.scope = scope
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
    /// How many of them a group decision left out; older decisions also counted members that were not
    /// shown.
    package let exceptions: Int
    /// The change that holds its effects.
    package let change: Int64
    /// What the decision does.
    package let purpose: ReviewPurpose

    /// How many of the samples that were shown were not left out.
    package var kept: Int { max(0, samples.count - exceptions) }
}

extension DatasetStore {
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
            guard let id = StoredTask.number(of: name),
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
        return try refusal(of: submission, task, refuse, in: database)
    }

    /// The answer when the item is not to be decided any more, or not with this lease.
    private static func refusal(
        of submission: ReviewSubmission,
        _ task: StoredTask,
        _ refuse: (SubmissionResult.Status, String) -> SubmissionResult,
        in database: Database
    ) throws -> SubmissionResult? {
        if task.state == .decided {
            return refuse(.conflict, "the item is decided already, by \(task.reviewer)")
        }
        guard submission.lease == task.lease else {
            return refuse(.invalid, "the lease is not the item's: send the one that came with it")
        }
        // What is known does not change by what others say meanwhile.
        guard task.purpose != .honeypot else { return nil }
        if let reason = try staleness(of: task, submission, in: database) {
            return refuse(.expired, reason)
        }
        guard try !wasGivenOutSince(task, in: database) else {
            return refuse(
                .expired,
                "the lease ran out and the pictures were given to somebody else"
            )
        }
        return nil
    }

    /// Why a decision would be about something that is no more as it was shown; nil when it is.
    private static func staleness(
        of task: StoredTask,
        _ submission: ReviewSubmission,
        in database: Database
    ) throws -> String? {
        guard submission.decision != .skip else { return nil }
        if let conflict = task.conflict {
            let isOpen = try Bool.fetchOne(
                database,
                sql: "SELECT resolvedBy IS NULL FROM conflict WHERE id = ?",
                arguments: [conflict]
            )
            return isOpen == true ? nil : "the conflict is settled: take the next item"
        }
        let implied = submission.decision == .accept && submission.label == nil
        let shown = Set(task.proposals.compactMap(\.annotation?.category))
        for label in shown.union(implied ? [task.label].compactMap(\.self) : []).sorted()
        where try !hasCategory(label, in: database)
            && wasRevised(label, since: task.change, in: database)
        {
            return "the class '\(label)' was renamed or removed meanwhile: take the item anew"
        }
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM currentLabel
                    JOIN annotation ON annotation.id = currentLabel.revision
                    JOIN change ON change.id = annotation.change
                    WHERE currentLabel.sample = ? AND currentLabel.state = 'accepted'
                        AND annotation.change > ?)
                """
        )
        let isNewer = try task.samples.contains {
            try Bool.fetchOne(statement, arguments: [$0, task.change]) ?? false
        }
        return isNewer ? "a picture of it was labelled meanwhile: take the item anew" : nil
    }

    private static func hasCategory(_ name: String, in database: Database) throws -> Bool {
        try categoryIDs(in: database)[name] != nil
    }

    private static func wasRevised(
        _ name: String,
        since change: Int64,
        in database: Database
    ) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM categoryRevision AS revision
                    JOIN categoryRevision AS newer ON newer.category = revision.category
                    WHERE revision.name = ? AND newer.id > revision.id AND newer.change > ?)
                """,
            arguments: [name, change]
        ) ?? false
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
        let change = try batch(effects, of: submission, task, at: moment, in: database)
            .append(to: database)
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
        if let conflict = task.conflict, submission.decision != .skip {
            try database.execute(
                sql: "UPDATE conflict SET resolvedBy = ? WHERE id = ? AND resolvedBy IS NULL",
                arguments: [change, conflict]
            )
        }
        return change
    }

    private static func batch(
        _ effects: ReviewEffects,
        of submission: ReviewSubmission,
        _ task: StoredTask,
        at moment: Timestamp,
        in database: Database
    ) throws -> LabelBatch {
        var batch = LabelBatch(
            kind: .review,
            author: "reviewer:\(submission.reviewer)",
            at: moment
        )
        batch.payload["decision"] = try CanonicalText.json(submission)
        let unseen = try unseen(effects, of: submission, task, in: database)
        if !unseen.isEmpty {
            batch.payload["unseen"] = "\(unseen.count)"
            batch.payload["stratum"] = "\(task.stratum ?? 0)"
        }
        batch.revisions = try revisions(
            of: effects.labels + unseen,
            task,
            task.conflict == nil ? effects.scope : .labels,
            by: effects.source ?? batch.author,
            in: database
        )
        return batch
    }

    private static func revisions(
        of labels: [NewAnnotation],
        _ task: StoredTask,
        _ scope: ReviewEffects.Scope,
        by source: String,
        in database: Database
    ) throws -> [RevisionDraft] {
        let names = try categoryIDs(in: database)
        var groups = Dictionary(grouping: labels, by: \.sample)
        // That nothing is there is a decision about what was.
        if scope == .image { for sample in task.samples { groups[sample, default: []] += [] } }
        return try groups.flatMap { sample, labels in
            let current = try AnnotationTable.current(of: sample, in: database)
            return try LabelRevisions(current, categories: names)
                .deciding(labels, scope: scope, ender: source)
        }
    }
}
