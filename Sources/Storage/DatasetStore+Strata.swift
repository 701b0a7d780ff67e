package import CurationCore
import GRDB

/// A stratum in the store: pictures that are to be accepted together.
package struct StoredStratum: Sendable {
    /// How far it has come.
    package enum State: String, Sendable { case audited, proven, refused }

    /// The number of the stratum.
    package let id: Int64
    /// The most share of wrong labels among those accepted unseen.
    package let alpha: Double
    /// The probability with which the bound may fail.
    package let level: Double
    /// Members when it was made.
    package let population: Int
    /// Decided pictures when it was made.
    package let labels: Int
    /// How far it has come.
    package let state: State
    /// Members that had been looked at when the bound held; nil before.
    package let audited: Int?
    /// How many of those were wrong; nil before.
    package let wrong: Int?

    fileprivate init(_ row: Row) throws {
        id = row["id"]
        alpha = row["alpha"]
        level = row["level"]
        population = row["population"]
        labels = row["labels"]
        state = try row.value("state")
        audited = row["audited"]
        wrong = row["wrong"]
    }
}

/// A member of a stratum, with what people said of it.
package struct StoredStratumMember: Sendable {
    /// The picture.
    package let sample: Sample.ID
    /// The class that it is to get.
    package let label: String
    /// Whether a person gave it that class; nil while nobody said what it is.
    package let isRight: Bool?
    /// Whether a person refused the class.
    package let isRefused: Bool
}

extension DatasetStore {
    /// Makes a stratum of pictures in a random order, each with the class that it is to get.
    package func addStratum(
        _ members: [(sample: Sample.ID, label: String)],
        source: String,
        alpha: Double,
        level: Double,
        labels: Int,
        at moment: Timestamp
    ) throws(StorageError) {
        try write { database in
            let names = try Self.categoryIDs(in: database)
            try database.execute(
                sql: """
                    INSERT INTO stratum (source, alpha, level, population, labels, createdAt, state)
                    VALUES (?, ?, ?, ?, ?, ?, 'audited')
                    """,
                arguments: [source, alpha, level, members.count, labels, moment.description]
            )
            let id = database.lastInsertedRowID
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO stratumMember (stratum, position, sample, category)
                    VALUES (?, ?, ?, ?)
                    """
            )
            for (position, member) in members.enumerated() {
                guard let category = names[member.label] else { continue }
                try statement.execute(arguments: [id, position, member.sample, category])
            }
        }
    }

    /// All strata, oldest first.
    package func strata() throws(StorageError) -> [StoredStratum] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM stratum ORDER BY id")
                .map(StoredStratum.init)
        }
    }

    /// The members of a stratum that are still in the data set, as their classes are, in their random
    /// order.
    package func members(ofStratum id: Int64) throws(StorageError) -> [StoredStratumMember] {
        try read { try Self.members(ofStratum: id, in: $0) }
    }

    private static func members(
        ofStratum id: Int64,
        in database: Database
    ) throws -> [StoredStratumMember] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT member.sample, category.name AS label,
                    accepted.category = member.category AS isRight, EXISTS (
                        SELECT 1 FROM currentLabel AS refused
                        WHERE refused.sample = member.sample AND refused.state = 'rejected'
                            AND refused.category = member.category) AS isRefused
                FROM stratumMember AS member
                JOIN sample ON sample.id = member.sample AND sample.present = 1
                JOIN category ON category.id = member.category AND category.present = 1
                LEFT JOIN currentLabel AS accepted
                    ON accepted.sample = member.sample AND accepted.state = 'accepted'
                WHERE member.stratum = ? ORDER BY member.position
                """,
            arguments: [id]
        ).map {
            StoredStratumMember(
                sample: $0["sample"],
                label: $0["label"],
                isRight: $0["isRight"],
                isRefused: $0["isRefused"]
            )
        }
    }

