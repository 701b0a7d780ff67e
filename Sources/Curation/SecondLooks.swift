import CurationCore
import Quality
import Storage

/// Pictures that several people are to look at, each without seeing what the others said.
///
/// The first decision makes the label, as everywhere; further ones are opinions beside it. Once as many
/// people have answered as the policy asks for, their answers settle the label, weighted by how often
/// each is right; where they settle nothing, an adjudicator is asked. Pictures whose class is known are
/// mixed in, and nobody can tell which ones they are.
struct SecondLooks {
    // Of a reviewer's items at most every fourth is a second look, as long as first looks are left.
    private static let mostShare = 0.25

    /// Something for a reviewer to look at again.
    struct Look {
        let sample: Sample.ID
        let purpose: ReviewPurpose
    }

    let store: DatasetStore
    let policy: ReviewPolicy
    private let known: [Sample.ID: String]
    private let opinions: [Sample.ID: [StoredOpinion]]
    private let classes: [String]
    private let consensus: ConsensusOfOpinions

    /// Reads what people said; nothing where one person decides every picture.
    init(store: DatasetStore, classes: [String]) throws {
        self.store = store
        self.classes = classes
        policy = try store.reviewPolicy()
        known = try store.honeypots()
        let isOn = policy.overlap > 1 || (policy.honeypots > 0 && !known.isEmpty)
        opinions = Dictionary(grouping: isOn ? try store.opinions() : [], by: \.sample)
        consensus = ConsensusOfOpinions(opinions, classes: classes, known: known)
    }

    /// The second looks that a reviewer is given now.
    ///
    /// - Parameters:
    ///   - reviewer: Who is given them; of what they have answered themselves there is none.
    ///   - limit: The most items of this call, first looks too.
    ///   - leased: Pictures that somebody holds.
    ///   - isRest: Whether no first looks are left, so that all may be second ones.
    /// - Returns: At most `limit` tasks of one picture each.
    /// - Throws: `StorageError`.
    func tasks(
        for reviewer: String,
        limit: Int,
        leased: Set<Sample.ID>,
        isRest: Bool = false
    ) throws -> [NewTask] {
        guard !opinions.isEmpty || !known.isEmpty else { return [] }
        let skipped = try store.skippedSecondLooks(of: reviewer)
        let isOpen = { (sample: Sample.ID) in !leased.contains(sample) && !skipped.contains(sample)
        }
        let given = opinions.values.joined().filter { $0.reviewer == reviewer }
        let traps = traps(for: reviewer, given, limit, isRest: isRest).filter { isOpen($0.sample) }
        let open = wanted(by: reviewer).filter { isOpen($0.sample) }
        let looked = given.count { $0.purpose == .opinion || $0.purpose == .adjudication }
        let room =
            isRest
            ? limit : Int(Double(given.count + limit) * Self.mostShare) - looked
        return try (traps + open.prefix(max(0, room))).prefix(limit).map(task)
    }

    /// How many pictures wait for a further opinion, and how many for an adjudicator.
    var waiting: (opinions: Int, adjudications: Int) {
        var count = (opinions: 0, adjudications: 0)
        for sample in opinions.keys {
            switch need(sample) {
            case .opinion: count.opinions += 1
            case .adjudication: count.adjudications += 1
            default: break
            }
        }
        return count
    }

    /// What a further answer makes of the label: the class that is settled by it; nil where none is.
    func settled(_ sample: Sample.ID, adding answer: StoredOpinion) -> String? {
        let others = (opinions[sample] ?? []).filter { $0.reviewer != answer.reviewer }
        if answer.purpose == .adjudication { return answer.label }
        let all = others + [answer]
        guard all.count >= policy.overlap else { return nil }
        let counted = opinions.merging([sample: all]) { $1 }
        let consensus = ConsensusOfOpinions(counted, classes: classes, known: known)
        guard let best = consensus.answer(all), best.probability >= policy.certainty
        else { return nil }
        return best.label
    }

    /// What a picture still needs; nil when its label is settled.
    private func need(_ sample: Sample.ID) -> ReviewPurpose? {
        guard policy.covers(sample), let answers = opinions[sample],
            !answers.contains(where: { $0.purpose == .adjudication }),
            let current = answers.first?.current
        else { return nil }
        guard answers.count >= policy.overlap else { return .opinion }
        // What is known of the reviewers since may speak for another class than that of the label.
        guard let best = consensus.answer(answers), best.label == current,
            best.probability >= policy.certainty
        else { return .adjudication }
        return nil
    }

    /// What a reviewer can help with: adjudications first, then what fewest people have answered.
    private func wanted(by reviewer: String) -> [Look] {
        let mayAdjudicate = policy.adjudicators.isEmpty || policy.adjudicators.contains(reviewer)
        let looks = opinions.keys.sorted().compactMap { sample -> Look? in
            guard let purpose = need(sample),
                opinions[sample]?.contains(where: { $0.reviewer == reviewer }) == false
                    || (purpose == .adjudication && policy.adjudicators.contains(reviewer)),
                purpose == .opinion || mayAdjudicate
            else { return nil }
            return Look(sample: sample, purpose: purpose)
        }
        return looks.filter { $0.purpose == .adjudication }
            + looks.filter { $0.purpose == .opinion }
    }

    /// Pictures whose class is known and that the reviewer has not been asked about.
    private func traps(
        for reviewer: String,
        _ given: [StoredOpinion],
        _ limit: Int,
        isRest: Bool
    ) -> [Look] {
        let asked = Set(given.map(\.sample))
        let looked = given.count { $0.purpose == .honeypot }
        let room = Int((Double(given.count + limit) * policy.honeypots).rounded(.down)) - looked
        guard room > 0, !isRest else { return [] }
        return known.keys.filter { !asked.contains($0) }
            .sorted { Self.shuffled($0, reviewer) < Self.shuffled($1, reviewer) }
            .prefix(room).map { Look(sample: $0, purpose: .honeypot) }
    }

    private static func shuffled(_ sample: Sample.ID, _ reviewer: String) -> Double {
        let seed = reviewer.utf8.reduce(UInt64(bitPattern: sample)) { $0 &* 31 &+ UInt64($1) }
        var generator = SeededGenerator(seed: seed)
        return generator.unit()
    }

    // As the first person saw it, so that nothing tells what that one said.
    private func task(_ look: Look) throws -> NewTask {
        let proposals = try store.firstProposals(of: look.sample)
        let plan = PlannedTask(
            samples: [look.sample],
            label: proposals.first?.label,
            score: proposals.first?.score,
            reason: look.purpose == .adjudication ? .disagreement : .audit
        )
        let shown = look.purpose == .adjudication ? sides(of: look.sample) : proposals
        return NewTask(
            plan: plan,
            proposals: shown,
            lease: ReviewStage.token(),
            purpose: look.purpose
        )
    }

    /// What an adjudicator sees: every answer, with the weight of those who gave it.
    private func sides(of sample: Sample.ID) -> [ReviewItem.Proposal] {
        let answers = Dictionary(grouping: opinions[sample] ?? [], by: \.label)
        return answers.compactMap { label, people in
            label.map {
                ReviewItem.Proposal(
                    label: $0,
                    score: consensus.probability(of: $0, among: opinions[sample] ?? []),
                    source: people.map(\.reviewer).sorted().joined(separator: ", ")
                )
            }
        }.sorted { ($1.score, $0.label) < ($0.score, $1.label) }
    }
}
