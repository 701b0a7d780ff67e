import CurationCore
import Storage

/// What models that this data set did not teach found, and how often they are right here.
struct OtherFinders {
    private let proposals: [Sample.ID: [Annotation]]
    /// The share of their proposals that people agreed with, 0 to 1.
    private let precision: Double

    /// Reads the newest run of such models, and holds it against the finished pictures.
    init(of store: DatasetStore, _ knowledge: ObjectKnowledge) throws {
        let run = try store.newestRun(of: ObjectFinder.name, isOther: true)
        proposals = Dictionary(
            grouping: (run?.proposals ?? []).filter { $0.label.boundingBox != nil },
            by: \.sample
        )
        var (right, all) = (0, 0)
        for (sample, proposals) in proposals where knowledge.finished.contains(sample) {
            let things = knowledge.objects[sample] ?? []
            all += proposals.count
            right += proposals.count { proposal in
                things.contains {
                    $0.category == proposal.label.category && $0.isSameThing(as: proposal.label)
                }
            }
        }
        // One right and one wrong beforehand: Laplace's rule.
        precision = Double(right + 1) / Double(all + 2)
    }

    /// Adds them to what the detector called `source` found: where both agree it is surer.
    ///
    /// - Returns: The things, each with the model that found it.
    func added(
        to found: [Prediction],
        by source: String,
        in sample: Sample.ID,
        _ knowledge: ObjectKnowledge
    ) -> [(found: Prediction, source: String)] {
        var found = found
        var more: [(found: Prediction, source: String)] = []
        for proposal in proposals[sample] ?? []
        where !knowledge.isSettled(proposal.label, in: sample) {
            let same = found.indices.first {
                found[$0].label.category == proposal.label.category
                    && found[$0].label.isSameThing(as: proposal.label)
            }
            if let same {
                found[same] = Prediction(
                    sample: sample,
                    label: found[same].label,
                    score: 1 - (1 - found[same].score) * (1 - precision)
                )
            } else if precision >= ObjectFinder.leastProbability {
                let single = Prediction(sample: sample, label: proposal.label, score: precision)
                more.append((single, proposal.source))
            }
        }
        return found.map { ($0, source) } + more
    }
}
