public import CurationCore
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
                accuracy: isOfClasses ? ProposalLooks.together(reviews).accuracy : nil,
                setAccuracy: isOfClasses ? try setAccuracy() : nil,
                cost: isOfClasses ? cost.share(of: decided) : nil
            )
            status.flagged = try store.flags().count
            let policy = try store.reviewPolicy()
            if policy.overlap > 1 {
                let waiting = try secondLooks().waiting
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
}
