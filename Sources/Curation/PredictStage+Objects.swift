import CurationCore
import Storage

extension PredictStage {
    // Pictures between two reports of progress.
    private static let batchSize = 32

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
        let open = try store.samples().filter { !knowledge.finished.contains($0.id) }
        let isPlain = names == [ObjectFinder.name]
        let models =
            isPlain ? nil : try ModelFinders(names, dataset, learned, kind, knowledge.classes)
        var found = Found()
        for start in stride(from: 0, to: open.count, by: Self.batchSize) {
            try interruption.check()
            let batch = Array(open[start..<min(start + Self.batchSize, open.count)])
            if let models {
                try add(models, batch, knowledge, to: &found)
            } else if let learned {
                found.predictions += try finder.find(in: batch, learned, knowledge).flatMap(\.self)
            }
            let done = start + batch.count
            report(StageProgress(stage: "predict", done: done, total: open.count, failed: 0))
        }
        found.model = models?.model ?? learned?.model
        if let model = found.model {
            try store.replaceProposals(found.predictions, model: model, at: now)
        }
        return found
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
