public import CurationCore
import Reviewing
import Storage

extension ReviewStage {
    /// Splits a group of pictures into two by what they look like, each with a question of its own.
    ///
    /// The group is given back; the same reviewer holds its two halves from then on.
    ///
    /// - Parameters:
    ///   - item: The group, `r-` and a number.
    ///   - lease: The right to decide it.
    ///   - reviewer: Who holds it.
    ///   - now: The time from which the new leases count.
    /// - Returns: The two groups, the larger one first.
    /// - Throws: `CurationError.badData` for what cannot be split; `.input` when the lease is lost;
    ///   `.busy`, `.storage`.
    public func split(
        _ item: String,
        lease: String,
        reviewer: String,
        at now: Timestamp = .now
    ) throws -> [ReviewItem] {
        try rephrasing { () throws in
            guard let id = StoredTask.number(of: item), let task = try dataset.store.task(id),
                task.lease == lease
            else { throw CurationError.input("there is no item \(item) with this lease") }
            guard task.reason == .cluster, task.samples.count > 1, !task.isScreenOfObjects else {
                throw CurationError.badData("only a group of two pictures or more can be split")
            }
            let proposer = try learn(reviewer).2
            let tasks = proposer.halves(of: task.samples).map { samples in
                let open = PlannedTask(samples: samples, label: nil, score: nil, reason: .cluster)
                let proposals = proposer.proposals(open)
                return NewTask(
                    plan: PlannedTask(
                        samples: samples,
                        label: proposals.first?.label,
                        score: proposals.first?.score,
                        reason: .cluster
                    ),
                    proposals: proposals,
                    lease: Self.token()
                )
            }
            let given = try dataset.store.replace(
                task,
                with: tasks,
                until: now.seconds + Lease.duration,
                now: now.seconds
            )
            guard let given else {
                throw CurationError.input("the lease of \(item) is lost: take the next item")
            }
            return try items(given)
        }
    }
}
