package import CurationCore
import FoundationEssentials
import GRDB

/// What one person said of the things in one image.
package struct StoredObjectOpinion: Sendable, Hashable {
    /// The number of the decision; nil before it is taken.
    package let review: Int64?
    /// The image.
    package let sample: Sample.ID
    /// Who said it.
    package let reviewer: String
    /// The things that are there; none where nothing is.
    package let things: [Label]
    /// What the decision was for.
    package let purpose: ReviewPurpose

    /// Describes what one person said of the things in one image.
    package init(
        review: Int64? = nil,
        sample: Sample.ID,
        reviewer: String,
        things: [Label],
        purpose: ReviewPurpose
    ) {
        self.review = review
        self.sample = sample
        self.reviewer = reviewer
        self.things = things
        self.purpose = purpose
    }
}

/// What people said of the things in whole images, of each person and image the last that stands.
package struct ObjectOpinions: Sendable {
    /// The opinions, in the order of the images.
    package let all: [StoredObjectOpinion]
    /// The names that classes had, with what they are called now.
    package let names: [String: String]
}

extension DatasetStore {
    /// What people said of the things in whole images.
    ///
    /// Crops of several images tell nothing of what else is there, and are no opinions.
    ///
    /// - Parameter earlier: What was read before, which is not read again.
    /// - Returns: The opinions.
    /// - Throws: `StorageError.database`, `.busy`.
    package func objectOpinions(
        startingFrom earlier: ObjectOpinions? = nil
    ) throws(StorageError) -> ObjectOpinions {
        try read { database in
            let names = try Self.renamedCategories(in: database)
            let isSame = earlier?.names == names
            let known = Dictionary(
                (isSame ? earlier?.all ?? [] : []).map { ($0.review, $0.things) },
                uniquingKeysWith: { $1 }
            )
            let content = try database.cachedStatement(
                sql: """
                    SELECT review.content, reviewTask.proposals FROM review
                    JOIN reviewTask ON reviewTask.id = review.task WHERE review.id = ?
                    """
            )
            let all = try Row.fetchAll(database, sql: Self.opinionsOfThings()).map { row in
                let review: Int64 = row["review"]
                let things =
                    try known[review]
                    ?? Row.fetchOne(content, arguments: [review]).map {
                        try Self.things($0).map { names[$0.category].map($0.named) ?? $0 }
                    }
                return StoredObjectOpinion(
                    review: review,
                    sample: row["sample"],
                    reviewer: row["reviewer"],
                    things: things ?? [],
                    purpose: try row.value("purpose")
                )
            }
            return ObjectOpinions(all: all, names: names)
        }
    }

    /// The last decision of each person on each image that stands; `ofOneImage`: of that of the argument.
    static func opinionsOfThings(ofOneImage: Bool = false) -> String {
        """
        SELECT shown.sample, review.reviewer, reviewTask.purpose, max(review.id) AS review
        FROM review JOIN reviewTask ON reviewTask.id = review.task
        JOIN reviewTaskSample AS shown ON shown.task = review.task
        JOIN sample ON sample.id = shown.sample AND sample.present = 1
        WHERE review.undoneBy IS NULL AND review.decision <> 'skip'
            AND reviewTask.conflict IS NULL AND reviewTask.reason <> 'cluster'
            \(ofOneImage ? "AND shown.sample = ?" : "")
        GROUP BY shown.sample, review.reviewer ORDER BY shown.sample, max(review.id)
        """
    }

    /// The things that a decision on a whole image says are there.
    private static func things(_ row: Row) throws -> [Label] {
        let content: String = row["content"]
        let submission = try JSONDecoder().decode(
            ReviewSubmission.self,
            from: Data(content.utf8)
        )
        let labels: [Label]
        switch submission.decision {
        case .accept:
            let proposals: String = row["proposals"]
            labels = try JSONDecoder().decode(
                [ReviewItem.Proposal].self,
                from: Data(proposals.utf8)
            ).compactMap(\.annotation)
        case .correct: labels = submission.annotations ?? []
        case .reject, .skip: labels = []
        }
        return labels.filter { $0.boundingBox != nil }
    }

    /// What was proposed when a whole image was first decided; empty where it was labelled otherwise.
    ///
    /// What somebody had accepted before among crops is shown as the model proposed it, so that nothing
    /// tells what that one said; what was drawn otherwise is left out.
    ///
    /// - Parameters:
    ///   - sample: The image.
    ///   - accepted: The source of what people had accepted.
    /// - Returns: The proposals.
    /// - Throws: `StorageError.database`, `.busy`.
    package func firstObjectProposals(
        of sample: Sample.ID,
        accepted: String
    ) throws(StorageError) -> [ReviewItem.Proposal] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT reviewTask.reason, reviewTask.proposals, shown.position FROM reviewTask
                    JOIN reviewTaskSample AS shown ON shown.task = reviewTask.id
                    WHERE shown.sample = ? AND purpose = 'decide' AND state = 'decided'
                        AND conflict IS NULL
                    ORDER BY reviewTask.id
                    """,
                arguments: [sample]
            )
            var crops: [ReviewItem.Proposal] = []
            for row in rows {
                let text: String = row["proposals"]
                let proposals = try JSONDecoder().decode(
                    [ReviewItem.Proposal].self,
                    from: Data(text.utf8)
                )
                guard row["reason"] as String == ReviewReason.cluster.rawValue else {
                    return proposals.compactMap { proposal in
                        guard proposal.source == accepted else { return proposal }
                        return crops.first {
                            $0.annotation?.named("") == proposal.annotation?.named("")
                        }
                    }
                }
                let position: Int = row["position"]
                if proposals.indices.contains(position) { crops.append(proposals[position]) }
            }
            return []
        }
    }
}
