import CurationCore
import Reviewing

/// A reviewer who knows the truth and goes on until every sample is decided.
///
/// It keeps what the store keeps, and applies decisions through `DecisionRules`.
struct ReviewerModel {
    let truth: [String]
    var classes: [String] = []
    var labels: [Int?]
    var refuted: [Set<Int>]
    var unavailable: [Bool]
    var clusters: [[Int]]
    var history: [PlanningState.Outcome] = []
    var cost = ReviewingCost()

    init(truth: [String], clusters: [[Int]]) {
        self.truth = truth
        self.clusters = clusters
        labels = Array(repeating: nil, count: truth.count)
        refuted = Array(repeating: [], count: truth.count)
        unavailable = Array(repeating: false, count: truth.count)
    }

    /// Sample numbers differ from rows, so that mixing them up shows.
    static func sample(_ row: Int) -> Sample.ID { Sample.ID(row + 1_000) }
    static func row(_ sample: Sample.ID) -> Int { Int(sample) - 1_000 }

    var decidedShare: Double { Double(labels.count { $0 != nil }) / Double(truth.count) }
    var rightShare: Double {
        let right = truth.indices.count { row in labels[row].map { classes[$0] } == truth[row] }
        return Double(right) / Double(truth.count)
    }

    func state(probabilities: [Float]) -> PlanningState {
        PlanningState(
            samples: truth.indices.map(Self.sample),
            classes: classes,
            decided: labels.map { $0 != nil },
            unavailable: unavailable,
            probabilities: probabilities,
            clusters: clusters,
            history: history
        )
    }

    /// Answers the tasks of one plan.
    mutating func answer(_ tasks: [PlannedTask]) throws {
        for task in tasks {
            let submission = submission(task)
            let proposals = task.label.map { [Label.classification(category: $0)] } ?? []
            let changes = try DecisionRules.changes(of: submission, on: task, proposals: proposals)
            let excepted = submission.except?.count ?? 0
            cost.count(shown: task.samples.count, excepted: excepted)
            var accepted: Int?
            for change in changes {
                let label = number(change.label.category)
                let row = Self.row(change.sample)
                switch change.verdict {
                case .accept:
                    labels[row] = label
                    accepted = label
                case .refute: refuted[row].insert(label)
                }
            }
            history.append(
                PlanningState.Outcome(
                    rows: task.samples.map(Self.row),
                    proposed: task.label.map { number($0) },
                    score: task.score ?? 0,
                    accepted: accepted,
                    excepted: excepted
                )
            )
        }
    }

    private func submission(_ task: PlannedTask) -> ReviewSubmission {
        let said = task.samples.map { truth[Self.row($0)] }
        var counts: [String: Int] = [:]
        for label in said { counts[label, default: 0] += 1 }
        let top = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
        guard task.isCluster, let top else {
            let right = Label.classification(category: said[0])
            return decision(.correct, annotations: [right])
        }
        guard Double(top.value) >= 0.6 * Double(said.count) else { return decision(.reject) }
        let odd = zip(task.samples, said).filter { $0.1 != top.key }.map(\.0)
        return decision(.accept, label: top.key, except: odd)
    }

    private func decision(
        _ decision: Decision,
        label: String? = nil,
        except: [Sample.ID]? = nil,
        annotations: [Label]? = nil
    ) -> ReviewSubmission {
        ReviewSubmission(
            item: "r-1",
            lease: nil,
            reviewer: "model",
            decision: decision,
            label: label,
            except: except,
            annotations: annotations
        )
    }

    private mutating func number(_ category: String) -> Int {
        if let known = classes.firstIndex(of: category) { return known }
        classes.append(category)
        return classes.count - 1
    }
}
