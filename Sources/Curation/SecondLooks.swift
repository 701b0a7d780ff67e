import CurationCore
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
    /// What people said of the things in pictures, to start from the next time; nil where that is not asked.
    let objects: ObjectAnswers?
    private let compared: any ComparedAnswers

    /// Reads what people said; nothing where one person decides every picture.
    init(store: DatasetStore, startingFrom earlier: ObjectAnswers? = nil) throws {
        self.store = store
        policy = try store.reviewPolicy()
        known = try store.honeypots()
        let isOn = policy.overlap > 1 || (policy.honeypots > 0 && !known.isEmpty)
        let isOfClasses = try store.schema().schema.task == .classification
        objects =
            isOn && !isOfClasses ? try ObjectAnswers(in: store, startingFrom: earlier) : nil
        if let objects {
            compared = try ComparedObjects(objects, in: store)
        } else {
            compared = isOn ? try ComparedClasses(store: store, known: known) : NoAnswers()
        }
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
        guard !compared.answers.isEmpty || !known.isEmpty else { return [] }
        let skipped = try store.skippedSecondLooks(of: reviewer)
        let isOpen = { (sample: Sample.ID) in !leased.contains(sample) && !skipped.contains(sample)
        }
        let traps =
            isRest
            ? []
            : try known(for: reviewer).filter(isOpen).prefix(
                room(for: reviewer, limit, policy.honeypots) { $0 == .honeypot }
            ).map { Look(sample: $0, purpose: .honeypot) }
        let room =
            isRest
            ? limit
            : try room(for: reviewer, limit, Self.mostShare) {
                $0 == .opinion || $0 == .adjudication
            }
        let open = wanted(by: reviewer).filter { isOpen($0.sample) }
        return try (traps + open.prefix(room)).prefix(limit).map(task)
    }

    /// How many pictures wait for a further opinion, and how many for an adjudicator.
    var waiting: (opinions: Int, adjudications: Int) {
        var count = (opinions: 0, adjudications: 0)
        for sample in compared.answers.keys {
            switch need(sample) {
            case .opinion: count.opinions += 1
            case .adjudication: count.adjudications += 1
            default: break
            }
        }
        return count
    }

    /// What a picture still needs; nil when its label is settled.
    private func need(_ sample: Sample.ID) -> ReviewPurpose? {
        guard policy.covers(sample), let answers = compared.answers[sample],
            !answers.contains(where: { $0.purpose == .adjudication }), compared.isDecided(sample)
        else { return nil }
        guard answers.count >= policy.overlap else { return .opinion }
        // What is known of the reviewers since may speak for something else than the label.
        let isSettled = compared.isSettled(sample, certainty: policy.certainty)
        return isSettled ? nil : .adjudication
    }

    /// What a reviewer can help with: adjudications first, then opinions, by the numbers of the pictures.
    private func wanted(by reviewer: String) -> [Look] {
        let mayAdjudicate = policy.adjudicators.isEmpty || policy.adjudicators.contains(reviewer)
        let looks = compared.answers.keys.sorted().compactMap { sample -> Look? in
            guard let purpose = need(sample),
                compared.answers[sample]?.contains(where: { $0.reviewer == reviewer }) == false
                    || (purpose == .adjudication && policy.adjudicators.contains(reviewer)),
                purpose == .opinion || mayAdjudicate
            else { return nil }
            return Look(sample: sample, purpose: purpose)
        }
        return looks.filter { $0.purpose == .adjudication }
            + looks.filter { $0.purpose == .opinion }
    }

    /// How many of the next items of a reviewer may be of a sort, so that it has its share of all.
    ///
    /// The decisions since such an item should have come count, not the pictures: what was missed before
    /// comes at the same pace, not all at once.
    private func room(
        for reviewer: String,
        _ limit: Int,
        _ share: Double,
        _ isOfSort: (ReviewPurpose) -> Bool
    ) throws -> Int {
        guard share > 0 else { return 0 }
        let last = try store.lastPurposes(of: reviewer, limit: Int((1 / share).rounded(.up)) - 1)
        // A share of which so many make a whole: rounding must not take one of them away.
        let all = Int(Double(last.count + limit) * share + 1e-9)
        return max(0, all - last.count(where: isOfSort))
    }

    /// Pictures whose class is known and that the reviewer has not been asked about, in an order of the
    /// reviewer's own.
    private func known(for reviewer: String) -> [Sample.ID] {
        known.keys
            .filter { compared.answers[$0]?.contains { $0.reviewer == reviewer } != true }
            .sorted { Self.shuffled($0, reviewer) < Self.shuffled($1, reviewer) }
    }

    private static func shuffled(_ sample: Sample.ID, _ reviewer: String) -> Double {
        let seed = reviewer.utf8.reduce(UInt64(bitPattern: sample)) { $0 &* 31 &+ UInt64($1) }
        var generator = SeededGenerator(seed: seed)
        return generator.unit()
    }

    // As the first person saw it, so that nothing tells what that one said.
    private func task(_ look: Look) throws -> NewTask {
        let proposals = try compared.firstProposals(of: look.sample)
        let isOfClass = proposals.first?.annotation == nil
        let plan = PlannedTask(
            samples: [look.sample],
            label: isOfClass ? proposals.first?.label : nil,
            score: isOfClass ? proposals.first?.score : nil,
            reason: look.purpose == .adjudication ? .disagreement : .audit
        )
        let shown =
            look.purpose == .adjudication
            ? compared.sides(of: look.sample, certainty: policy.certainty) : proposals
        return NewTask(
            plan: plan,
            proposals: shown,
            lease: ReviewStage.token(),
            purpose: look.purpose
        )
    }
}
