public import CurationCore
import Reviewing
import Storage

extension ReviewStage {
    /// Takes decisions, each in a transaction of its own; sending one twice counts once.
    ///
    /// - Throws: `CurationError.busy`, `.storage`; a decision that does not fit is a result, no error.
    public func decide(
        _ submissions: [ReviewSubmission],
        at now: Timestamp = .now
    ) throws -> [SubmissionResult] {
        try rephrasing { () throws in
            let schema = try dataset.store.schema().schema
            return try submissions.map { submission in
                let settled = try settled(by: submission, schema)
                let picture = try picture(of: submission)
                let further = try furtherExceptions(of: submission)
                return try dataset.store.decide(submission, at: now) { task in
                    if let (width, height) = picture.map({ ($0.width, $0.height) }) {
                        try DecisionRules.checkPlaces(submission, width: width, height: height)
                    }
                    let effects = try Self.effects(of: submission, on: task, schema.task, further)
                    guard task.purpose != .decide else { return effects }
                    return Self.opinion(submission, task, effects, settled, schema.task)
                }
            }
        }
    }

    /// The labels that an opinion settles, worked out before the decision is taken; nil where it settles
    /// nothing, or what the labels say already.
    ///
    /// What somebody edited since the first decision is not written over by answers that do not know of it:
    /// an adjudicator sees to it.
    private func settled(
        by submission: ReviewSubmission,
        _ schema: LabelSchema
    ) throws -> [Label]? {
        let store = dataset.store
        guard submission.decision != .skip, let id = StoredTask.number(of: submission.item),
            let task = try store.task(id), task.state != .decided, let sample = task.samples.first,
            task.purpose == .opinion || task.purpose == .adjudication,
            // What does not fit is refused with its reason when it is taken.
            let effects = try? Self.effects(of: submission, on: task, schema.task, []),
            try task.purpose == .adjudication || !store.wasEdited(sinceDecided: sample)
        else { return nil }
        let current = try store.annotations(of: sample).filter { $0.state == .accepted }
            .map(\.label)
        guard schema.task == .classification else {
            return try settled(by: submission, task, effects, current)
        }
        let answer = StoredOpinion(
            sample: sample,
            reviewer: submission.reviewer,
            label: effects.label,
            purpose: task.purpose,
            current: current.last?.category
        )
        let settled = try ComparedClasses.settled(by: answer, in: store)
        return settled == answer.current ? nil : settled.map { [.classification(category: $0)] }
    }

    /// The same for the things in a picture: what an adjudicator says, or what all answers together do.
    private func settled(
        by submission: ReviewSubmission,
        _ task: StoredTask,
        _ effects: ReviewEffects,
        _ current: [Label]
    ) throws -> [Label]? {
        let given = effects.labels.filter { $0.state == .accepted }.map(\.label)
        if task.purpose == .adjudication { return Set(given) == Set(current) ? nil : given }
        let answer = StoredObjectOpinion(
            sample: task.samples[0],
            reviewer: submission.reviewer,
            things: given.filter { $0.boundingBox != nil },
            purpose: task.purpose
        )
        let settled = try objectAnswers().settled(by: answer, dataset.store.reviewPolicy())
        let things = current.filter { $0.boundingBox != nil }
        return settled.flatMap { Set($0) == Set(things) ? nil : $0 }
    }

    /// An opinion changes the labels only where it settles others.
    private static func opinion(
        _ submission: ReviewSubmission,
        _ task: StoredTask,
        _ effects: ReviewEffects,
        _ settled: [Label]?,
        _ kind: LabelTask
    ) -> ReviewEffects {
        let source =
            task.purpose == .adjudication ? "reviewer:\(submission.reviewer)" : "consensus"
        let labels = (settled ?? []).map {
            NewAnnotation(sample: task.samples[0], label: $0, state: .accepted, source: source)
        }
        let isOfThings = kind != .classification && settled != nil
        // That nothing is there after all is the outcome, whatever this one marked.
        var outcome = ReviewEffects(
            labels: labels,
            label: isOfThings ? labels.first?.label.category : effects.label,
            exceptions: 0,
            scope: isOfThings ? .image : .category
        )
        outcome.source = source
        return outcome
    }

