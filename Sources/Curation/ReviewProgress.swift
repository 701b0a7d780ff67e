package import CurationCore
import Storage

/// How far the review has come, with its pace, class by class and person by person.
package struct ReviewProgress: Sendable, Codable {
    /// How far a class has come.
    package struct Category: Sendable, Codable {
        /// The class.
        package let name: String
        /// Pictures that a person stands behind.
        package let decided: Int
        /// Undecided pictures for which it is the best proposal.
        package let pending: Int
        /// Pictures for which it was proposed when a person looked.
        package let looks: Int
        /// How often the proposal was right; nil before 1 look.
        package let accuracy: ReviewStatus.Accuracy?

        /// Describes how far a class has come.
        package init(
            name: String,
            decided: Int,
            pending: Int,
            looks: Int,
            accuracy: ReviewStatus.Accuracy?
        ) {
            self.name = name
            self.decided = decided
            self.pending = pending
            self.looks = looks
            self.accuracy = accuracy
        }
    }

    /// What a person has decided.
    package struct Reviewer: Sendable, Codable {
        /// The name.
        package let name: String
        /// Decisions that stand, but for skips.
        package let decisions: Int
        /// Pictures that they are about.
        package let pictures: Int
        /// Pictures an hour of work; nil before there is a time to go by.
        package let rate: Double?
        /// Pictures that others answered, too.
        package let compared: Int
        /// How often they said the same, of things in pictures how far (F1); nil without such pictures.
        package let agreement: Double?

        /// Describes what a person has decided.
        package init(
            name: String,
            decisions: Int,
            pictures: Int,
            rate: Double?,
            compared: Int,
            agreement: Double?
        ) {
            self.name = name
            self.decisions = decisions
            self.pictures = pictures
            self.rate = rate
            self.compared = compared
            self.agreement = agreement
        }
    }

    /// The counts.
    package let status: ReviewStatus
    /// Pictures an hour of work, of the last decisions; nil before there is a time to go by.
    package let rate: Double?
    /// The seconds of work that are left at this rate.
    package let eta: Double?
    /// By class, in their order; nil unless asked for.
    package let categories: [Category]?
    /// By person, most pictures first; nil unless asked for.
    package let reviewers: [Reviewer]?

    enum CodingKeys: String, CodingKey {
        case rate, eta
        case categories = "by_class"
        case reviewers = "by_reviewer"
    }

    /// Describes the progress.
    package init(
        status: ReviewStatus,
        rate: Double?,
        categories: [Category]?,
        reviewers: [Reviewer]?
    ) {
        self.status = status
        self.rate = rate
        eta = rate.map { 3600 * Double(status.pending) / $0 }
        self.categories = categories
        self.reviewers = reviewers
    }

    /// Reads what `encode` writes.
    package init(from decoder: any Decoder) throws {
        status = try ReviewStatus(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        rate = try container.decodeIfPresent(Double.self, forKey: .rate)
        eta = try container.decodeIfPresent(Double.self, forKey: .eta)
        categories = try container.decodeIfPresent([Category].self, forKey: .categories)
        reviewers = try container.decodeIfPresent([Reviewer].self, forKey: .reviewers)
    }

    /// Writes the counts and all else as one object.
    package func encode(to encoder: any Encoder) throws {
        try status.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(rate, forKey: .rate)
        try container.encodeIfPresent(eta, forKey: .eta)
        try container.encodeIfPresent(categories, forKey: .categories)
        try container.encodeIfPresent(reviewers, forKey: .reviewers)
    }
}

extension ReviewDesk {
    /// A rate says nothing before this many decisions and seconds.
    private static let fewest = (decisions: 5, seconds: 10.0)
    private static let recent = 300

    /// How far the review has come.
    ///
    /// `detail`: Whether to tell it by class and person, too, which reads all decisions.
    /// - Throws: `CurationError.storage`.
    package func progress(detail: Bool) async throws -> ReviewProgress {
        let status = try await status()
        // Beside the decisions, which need not wait for it.
        return try await taking(reads) { [self] in
            try rephrasing { () throws in
                let recent = try dataset.store.recentWork(decisions: Self.recent)
                return ReviewProgress(
                    status: status,
                    rate: Self.rate(recent.pictures, recent.decisions, recent.seconds),
                    categories: detail ? try progressByClass() : nil,
                    reviewers: detail ? try progressByReviewer() : nil
                )
            }
        }
    }

    private static func rate(_ pictures: Int, _ decisions: Int, _ seconds: Double) -> Double? {
        guard pictures > 0, decisions >= fewest.decisions, seconds >= fewest.seconds
        else { return nil }
        return 3600 * Double(pictures) / seconds
    }

    private func progressByReviewer() throws -> [ReviewProgress.Reviewer] {
        let isOfClasses = try dataset.store.schema().schema.task == .classification
        let reports = isOfClasses ? [] : try TeamStage(dataset: dataset).reviewers()
        let people = Dictionary(reports.map { ($0.reviewer, $0) }, uniquingKeysWith: { $1 })
        return try dataset.store.reviewerWork().map { work in
            let ofClasses =
                work.compared == 0 ? nil : Double(work.agreed) / Double(work.compared)
            return ReviewProgress.Reviewer(
                name: work.reviewer,
                decisions: work.decisions,
                pictures: work.pictures,
                rate: Self.rate(work.pictures, work.decisions, work.seconds),
                compared: isOfClasses ? work.compared : people[work.reviewer]?.shared ?? 0,
                agreement: isOfClasses ? ofClasses : people[work.reviewer]?.agreement
            )
        }
    }

    private func progressByClass() throws -> [ReviewProgress.Category] {
        let store = dataset.store
        let isOfClasses = try store.schema().schema.task == .classification
        let decided = try grid.counts().classes
        let pending = try store.proposedCounts()
        let looks = ProposalLooks.byClass(isOfClasses ? try store.reviews() : [])
        return try store.schema().schema.categories.map { category in
            ReviewProgress.Category(
                name: category.name,
                decided: decided[category.name] ?? 0,
                pending: pending[category.name] ?? 0,
                looks: looks[category.name]?.count ?? 0,
                accuracy: looks[category.name]?.accuracy
            )
        }
    }
}
