package import CurationCore

/// Pictures that are to be accepted together once enough of them, drawn at random, were looked at.
///
/// Their classes are those that the model proposed when the stratum was made, and their order is a
/// random one: whatever is known of the first of them is a fair sample of all.
package struct Stratum: Sendable {
    /// What is known of a member.
    package enum Outcome: Sendable, Equatable {
        /// Nobody decided it.
        case open
        /// A person gave it the class of the stratum.
        case right
        /// A person gave it another class.
        case wrong
        /// A person refused the class, and nobody said yet what it is instead: it is asked about once
        /// more, since people err as well.
        case doubted
    }

    /// A picture and the class that it is to get.
    package struct Member: Sendable, Equatable {
        /// The picture.
        package let sample: Sample.ID
        /// The class.
        package let label: String
        /// What is known of it.
        package let outcome: Outcome

        /// Describes a member.
        package init(sample: Sample.ID, label: String, outcome: Outcome) {
            self.sample = sample
            self.label = label
            self.outcome = outcome
        }
    }

    /// What there is to do with a stratum.
    package enum Verdict: Sendable, Equatable {
        /// So many more must be looked at, if all of them are right.
        case audit(Int)
        /// At most so many of the open ones are wrong: they may be accepted together.
        case proven(mostWrong: Int)
        /// Too many are wrong: it does not pay to go on.
        case refused
    }

    // Beyond this share looked at there is too little left to gain.
    private static let mostAudited = 0.7
    /// Pictures that are given out for audits from one state.
    private static let auditsAtOnce = 240

    /// The members, in their random order.
    package let members: [Member]
    /// The most share of wrong labels that may be accepted.
    package let alpha: Double
    /// The probability with which the bound may fail.
    package let level: Double

    /// Takes members in a random order.
    package init(members: [Member], alpha: Double, level: Double) {
        self.members = members
        self.alpha = alpha
        self.level = level
    }

    /// What was found in the members before the first one that is not settled.
    package var bound: AuditBound {
        let audited = members.prefix { $0.outcome == .right || $0.outcome == .wrong }
        return AuditBound(
            population: members.count,
            audited: audited.count,
            wrong: audited.count { $0.outcome == .wrong }
        )
    }

    /// What there is to do.
    package var verdict: Verdict {
        let bound = bound
        let open = members.count { $0.outcome == .open }
        let most = bound.mostWrong(level: level)
        if Double(most) <= alpha * Double(open) { return .proven(mostWrong: most) }
        guard let needed = bound.needed(alpha: alpha, level: level),
            Double(needed) <= Self.mostAudited * Double(members.count)
        else { return .refused }
        return .audit(max(1, needed - bound.audited))
    }

    /// The next pictures to look at, class by class, and alone what is doubted; `isFree` tells which are
    /// not given out.
    package func audits(_ count: Int, isFree: (Sample.ID) -> Bool) -> [PlannedTask] {
        let start = bound.audited
        let next = members.dropFirst(start).prefix(min(count, Self.auditsAtOnce))
            .filter { isFree($0.sample) }
        let doubted = next.filter { $0.outcome == .doubted }.map {
            PlannedTask(samples: [$0.sample], label: nil, score: nil, reason: .audit)
        }
        let open = next.filter { $0.outcome == .open }
        return doubted
            + Dictionary(grouping: open, by: \.label).sorted { $0.key < $1.key }
            .flatMap { label, members in
                stride(from: 0, to: members.count, by: ScreenGain.most).map { first in
                    let screen = members[first..<min(first + ScreenGain.most, members.count)]
                    return PlannedTask(
                        samples: screen.map(\.sample),
                        label: label,
                        score: nil,
                        reason: .audit
                    )
                }
            }
    }

    /// A screen for each class of the open members, which stands for all of them.
    ///
    /// `offered`: Classes that were offered before, which are not offered again.
    package func acceptances(except offered: Set<String>) -> [PlannedTask] {
        Dictionary(grouping: members.filter { $0.outcome == .open }, by: \.label)
            .filter { !offered.contains($0.key) && $0.value.count >= ScreenGain.fewest }
            .sorted { $0.key < $1.key }
            .map { label, members in
                PlannedTask(
                    samples: members.prefix(ScreenGain.most).map(\.sample),
                    label: label,
                    score: nil,
                    reason: .cluster
                )
            }
    }

    /// How many of the surest pictures make a stratum of which audits leave something to accept.
    ///
    /// `shares`: How likely each picture carries its class, the surest first.
    /// - Returns: How many; nil when no stratum pays.
    package static func size(
        of shares: [Double],
        alpha: Double,
        level: Double
    ) -> Int? {
        var wrong = 0.0
        var best = 0
        for (index, share) in shares.enumerated() {
            wrong += 1 - share
            if wrong <= expectedShare * alpha * Double(index + 1) { best = index + 1 }
        }
        guard best >= fewest else { return nil }
        let bound = AuditBound(population: best, audited: 0, wrong: 0)
        let needed = bound.needed(alpha: alpha, level: level)
        return needed.map { Double($0) <= mostAudited * Double(best) } == true ? best : nil
    }

    /// The fewest pictures of a stratum.
    package static let fewest = 1_000
    // Of the share that may be wrong, how much may be expected to be: heads are too sure of their best.
    private static let expectedShare = 0.2
}