    /// The picture in which a decision says that things are; nil where it says of none.
    private func picture(of submission: ReviewSubmission) throws -> Sample? {
        guard submission.annotations?.contains(where: { $0.boundingBox != nil }) == true,
            let id = StoredTask.number(of: submission.item),
            let sample = try dataset.store.task(id)?.samples.first
        else { return nil }
        return try dataset.store.samples([sample]).first
    }

    /// What is taken out among the members that are accepted without being shown first.
    private func furtherExceptions(of submission: ReviewSubmission) throws -> [Sample.ID] {
        guard let except = submission.except, let id = StoredTask.number(of: submission.item),
            let task = try dataset.store.task(id), task.stratum != nil
        else { return [] }
        return Set(try dataset.store.unseenMembers(of: task)).intersection(except).sorted()
    }

    private static func effects(
        of submission: ReviewSubmission,
        on task: StoredTask,
        _ kind: LabelTask,
        _ further: [Sample.ID]
    ) throws -> ReviewEffects {
        if task.conflict != nil { return try decide(submission, task) }
        let isOfObjects = task.isScreenOfObjects
        let changes =
            isOfObjects
            ? try ObjectRules.changes(
                of: submission,
                on: task.samples,
                task.proposals.compactMap(\.annotation)
            )
            : try DecisionRules.changes(
                of: submission,
                on: PlannedTask(task, further),
                kind: kind,
                proposals: proposed(task, kind)
            )
        let labels = changes.map {
            NewAnnotation(
                sample: $0.sample,
                label: $0.label,
                state: $0.verdict == .accept ? .accepted : .rejected,
                source: "reviewer:\(submission.reviewer)"
            )
        }
        return ReviewEffects(
            labels: labels,
            label: labels.first { $0.state == .accepted }?.label.category,
            exceptions: exceptions(submission, task),
            scope: scope(submission, kind, isOfObjects: isOfObjects)
        )
    }

    /// How many of those that were shown were left out: things by their numbers, or pictures.
    private static func exceptions(_ submission: ReviewSubmission, _ task: StoredTask) -> Int {
        let excepted = Set(submission.except ?? [])
        return task.isScreenOfObjects
            ? excepted.count : excepted.intersection(task.samples).count
    }

    /// What to accept an item accepts: the likeliest class, or all things that were found.
    private static func proposed(_ task: StoredTask, _ kind: LabelTask) -> [Label] {
        guard kind == .classification else { return task.proposals.compactMap(\.annotation) }
        return task.proposals.first.map { [.classification(category: $0.label)] } ?? []
    }

    private static func scope(
        _ submission: ReviewSubmission,
        _ kind: LabelTask,
        isOfObjects: Bool
    ) -> ReviewEffects.Scope {
        if isOfObjects { return .labels }
        return kind == .classification || submission.decision == .skip ? .category : .image
    }

    /// A conflict of a merge: accepting takes the side whose class is named, or the first; refusing takes
    /// neither; correcting says what it is instead.
    ///
    /// Other labels of the picture stay.
    private static func decide(
        _ submission: ReviewSubmission,
        _ task: StoredTask
    ) throws -> ReviewEffects {
        let chosen: [Label]
        switch submission.decision {
        case .accept:
            let side = task.proposals.first { $0.label == submission.label ?? $0.label }
            guard let side else {
                throw ReviewingError.noLabel(item: submission.item)
            }
            chosen = [side.annotation ?? .classification(category: side.label)]
        case .correct:
            guard let labels = submission.annotations, !labels.isEmpty else {
                throw ReviewingError.noAnnotations(item: submission.item)
            }
            chosen = labels
        case .reject, .skip: chosen = []
        }
        let labels = chosen.map {
            NewAnnotation(
                sample: task.samples[0],
                label: $0,
                state: .accepted,
                source: "reviewer:\(submission.reviewer)"
            )
        }
        return ReviewEffects(labels: labels, label: chosen.first?.category, exceptions: 0)
    }
}

extension PlannedTask {
    /// What was asked, and what else was looked at.
    fileprivate init(_ task: StoredTask, _ further: [Sample.ID]) {
        self.init(
            samples: task.samples + further,
            label: task.label,
            score: task.proposals.first?.score,
            reason: task.reason
        )
    }
}
