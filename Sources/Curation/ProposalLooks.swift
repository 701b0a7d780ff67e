import CurationCore
import Quality
import Storage

/// How often the first proposal was right when a person looked; a refused group counts as wrong.
struct ProposalLooks {
    private var all = 0
    private var right = 0

    /// Counts the first looks at each class that was proposed.
    ///
    /// What somebody says of a picture that others have decided says nothing of the proposal.
    static func byClass(_ reviews: [StoredReview]) -> [String: ProposalLooks] {
        var looks: [String: ProposalLooks] = [:]
        for review in reviews where review.decision != .skip && review.purpose == .decide {
            guard let proposed = review.proposals.first?.label else { continue }
            looks[proposed, default: ProposalLooks()].count(review, proposed)
        }
        return looks
    }

    private mutating func count(_ review: StoredReview, _ proposed: String) {
        all += review.samples.count
        if review.label == proposed { right += review.kept }
    }

    /// Those of all classes together.
    static func together(_ reviews: [StoredReview]) -> ProposalLooks {
        byClass(reviews).values.reduce(into: ProposalLooks()) { sum, one in
            sum.all += one.all
            sum.right += one.right
        }
    }

    /// How many pictures were looked at.
    var count: Int { all }

    /// The share of right ones; nil before 1 look.
    var accuracy: ReviewStatus.Accuracy? {
        guard all > 0 else { return nil }
        let interval = BinomialInterval(successes: right, trials: all)
        return ReviewStatus.Accuracy(
            estimate: Double(right) / Double(all),
            low: interval.lower,
            high: interval.upper
        )
    }
}
