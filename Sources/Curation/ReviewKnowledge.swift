import CurationCore
import Learning
import Reviewing
import Storage

/// What people have said so far, by row of the features.
struct ReviewKnowledge: Sendable {
    /// The classes, in their order.
    let classes: [String]
    /// How many of the classes were named when the data set was made.
    let declaredClasses: Int
    /// The class that each row carries; nil where none is decided.
    let labels: [Int?]
    /// The same without the classes that were accepted unseen: those are the model's own word, and it
    /// is not to learn from itself.
    let taught: [Int?]
    /// The classes that each row does not carry.
    let refuted: [Set<Int>]
    /// The decisions that stand, oldest first.
    let history: [PlanningState.Outcome]
    /// How often a person refuses a class that is right, 0 to 1.
    let reviewerError: Double
    /// Rows about whose label or refused classes a person was asked once more.
    let rechecked: Set<Int>
    /// Rows that the reviewer skipped.
    let skipped: Set<Int>
    /// Whether no row carries a class yet that a person looked at.
    let isEmpty: Bool

    /// Reads what is known of `samples`; skips are those of `reviewer`, `further` classes are added at
    /// the end.
    init(
        of samples: [Sample.ID],
        reviewer: String?,
        store: DatasetStore,
        adding further: [String] = []
    ) throws {
        let rows = Dictionary(uniqueKeysWithValues: samples.enumerated().map { ($1, $0) })
        var names = try store.schema().schema.categories.map(\.name)
        for name in further where !names.contains(name) { names.append(name) }
        let index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var labels = [Int?](repeating: nil, count: samples.count)
        var taught = labels
        var refuted = [Set<Int>](repeating: [], count: samples.count)
        for annotation in try store.reviewedAnnotations() {
            guard let row = rows[annotation.sample], let category = index[annotation.label.category]
            else { continue }
            switch annotation.state {
            case .accepted:
                labels[row] = category
                if !BulkAccept.isUnseen(annotation.source) { taught[row] = category }
            case .rejected: refuted[row].insert(category)
            case .proposed: preconditionFailure("the store gave what was reviewed")
            }
        }
        let reviews = try store.reviews().filter { $0.purpose == .decide }
        let answers = reviews.filter { $0.decision != .skip }
        let own = reviews.filter { $0.decision == .skip && $0.reviewer == reviewer }
        rechecked = Self.rows(of: answers.filter { $0.reason == .labelIssue }, rows)
        skipped = Self.rows(of: own, rows)
        let said = answers.map { PlanningState.Outcome($0, rows: rows, classes: index) }
        let settled = said.map { $0.settled(by: labels) }
        history = settled
        reviewerError = Self.reviewerError(said, settled: settled, labels)
        classes = names
        declaredClasses = try store.declaredCategoryCount()
        self.labels = labels
        self.taught = taught
        self.refuted = refuted
        isEmpty = taught.allSatisfy { $0 == nil }
    }

    private static func rows(of reviews: [StoredReview], _ rows: [Sample.ID: Int]) -> Set<Int> {
        Set(reviews.lazy.flatMap(\.samples).compactMap { rows[$0] })
    }

    /// How often a class that is right was refused on screens.
    ///
    /// Only a refused class that was decided for after all is known to have been right.
    private static func reviewerError(
        _ said: [PlanningState.Outcome],
        settled: [PlanningState.Outcome],
        _ labels: [Int?]
    ) -> Double {
        // Before anything is known: as one in three hundred, and as 150 pictures that were seen.
        var (refused, carried) = (0.5, 150.0)
        for (before, after) in zip(said, settled) {
            guard before.isCluster, let accepted = before.accepted else { continue }
            refused += Double(before.excepted - after.excepted)
            carried += Double(before.rows.count { labels[$0] == accepted })
        }
        return refused / carried
    }
}

extension ReviewKnowledge {
    /// What names all that is learned from.
    var digest: ContentDigest {
        let rows = taught.indices.map { row in
            "\(taught[row] ?? -1) \(refuted[row].sorted())"
        }
        return ContentDigest(of: (classes + rows).joined(separator: "\n"))
    }
}

extension PlanningState.Outcome {
    /// Says a decision by the rows and the numbers of the classes.
    fileprivate init(
        _ review: StoredReview,
        rows: [Sample.ID: Int],
        classes: [String: Int]
    ) {
        self.init(
            rows: review.samples.compactMap { rows[$0] },
            proposed: review.proposed.flatMap { classes[$0] },
            score: review.proposals.first { $0.label == review.proposed }?.score ?? 0,
            accepted: review.label.flatMap { classes[$0] },
            excepted: review.exceptions
        )
    }

    /// The same with only those exceptions that did not turn out to carry the class after all.
    fileprivate func settled(by labels: [Int?]) -> Self {
        guard let accepted, excepted > 0 else { return self }
        let other = rows.count { labels[$0] != accepted }
        return Self(
            rows: rows,
            proposed: proposed,
            score: score,
            accepted: accepted,
            excepted: min(excepted, other)
        )
    }
}
