import CurationCore
import Storage

extension PredictStage {
    /// Proposes things for all pictures of which nobody said yet where all things are.
    ///
    /// `names`: The models: `detector`, which learns from the pictures that people finished, and any
    /// with a card that finds things.
    func findObjects(
        by names: [String],
        _ kind: LabelTask,
        at now: Timestamp
    ) throws -> Found {
        let store = dataset.store
        let knowledge = try ObjectKnowledge(of: store, reviewer: nil)
        let learned =
            try names.contains(ObjectFinder.name)
            ? finder.learn(knowledge) : finder.learnIfPossible(knowledge)
        guard names != [ObjectFinder.name] || learned != nil else { return Found() }
        let isPlain = names == [ObjectFinder.name]
        let models =
            isPlain ? nil : try ModelFinders(names, dataset, learned, kind, knowledge.classes)
        guard let model = models?.model ?? learned?.model else { return Found() }
        let all = try store.samples().filter { !knowledge.finished.contains($0.id) }
        var (found, through) = try interrupted(model, all, knowledge)
        let open = all.filter { $0.id > through }
        for start in stride(from: 0, to: open.count, by: batchSize) {
            if interruption.isAsked {
                if start > 0 { try keepPart(found, model, through: through, at: now) }
                throw CancellationError()
            }
            let batch = Array(open[start..<min(start + batchSize, open.count)])
            if let models {
                try add(models, batch, knowledge, to: &found)
            } else if let learned {
                found.predictions += try finder.find(in: batch, learned, knowledge).flatMap(\.self)
            }
            through = batch.last?.id ?? through
            let done = start + batch.count
            report(StageProgress(stage: "predict", done: done, total: open.count, failed: 0))
        }
        found.model = model
        try keep(found, model, through: nil, at: now)
        return found
    }

    /// The name in the log of the last picture that a run looked at which was stopped.
    private static let through = "through"

    private func keep(
        _ found: Found,
        _ model: StoredModel,
        through last: Sample.ID?,
        at now: Timestamp
    ) throws {
        var parameters = model.parameters
        if let last { parameters[Self.through] = "\(last)" }
        let model = StoredModel(name: model.name, digest: model.digest, parameters: parameters)
        try dataset.store.replaceProposals(found.predictions, model: model, at: now)
    }

    /// Keeps what was found so far, and the next run goes on behind it.
    ///
    /// It is let go where that would take the place of more: of a run that came to its end, or further.
    private func keepPart(
        _ found: Found,
        _ model: StoredModel,
        through last: Sample.ID,
        at now: Timestamp
    ) throws {
        let isFurther = try dataset.store.parametersOfRuns().allSatisfy { run in
            run[Self.through].flatMap(Sample.ID.init).map { $0 <= last } ?? false
        }
        if isFurther { try keep(found, model, through: last, at: now) }
    }

    /// What a run of the same model found before it was stopped, and how far it came.
    private func interrupted(
        _ model: StoredModel,
        _ open: [Sample],
        _ knowledge: ObjectKnowledge
    ) throws -> (Found, Sample.ID) {
        guard let run = try dataset.store.newestRun(of: model.name),
            let last = run.parameters[Self.through].flatMap(Sample.ID.init),
            run.parameters["model"] == "\(model.name)@\(model.digest)"
        else { return (Found(), 0) }
        let places = Set(open.map(\.id))
        let found = run.proposals.filter {
            places.contains($0.sample) && !knowledge.isSettled($0.label, in: $0.sample)
        }.map { Prediction(sample: $0.sample, label: $0.label, score: $0.score ?? 0) }
        return (Found(predictions: found), last)
    }

    private func add(
        _ models: ModelFinders,
        _ batch: [Sample],
        _ knowledge: ObjectKnowledge,
        to found: inout Found
    ) throws {
        let outcomes = WorkerPool.map(batch) { sample in
            Result { try models.find(in: sample, knowledge) }
        }
        for outcome in outcomes {
            let one = try outcome.get()
            found.predictions += one.predictions
            found.unnamed += one.unnamed
        }
    }
}
