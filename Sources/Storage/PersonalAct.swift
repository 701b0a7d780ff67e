package import CurationCore
import FoundationEssentials
import GRDB

/// What a person did outside of the queue, as the log keeps it with the act.
package struct PersonalAct: Sendable, Hashable, Codable {
    /// What was done.
    package enum Kind: String, Sendable, Codable {
        /// What was proposed for each picture was accepted.
        case accept
        /// What was proposed was refused.
        case reject
        /// All pictures were given one class.
        case label
        /// The labels of one picture were drawn or changed.
        case edit
        /// Pictures were taken out of the data set.
        case remove
        /// Pictures were put back into it.
        case putBack
    }

    /// The name that the person gave it, so that sending it twice counts once.
    package let id: String
    /// What was done.
    package let decision: Kind
    /// The class that was given.
    package let label: String?
    /// How many pictures were chosen.
    package let images: Int
    /// The digest of all that was sent.
    package let request: ContentDigest

    /// Describes an act.
    package init(
        id: String,
        decision: Kind,
        label: String? = nil,
        images: Int,
        request: ContentDigest
    ) {
        self.id = id
        self.decision = decision
        self.label = label
        self.images = images
        self.request = request
    }

    /// What was done, in words.
    func words(changed: Int) -> String {
        switch decision {
        case .accept: "accepted \(changed) as proposed"
        case .reject: "refused what was proposed for \(changed)"
        case .label: "labelled \(changed) as \(label ?? "another class")"
        case .edit: "edited the labels of a picture"
        case .remove: "took out \(changed)"
        case .putBack: "put back \(changed)"
        }
    }
}

/// What became of an act.
package struct ActOutcome: Sendable, Equatable {
    /// Whether it was taken.
    package enum Status: String, Sendable, Codable {
        /// It is in the store, or there was nothing to change.
        case decided
        /// It was in the store already.
        case repeated
        /// It was in the store, and was taken back.
        case expired
        /// Another act has its name.
        case conflict
        /// The labels are newer than those that it is about.
        case newer
    }

    /// Whether it was taken.
    package let status: Status
    /// How many pictures it changed.
    package let changed: Int
    /// The act of the log; nil where nothing changed.
    package let change: Int64?
    /// What names the labels that an edit gave its picture; nil for any other act, and where it is not
    /// there.
    package internal(set) var version: String?

    /// Describes an outcome.
    package init(_ status: Status, changed: Int = 0, change: Int64? = nil) {
        self.status = status
        self.changed = changed
        self.change = change
    }
}

extension DatasetStore {
    /// Decides about many pictures at once, as one act of the log.
    ///
    /// Pictures of which nothing changes are left as they are.
    package func decide(
        _ act: PersonalAct,
        on samples: [Sample.ID],
        by reviewer: String,
        at moment: Timestamp
    ) throws(StorageError) -> ActOutcome {
        try write { database in
            if let known = try Self.known(act, by: "reviewer:\(reviewer)", in: database) {
                return known
            }
            var revisions = try ActRevisions(act, source: "reviewer:\(reviewer)", in: database)
            let isGiven = try samples.sorted().filter { try revisions.decide($0) }
            return try Self.append(act, revisions.drafts, isGiven, reviewer, moment, to: database)
        }
    }

    /// Gives one picture exactly these labels, unless others are there than `base` says.
    ///
    /// None refuses what is proposed too.
    package func edit(
        _ act: PersonalAct,
        of sample: Sample.ID,
        to labels: [Label],
        since base: String,
        by reviewer: String,
        at moment: Timestamp
    ) throws(StorageError) -> ActOutcome {
        try write { database in
            if var known = try Self.known(act, by: "reviewer:\(reviewer)", in: database) {
                // Not that of now: others may have changed it since.
                known.version = try known.change.flatMap {
                    try Self.labelVersion(of: sample, by: $0, in: database)
                }
                return known
            }
            guard try Self.labelVersion(of: sample, in: database) == base else {
                return ActOutcome(.newer)
            }
            var revisions = try ActRevisions(act, source: "reviewer:\(reviewer)", in: database)
            let isChanged = try revisions.replace(sample, with: labels)
            let given = isChanged ? [sample] : []
            var outcome = try Self.append(
                act,
                revisions.drafts,
                given,
                reviewer,
                moment,
                to: database
            )
            outcome.version = try Self.labelVersion(of: sample, in: database)
            return outcome
        }
    }

    /// What names the state of the labels of a picture.
    package func labelVersion(of sample: Sample.ID) throws(StorageError) -> String {
        try read { try Self.labelVersion(of: sample, in: $0) }
    }

    private static func labelVersion(of sample: Int64, in database: Database) throws -> String {
        let statement = try database.cachedStatement(
            sql: "SELECT coalesce(max(revision), 0) FROM currentLabel WHERE sample = ?"
        )
        return "\(try Int64.fetchOne(statement, arguments: [sample]) ?? 0)"
    }

    /// What named the state of the labels of a picture once an act was done; nil where it changed none.
    private static func labelVersion(
        of sample: Int64,
        by change: Int64,
        in database: Database
    ) throws -> String? {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT max(id) FROM annotation
                WHERE id > coalesce((SELECT lastAnnotation FROM change WHERE id = :change - 1), 0)
                    AND id <= (SELECT lastAnnotation FROM change WHERE id = :change)
                    AND sample = :sample
                """,
            arguments: ["change": change, "sample": sample]
        ).map { "\($0)" }
    }

    /// What became of the act when it was sent before; nil when it was not.
    static func known(
        _ act: PersonalAct,
        by author: String,
        in database: Database
    ) throws -> ActOutcome? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT id, payload FROM change
                WHERE author = ? AND json_extract(json_extract(payload, '$.decision'), '$.id') = ?
                    AND kind IN ('label', 'membership')
                ORDER BY id DESC LIMIT 1
                """,
            arguments: [author, act.id]
        )
        guard let row else { return nil }
        let earlier = try Self.act(payload(row["payload"]))
        guard let earlier, earlier.act.request == act.request else { return ActOutcome(.conflict) }
        let id: Int64 = row["id"]
        if try standingUndo(of: id, in: database) != nil { return ActOutcome(.expired) }
        return ActOutcome(.repeated, changed: earlier.changed, change: id)
    }

    /// What a person did, and how many pictures that changed, as the log says; nil where it says of no
    /// such act.
    static func act(_ payload: [String: String]) throws -> (act: PersonalAct, changed: Int)? {
        try payload["decision"].map {
            let act = try JSONDecoder().decode(PersonalAct.self, from: Data($0.utf8))
            return (act, payload["changed"].flatMap { Int($0) } ?? 0)
        }
    }

    private static func append(
        _ act: PersonalAct,
        _ drafts: [RevisionDraft],
        _ samples: [Int64],
        _ reviewer: String,
        _ moment: Timestamp,
        to database: Database
    ) throws -> ActOutcome {
        guard !drafts.isEmpty else { return ActOutcome(.decided) }
        var batch = LabelBatch(kind: .label, author: "reviewer:\(reviewer)", at: moment)
        batch.payload["decision"] = try CanonicalText.json(act)
        batch.payload["changed"] = "\(samples.count)"
        batch.revisions = drafts
        let change = try batch.append(to: database)
        try resolveConflicts(of: samples, by: change, in: database)
        return ActOutcome(.decided, changed: samples.count, change: change)
    }
}
