import CurationCore
import Storage
import Synchronization

/// What one person may see of what others said about pictures.
///
/// Where several people are to look at a picture, each must answer without knowing what the others said. So
/// a picture on which this person may still be asked is shown to them as if nobody had decided it: with
/// what a model proposes, and nothing else. This is the one place that says which pictures these are;
/// all that shows labels asks here.
struct Sight: Sendable {
    /// Who looks, where what is seen differs from person to person; nil where all see everything.
    let owner: String?
    /// The pictures of which nothing that others said is shown.
    let blind: Set<Sample.ID>
    /// What names the pictures that are kept back.
    let mark: String

    /// Everything is seen.
    static let everything = Sight(owner: nil, blind: [], mark: "")

    /// Whether what others said of a picture is kept back.
    func isBlind(for sample: Sample.ID) -> Bool { blind.contains(sample) }
}

/// Says what each person may see; what it read of the answers it keeps, and reads on as people decide.
final class Sights: Sendable {
    // Of so many pictures the answers are read one by one; of more, all at once.
    private static let mostSingle = 500

    /// What the answers were read of.
    private struct Moment: Equatable {
        let change: Int64
        let policy: ReviewPolicy
        let known: Set<Sample.ID>
    }

    private struct Kept {
        let moment: Moment
        let number: Int
        /// Of the pictures that further people may be asked about those who have answered.
        var answered: [Sample.ID: Set<String>]
        var blind: [String: Set<Sample.ID>] = [:]
    }

    private let dataset: Dataset
    private let kept = Mutex<Kept?>(nil)

    /// Nothing is read yet.
    init(dataset: Dataset) { self.dataset = dataset }

    /// What a person may see; nil stands for who works on the store itself.
    ///
    /// To be asked after what is to be shown was read: what somebody decided between is kept back then.
    ///
    /// - Throws: `CurationError.storage`.
    func sight(of reviewer: String?, at now: Timestamp = .now) throws -> Sight {
        guard let reviewer else { return .everything }
        return try rephrasing { () throws in
            let store = dataset.store
            let policy = try store.reviewPolicy()
            let given = try store.imagesAskedBlindly(reviewer, now: now.seconds)
            guard policy.overlap > 1 || policy.honeypots > 0 else {
                guard !given.isEmpty else { return .everything }
                return Sight(owner: reviewer, blind: given, mark: "\(reviewer) \(given.sorted())")
            }
            let (open, number) = try mayBeAsked(reviewer, policy)
            let more = given.subtracting(open)
            return Sight(
                owner: reviewer,
                blind: open.union(more),
                mark: "\(reviewer) \(number) \(more.sorted())"
            )
        }
    }

    /// The pictures on which an opinion of a person may still be asked for, and what names this moment.
    private func mayBeAsked(
        _ reviewer: String,
        _ policy: ReviewPolicy
    ) throws -> (Set<Sample.ID>, Int) {
        let store = dataset.store
        let known = policy.honeypots > 0 ? Set(try store.honeypots().keys) : []
        let moment = Moment(change: try store.lastChange(), policy: policy, known: known)
        return try kept.withLock { kept in
            var now =
                try kept.flatMap { $0.moment == moment ? $0 : nil } ?? read(moment, after: kept)
            let blind =
                now.blind[reviewer]
                ?? Set(now.answered.lazy.filter { !$0.value.contains(reviewer) }.map(\.key))
            now.blind[reviewer] = blind
            kept = now
            return (blind, now.number)
        }
    }

    /// Reads who answered; where people only decided since, of their pictures alone.
    private func read(_ moment: Moment, after earlier: Kept?) throws -> Kept {
        let store = dataset.store
        var now = Kept(moment: moment, number: (earlier?.number ?? 0) + 1, answered: [:])
        if let earlier, earlier.moment.policy == moment.policy,
            earlier.moment.known == moment.known,
            let samples = try store.imagesAnswered(since: earlier.moment.change),
            samples.count <= Self.mostSingle
        {
            now.answered = earlier.answered
            for sample in samples {
                now.answered[sample] = Self.answered(
                    sample,
                    try store.answers(of: sample),
                    moment
                )
            }
            return now
        }
        for (sample, answers) in Dictionary(grouping: try store.answers(), by: \.sample) {
            now.answered[sample] = Self.answered(sample, answers, moment)
        }
        for sample in moment.known where now.answered[sample] == nil { now.answered[sample] = [] }
        // Who answered about what was taken out is not looked up: it is kept back from all.
        for sample in try store.removedSamples() { now.answered[sample.id] = [] }
        return now
    }

    /// Who answered about a picture, where others are still to be asked; nil where nobody is.
    ///
    /// Once as many have answered as the policy asks for, a label is settled or an adjudicator sees all
    /// sides: then it is no secret any more. What was labelled without a review is asked of nobody.
    private static func answered(
        _ sample: Sample.ID,
        _ answers: [StoredAnswer],
        _ moment: Moment
    ) -> Set<String>? {
        let isOpen =
            moment.policy.covers(sample) && !answers.isEmpty
            && answers.count < moment.policy.overlap
            && !answers.contains { $0.purpose == .adjudication }
        guard isOpen || moment.known.contains(sample) else { return nil }
        return Set(answers.map(\.reviewer))
    }
}