    /// Notes that the bound of a stratum held, after so many were looked at.
    package func prove(
        stratum id: Int64,
        audited: Int,
        wrong: Int
    ) throws(StorageError) {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE stratum SET state = 'proven', audited = ?1, wrong = ?2
                    WHERE id = ?3 AND (audited IS NOT ?1 OR wrong IS NOT ?2)
                    """,
                arguments: [audited, wrong, id]
            )
        }
    }

    /// Notes that a stratum has too many wrong labels to be accepted.
    package func refuse(stratum id: Int64) throws(StorageError) {
        try write { database in
            try database.execute(
                sql: """
                    UPDATE stratum SET state = 'refused', audited = NULL, wrong = NULL WHERE id = ?
                    """,
                arguments: [id]
            )
        }
    }

    /// The classes of a stratum that are given out, or were decided with a decision that stands.
    package func offeredLabels(
        ofStratum id: Int64,
        now: Double
    ) throws(StorageError) -> [(label: String, isDecided: Bool)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT label, state = 'decided' AS isDecided FROM reviewTask
                    WHERE stratum = ? AND (state = 'decided' OR (state = 'leased' AND expiresAt > ?))
                    """,
                arguments: [id, now]
            ).map { ($0["label"], $0["isDecided"]) }
        }
    }

    /// The members of the class of a task that are accepted with those that it shows.
    package func unseenMembers(of task: StoredTask) throws(StorageError) -> [Sample.ID] {
        try read { try Self.unseenMembers(of: task, in: $0) }
    }

    private static func unseenMembers(
        of task: StoredTask,
        in database: Database
    ) throws -> [Sample.ID] {
        guard let stratum = task.stratum else { return [] }
        let shown = Set(task.samples)
        return try members(ofStratum: stratum, in: database)
            .filter {
                $0.isRight == nil && !$0.isRefused && $0.label == task.label
                    && !shown.contains($0.sample)
            }
            .map(\.sample)
    }

    /// What the source of a label begins with that was accepted unseen; who accepted it follows.
    package static let unseenSource = "bulk:"

    // A screen with more odd pictures than one was not what the audits promised.
    private static let mostExceptions = 1

    /// The labels that an acceptance gives to pictures that it did not show.
    static func unseen(
        _ effects: ReviewEffects,
        of submission: ReviewSubmission,
        _ task: StoredTask,
        in database: Database
    ) throws -> [NewAnnotation] {
        guard let label = task.label, task.stratum != nil, submission.decision == .accept,
            effects.label == label
        else { return [] }
        // Those that were looked at beyond the screen count, too.
        let except = Set(submission.except ?? [])
        guard except.count <= mostExceptions else { return [] }
        let unseen = try unseenMembers(of: task, in: database).filter { !except.contains($0) }
        return unseen.map {
            NewAnnotation(
                sample: $0,
                label: .classification(category: label),
                state: .accepted,
                source: unseenSource + submission.reviewer
            )
        }
    }

    /// How many of the undecided pictures their likeliest proposals are right about, if these are as good
    /// as their probability.
    package func expectedRightProposals() throws(StorageError) -> Double {
        try read { database in
            try Double.fetchOne(
                database,
                sql: """
                    SELECT coalesce(sum(score), 0) FROM (
                        SELECT max(prediction.score) AS score FROM prediction
                        JOIN predictionRun ON predictionRun.run = prediction.run
                            AND predictionRun.retiredBy IS NULL
                        JOIN sample ON sample.id = prediction.sample
                        WHERE sample.present = 1 AND sample.decided = 0
                        GROUP BY prediction.sample)
                    """
            ) ?? 0
        }
    }

    /// How many pictures carry a label that was accepted unseen, by stratum.
    package func acceptedUnseen() throws(StorageError) -> [Int64: Int] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT member.stratum, count(DISTINCT member.sample) AS images
                    FROM stratumMember AS member
                    JOIN stratum ON stratum.id = member.stratum AND stratum.state = 'proven'
                    JOIN sample ON sample.id = member.sample AND sample.present = 1
                    JOIN currentLabel AS label
                        ON label.sample = member.sample AND label.state = 'accepted'
                    JOIN annotation ON annotation.id = label.revision
                    WHERE annotation.source LIKE ? || '%' GROUP BY member.stratum
                    """,
                arguments: [Self.unseenSource]
            )
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["stratum"], $0["images"]) })
        }
    }
}
