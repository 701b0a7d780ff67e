package import CurationCore

/// What a decision about crops of several images does: things of one class, seen side by side.
package enum ObjectRules {
    /// The changes that a decision makes.
    ///
    /// - Parameters:
    ///   - submission: The decision; `except` names crops by their numbers, from 1.
    ///   - samples: The image of each crop.
    ///   - objects: What was proposed for each crop.
    /// - Returns: A change a crop, in their order; none for a skip or a rejected screen.
    /// - Throws: `ReviewingError` when the decision does not fit the item.
    package static func changes(
        of submission: ReviewSubmission,
        on samples: [Sample.ID],
        _ objects: [Label]
    ) throws(ReviewingError) -> [LabelChange] {
        try DecisionRules.checkNames(submission)
        let excepted = Set(submission.except ?? [])
        for number in excepted where !(1...Int64(objects.count)).contains(number) {
            throw .notMember(item: submission.item, sample: number)
        }
        if submission.decision != .accept, let first = submission.corrections?.first {
            throw .badCorrection(item: submission.item, member: first.member)
        }
        switch submission.decision {
        case .skip, .reject: return []
        case .correct: throw .groupCorrected(item: submission.item)
        case .accept:
            guard excepted.count < objects.count else {
                throw .nothingAccepted(item: submission.item)
            }
            let seen = objects.indices.map { index in
                let isExcepted = excepted.contains(Int64(index + 1))
                let label = objects[index]
                return LabelChange(
                    sample: samples[index],
                    verdict: isExcepted ? .refute : .accept,
                    label: isExcepted ? label : label.named(submission.label ?? label.category)
                )
            }
            return try seen + corrected(submission, samples, objects)
        }
    }

    /// What things that were left out are instead, at the same place.
    private static func corrected(
        _ submission: ReviewSubmission,
        _ samples: [Sample.ID],
        _ objects: [Label]
    ) throws(ReviewingError) -> [LabelChange] {
        let category = submission.label ?? objects.first?.category ?? ""
        return try DecisionRules.corrections(of: submission, to: category).map { member, label in
            LabelChange(
                sample: samples[Int(member) - 1],
                verdict: .accept,
                label: objects[Int(member) - 1].named(label)
            )
        }
    }
}
