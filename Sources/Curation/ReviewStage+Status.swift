public import CurationCore
import Quality
import Reviewing
import Storage

extension ReviewStage {
    /// How far the review has come.
    ///
    /// - Throws: `CurationError.storage`.
    public func status(at now: Timestamp = .now) throws -> ReviewStatus {
        try rephrasing { () throws in
            let store = dataset.store
            let isOfClasses = try store.schema().schema.task == .classification
            let decided =
                isOfClasses ? try store.decidedCount() : try store.finishedSamples().count
            let reviews = try store.reviews().filter { $0.decision != .skip }
            var cost = ReviewingCost()
            for review in reviews {
                cost.count(shown: review.samples.count, excepted: review.exceptions)
            }
            var status = ReviewStatus(
                pending: try store.sampleCount() - decided,
                leased: try store.leasedSamples(now: now.seconds).count,
                decided: decided,
                accuracy: isOfClasses
                    ? Self.accuracy(reviews.filter { $0.purpose == .decide }) : nil,
                setAccuracy: isOfClasses ? try setAccuracy() : nil,
                cost: isOfClasses ? cost.share(of: decided) : nil
            )
            status.flagged = try store.flags().count
            let policy = try store.reviewPolicy()
            if policy.overlap > 1 {
                let classes = try store.schema().schema.categories.map(\.name)
                let waiting = try SecondLooks(store: store, classes: classes).waiting
                status.secondLooks = waiting.opinions
                status.adjudications = waiting.adjudications
            }
            return status
        }
    }

    private func setAccuracy() throws -> ReviewStatus.Accuracy? {
        guard try dataset.store.sampleCount() > 0 else { return nil }
        let found = try CertifyStage(dataset: dataset).run()
        return ReviewStatus.Accuracy(estimate: found.estimate, low: found.low, high: 1)
    }

    /// How often the first proposal was right when a person looked; a refused group counts as wrong.
    private static func accuracy(_ reviews: [StoredReview]) -> ReviewStatus.Accuracy? {
        var right = 0
        var looks = 0
        for review in reviews {
            guard let proposed = review.proposals.first?.label else { continue }
            looks += review.samples.count
            if review.label == proposed { right += review.samples.count - review.exceptions }
        }
        guard looks > 0 else { return nil }
        let interval = BinomialInterval(successes: right, trials: looks)
        return ReviewStatus.Accuracy(
            estimate: Double(right) / Double(looks),
            low: interval.lower,
            high: interval.upper
        )
    }
}
