import CurationCore
import Storage

extension ReviewStage {
    /// The tasks as reviewers see them.
    func items(_ tasks: [StoredTask]) throws -> [ReviewItem] {
        let isOfClasses = try dataset.store.schema().schema.task == .classification
        return try tasks.map { task in
            let samples = try dataset.store.samples(task.samples)
            var item = try item(task, samples.map(ReviewItem.Image.init))
            if isOfClasses, task.proposals.isEmpty {
                let names = try suggestions.names(for: samples)
                item.suggestions = names.isEmpty ? nil : names
            }
            return item
        }
    }

    private func item(_ task: StoredTask, _ images: [ReviewItem.Image]) throws -> ReviewItem {
        let name = "r-\(task.id)"
        let expires = Timestamp(seconds: task.expiresAt).description
        if task.isScreenOfObjects { return try objects(task, name, expires) }
        guard task.reason == .cluster || images.count != 1 else {
            return ReviewItem(
                item: name,
                lease: task.lease,
                expires: expires,
                reason: task.reason,
                image: images[0],
                predictions: task.proposals.enumerated().map { index, proposal in
                    ReviewItem.Proposal(
                        id: "p-\(task.id)-\(index + 1)",
                        type: proposal.annotation?.kind ?? "classification",
                        label: proposal.label,
                        score: proposal.score,
                        source: proposal.source,
                        annotation: proposal.annotation
                    )
                }
            )
        }
        let unseen = try dataset.store.unseenMembers(of: task)
        let stratum = try dataset.store.strata().first { $0.id == task.stratum }
        return ReviewItem(
            item: name,
            lease: task.lease,
            expires: expires,
            reason: task.reason,
            shown: images,
            unseen: unseen,
            errorBound: unseen.isEmpty ? 0 : stratum?.alpha ?? 0,
            predictions: task.proposals
        )
    }

    /// Crops of one class, which are decided together.
    private func objects(
        _ task: StoredTask,
        _ name: String,
        _ expires: String
    ) throws -> ReviewItem {
        let images = Dictionary(
            try dataset.store.samples(task.samples).map { ($0.id, ReviewItem.Image($0)) },
            uniquingKeysWith: { $1 }
        )
        let crops = zip(task.samples, task.proposals).enumerated().compactMap { index, crop in
            images[crop.0].flatMap { image in
                crop.1.annotation.map {
                    ReviewItem.Crop(
                        object: index + 1,
                        image: image,
                        annotation: $0,
                        score: crop.1.score
                    )
                }
            }
        }
        let mean = crops.reduce(0) { $0 + $1.score } / Double(max(crops.count, 1))
        return ReviewItem(
            item: name,
            lease: task.lease,
            expires: expires,
            reason: task.reason,
            objects: crops,
            predictions: [
                ReviewItem.Proposal(
                    label: task.label ?? "",
                    score: mean,
                    source: task.proposals.first?.source ?? ""
                )
            ]
        )
    }
}

extension StoredTask {
    /// Whether it shows crops of several pictures.
    var isScreenOfObjects: Bool {
        reason == .cluster && proposals.first?.annotation?.boundingBox != nil
    }
}
