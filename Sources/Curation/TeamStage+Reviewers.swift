import CurationCore
import Quality
import Storage

extension TeamStage {
    /// What every reviewer has shown, in the order of their names.
    ///
    /// - Throws: `CurationError.storage`.
    public func reviewers() throws -> [ReviewerReport] {
        try rephrasing { () throws in
            try dataset.store.schema().schema.task == .classification
                ? reviewersOfClasses() : reviewersOfThings()
        }
    }

    private func reviewersOfClasses() throws -> [ReviewerReport] {
        let store = dataset.store
        let opinions = Dictionary(grouping: try store.opinions(), by: \.sample)
        let known = try store.honeypots()
        let consensus = ConsensusOfOpinions(
            opinions,
            classes: try store.schema().schema.categories.map(\.name),
            known: known
        )
        return consensus.reviewers.map { name in
            let own = opinions.values.joined().filter { $0.reviewer == name }
            let tested = own.filter { known[$0.sample] != nil }
            let shared = own.filter { (opinions[$0.sample]?.count ?? 0) > 1 }
            let agreed = shared.count { mine in
                opinions[mine.sample]?.contains {
                    $0.reviewer != name && $0.label == mine.label
                } == true
            }
            return ReviewerReport(
                reviewer: name,
                answered: own.count,
                known: tested.count,
                right: tested.count { $0.label == known[$0.sample] },
                shared: shared.count,
                agreement: shared.isEmpty ? nil : Double(agreed) / Double(shared.count),
                accuracy: consensus.accuracy(of: name) ?? 0
            )
        }
    }

    private func reviewersOfThings() throws -> [ReviewerReport] {
        let given = try ObjectAnswers(in: dataset.store)
        let (opinions, consensus) = (given.opinions, given.consensus)
        return consensus.reviewers.map { name in
            let own = opinions.sorted { $0.key < $1.key }.flatMap(\.value)
                .filter { $0.reviewer == name }
            let agreements = own.compactMap { mine in
                opinions[mine.sample]?.filter { $0.reviewer != name }
                    .map { MatchedObjects.agreement(of: mine.things, and: $0.things) }.max()
            }
            let sum = agreements.reduce(0, +)
            return ReviewerReport(
                reviewer: name,
                answered: own.count,
                known: 0,
                right: 0,
                shared: agreements.count,
                agreement: agreements.isEmpty ? nil : sum / Double(agreements.count),
                accuracy: consensus.accuracy(of: name) ?? 0
            )
        }
    }
}
