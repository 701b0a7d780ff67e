package import CurationCore

/// What a decision changes about one sample.
package struct LabelChange: Sendable, Hashable {
    /// What a person says about the label.
    package enum Verdict: Sendable, Hashable {
        /// The sample carries the label.
        case accept
        /// The sample does not carry the label, which is not offered for it again.
        case refute
    }

    /// The sample.
    package let sample: Sample.ID
    /// What is said.
    package let verdict: Verdict
    /// About which label.
    package let label: Label

    /// Describes a change.
    package init(sample: Sample.ID, verdict: Verdict, label: Label) {
        self.sample = sample
        self.verdict = verdict
        self.label = label
    }
}

/// What a decision does to labels.
package enum DecisionRules {
    /// The changes that a decision makes.
    ///
    /// - Parameters:
    ///   - submission: The decision.
    ///   - task: The samples that the item showed, and the class it proposed.
    ///   - kind: The kind of labels that the data set carries.
    ///   - proposals: For a single image, what accepting it accepts: its most likely class, or
    ///     all its boxes. Groups need none.
    /// - Returns: The changes, in the order of the samples; none for a skip or a rejected group.
    /// - Throws: `ReviewingError` when the decision does not fit the item.
    package static func changes(
        of submission: ReviewSubmission,
        on task: PlannedTask,
        kind: LabelTask = .classification,
        proposals: [Label] = []
    ) throws(ReviewingError) -> [LabelChange] {
        try checkNames(submission)
        try checkKinds(submission, kind)
        try checkExceptions(submission, task)
        if submission.decision != .accept || !task.isCluster,
            let first = submission.corrections?.first
        {
            throw .badCorrection(item: submission.item, member: first.member)
        }
        switch submission.decision {
        case .skip: return []
        case .accept where task.isCluster: return try acceptGroup(submission, task)
        case .accept: return try acceptImage(submission, task, kind, proposals)
        case .correct: return try correctImage(submission, task, kind, proposals)
        case .reject:
            return task.isCluster ? [] : refusals(task, proposals, except: [])
        }
    }

    // Longer ones do not fit a button and are most likely a mistake.
    private static let longestName = 200

    /// Refuses names that nobody could read or tell apart: blank, very long, or of control characters.
    static func checkNames(_ submission: ReviewSubmission) throws(ReviewingError) {
        guard isName(submission.reviewer) else {
            throw .badReviewer(item: submission.item, name: submission.reviewer)
        }
        let labels =
            (submission.annotations ?? []).map(\.category) + [submission.label].compactMap(\.self)
            + (submission.corrections ?? []).map(\.label)
        for label in labels where !isName(label) {
            throw .badLabel(item: submission.item, name: label)
        }
    }

    private static func isName(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        return scalars.contains { !$0.properties.isWhitespace }
            && scalars.count <= longestName
            && scalars.allSatisfy { $0.properties.generalCategory != .control }
            && scalars.first?.properties.isWhitespace == false
            && scalars.last?.properties.isWhitespace == false
    }

    /// Refuses labels that the data set does not carry: boxes, or two classes of one picture.
    private static func checkKinds(
        _ submission: ReviewSubmission,
        _ kind: LabelTask
    ) throws(ReviewingError) {
        let labels = submission.annotations ?? []
        var classes = 0
        for label in labels {
            switch label {
            case .classification: classes += 1
            case .detection(_, let box):
                guard kind != .classification, box.x >= 0, box.y >= 0 else {
                    throw .badBox(item: submission.item)
                }
            case .polygon, .mask:
                guard kind == .segmentation else { throw .badBox(item: submission.item) }
            }
        }
        guard classes <= 1 else { throw .severalClasses(item: submission.item) }
    }

    /// Refuses shapes that are not in the picture: they could not be shown, nor learned from.
    ///
    /// - Parameters:
    ///   - submission: The decision.
    ///   - width: Pixels across the upright picture.
    ///   - height: Pixels down.
    /// - Throws: `ReviewingError.outsideOfPicture`.
    package static func checkPlaces(
        _ submission: ReviewSubmission,
        width: Int,
        height: Int
    ) throws(ReviewingError) {
        for label in submission.annotations ?? [] {
            if case .mask(_, let mask) = label, mask.width != width || mask.height != height {
                throw .outsideOfPicture(item: submission.item)
            }
            guard let box = label.boundingBox else { continue }
            guard box.x < Double(width), box.y < Double(height), box.x + box.width > 0,
                box.y + box.height > 0
            else { throw .outsideOfPicture(item: submission.item) }
        }
    }

    private static func checkExceptions(
        _ submission: ReviewSubmission,
        _ task: PlannedTask
    ) throws(ReviewingError) {
        let excepted = submission.except ?? []
        guard task.isCluster || excepted.isEmpty else {
            throw .exceptionsOnImage(item: submission.item)
        }
        let members = Set(task.samples)
        for sample in excepted where !members.contains(sample) {
            throw .notMember(item: submission.item, sample: sample)
        }
    }

    /// The corrections by member; refuses those that do not go with an acceptance as `category`.
    static func corrections(
        of submission: ReviewSubmission,
        to category: String
    ) throws(ReviewingError) -> [(member: Sample.ID, label: String)] {
        let excepted = Set(submission.except ?? [])
        var members = Set<Sample.ID>()
        for correction in submission.corrections ?? [] {
            guard excepted.contains(correction.member), correction.label != category,
                members.insert(correction.member).inserted
            else {
                throw .badCorrection(item: submission.item, member: correction.member)
            }
        }
        return (submission.corrections ?? []).map { ($0.member, $0.label) }
    }

    private static func acceptGroup(
        _ submission: ReviewSubmission,
        _ task: PlannedTask
    ) throws(ReviewingError) -> [LabelChange] {
        guard let category = submission.label ?? task.label, !category.isEmpty else {
            throw .noLabel(item: submission.item)
        }
        let excepted = Set(submission.except ?? [])
        guard task.samples.contains(where: { !excepted.contains($0) }) else {
            throw .nothingAccepted(item: submission.item)
        }
        let label = Label.classification(category: category)
        let corrected = try corrections(of: submission, to: category)
        // What the group is comes first: it is the class of the decision.
        return task.samples.map { sample in
            LabelChange(
                sample: sample,
                verdict: excepted.contains(sample) ? .refute : .accept,
                label: label
            )
        }
            + corrected.map {
                LabelChange(
                    sample: $0.member,
                    verdict: .accept,
                    label: .classification(category: $0.label)
                )
            }
    }

    private static func acceptImage(
        _ submission: ReviewSubmission,
        _ task: PlannedTask,
        _ kind: LabelTask,
        _ proposals: [Label]
    ) throws(ReviewingError) -> [LabelChange] {
        guard kind == .classification || submission.label == nil else {
            throw .labelOfThings(item: submission.item)
        }
        let accepted = submission.label.map { [Label.classification(category: $0)] } ?? proposals
        // That nothing is in a picture is as good an answer where things are looked for.
        guard kind != .classification || !accepted.isEmpty,
            accepted.allSatisfy({ !$0.category.isEmpty })
        else { throw .noLabel(item: submission.item) }
        return refusals(task, proposals, except: accepted) + acceptances(task, accepted)
    }

    private static func correctImage(
        _ submission: ReviewSubmission,
        _ task: PlannedTask,
        _ kind: LabelTask,
        _ proposals: [Label]
    ) throws(ReviewingError) -> [LabelChange] {
        guard !task.isCluster else { throw .groupCorrected(item: submission.item) }
        guard let accepted = submission.annotations, kind != .classification || !accepted.isEmpty
        else {
            throw .noAnnotations(item: submission.item)
        }
        return refusals(task, proposals, except: accepted) + acceptances(task, accepted)
    }

    private static func acceptances(_ task: PlannedTask, _ labels: [Label]) -> [LabelChange] {
        task.samples.flatMap { sample in
            labels.map { LabelChange(sample: sample, verdict: .accept, label: $0) }
        }
    }

    /// Refutes what was proposed and is not among the labels that are right.
    private static func refusals(
        _ task: PlannedTask,
        _ proposals: [Label],
        except right: [Label]
    ) -> [LabelChange] {
        task.samples.flatMap { sample in
            proposals.filter { !right.contains($0) }.map {
                LabelChange(sample: sample, verdict: .refute, label: $0)
            }
        }
    }
}
