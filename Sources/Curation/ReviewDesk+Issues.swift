package import CurationCore
import Storage
import Synchronization

extension ReviewDesk {
    /// What is wrong in the data set, counted by kind.
    ///
    /// - Throws: `CurationError.storage`.
    package func issues() async throws -> IssueOverview {
        try await taking(reads) { [self] in
            try rephrasing { () throws in
                let store = dataset.store
                let findings = try foundIssues.findings(of: store)
                let copies = try [DuplicateGroup.Kind.exact, .near].map { kind in
                    let found = try foundIssues.copies(of: kind, in: store)
                    return IssueOverview.Count(
                        kind: "duplicates-\(kind.rawValue)",
                        count: found.groups.count,
                        spare: found.spare.count
                    )
                }
                let pictures = IssueFindings.kinds.map {
                    IssueOverview.Count(kind: $0, count: findings.lists[$0]?.count ?? 0)
                }
                let failures = IssueOverview.Count(
                    kind: IssueFindings.failures,
                    count: try store.failures().count
                )
                return IssueOverview(
                    images: findings.images,
                    kinds: copies + pictures + [failures]
                )
            }
        }
    }

    /// The findings of a kind, worst first, as a reviewer may see them; nil when there is no such kind.
    ///
    /// `after`: The number of the last picture, or the path of the last file, of the page before.
    /// - Throws: `CurationError.unfinished` when the list has changed since.
    package func issues(
        of kind: String,
        limit: Int,
        after: String?,
        for reviewer: String
    ) async throws -> IssuePage? {
        try await taking(reads) { [self] in
            try rephrasing { () throws in
                if kind == IssueFindings.failures { return try failures(limit, after) }
                guard IssueFindings.kinds.contains(kind) else { return nil }
                let list = try foundIssues.findings(of: dataset.store).lists[kind] ?? []
                let page = try Self.page(of: list, limit, after) { "\($0.sample.id)" }
                let labels = try labels(of: page.items.map(\.sample.id), for: reviewer)
                return IssuePage(
                    kind: kind,
                    count: list.count,
                    items: page.items.map { finding in
                        IssuePage.Entry(
                            image: ReviewItem.Image(finding.sample),
                            bytes: finding.sample.bytes,
                            label: labels[finding.sample.id],
                            score: finding.score,
                            value: finding.value
                        )
                    },
                    next: page.next
                )
            }
        }
    }

    private func failures(_ limit: Int, _ after: String?) throws -> IssuePage {
        let all = try dataset.store.failures()
        let page = try Self.page(of: all, limit, after) { $0.path }
        return IssuePage(
            kind: IssueFindings.failures,
            count: all.count,
            items: page.items.map(IssuePage.Entry.init),
            next: page.next
        )
    }

    /// Groups of copies, the largest first, as a reviewer may see them.
    ///
    /// `after`: The number of the last group of the page before.
    /// - Throws: `CurationError.unfinished` when the list has changed since.
    package func duplicates(
        of kind: DuplicateGroup.Kind?,
        limit: Int,
        after: String?,
        for reviewer: String
    ) async throws -> DuplicatePage {
        try await taking(reads) { [self] in
            try rephrasing { () throws in
                let found = try foundIssues.copies(of: kind, in: dataset.store)
                let page = try Self.page(of: found.groups, limit, after) { "\($0.number)" }
                let members = page.items.flatMap { $0.group.members.map(\.id) }
                let labels = try labels(of: members, for: reviewer)
                return DuplicatePage(
                    count: found.groups.count,
                    spare: found.spare.count,
                    items: try page.items.map { try group($0, labels) },
                    next: page.next
                )
            }
        }
    }

    private func group(
        _ found: CopyGroups.Group,
        _ labels: [Sample.ID: String]
    ) throws -> DuplicatePage.Group {
        let group = found.group
        let samples = Dictionary(
            try dataset.store.samples(group.members.map(\.id)).map { ($0.id, $0) },
            uniquingKeysWith: { $1 }
        )
        let kept = group.members.filter { $0.id == group.keep }
        let others = group.members.filter { $0.id != group.keep }
        return DuplicatePage.Group(
            group: found.number,
            kind: group.kind,
            keep: group.keep,
            reason: group.reason,
            members: (kept + others).compactMap { member in
                guard let sample = samples[member.id] else { return nil }
                return DuplicatePage.Member(
                    image: ReviewItem.Image(sample),
                    bytes: sample.bytes,
                    format: sample.format,
                    similarity: member.similarity,
                    transform: member.transform,
                    label: labels[member.id]
                )
            }
        )
    }

    /// The classes that people gave pictures, as a reviewer may see them.
    private func labels(
        of samples: [Sample.ID],
        for reviewer: String
    ) throws -> [Sample.ID: String] {
        var labels: [Sample.ID: String] = [:]
        for sample in samples {
            labels[sample] = try dataset.store.annotations(of: sample)
                .last { $0.state == .accepted }?.label.category
        }
        let sight = try sight(of: reviewer)
        return labels.filter { !sight.isBlind(for: $0.key) }
    }

    private static func page<Element>(
        of all: [Element],
        _ limit: Int,
        _ after: String?,
        named name: (Element) -> String
    ) throws -> (items: ArraySlice<Element>, next: String?) {
        var rest = all[...]
        if let after {
            guard let place = all.firstIndex(where: { name($0) == after }) else {
                throw CurationError.unfinished("the list has changed since: read it anew")
            }
            rest = all[(place + 1)...]
        }
        let page = rest.prefix(limit)
        return (page, rest.count > limit ? page.last.map(name) : nil)
    }

    /// Takes pictures out of the data set, or puts them back in: one act, which can be undone.
    ///
    /// `id`: The name that the person gave it, so that sending it twice counts once.
    /// - Throws: `CurationError.unfinished` when there are not as many as expected, or the name is that of
    ///   another act, or of one that was taken back; `.busy`.
    package func setMembership(
        _ choice: MembershipChoice,
        isPresent: Bool,
        id: String,
        author: String
    ) async throws -> ActReport {
        try await taking(turns) { [self] in
            let act = PersonalAct(
                id: id,
                decision: isPresent ? .putBack : .remove,
                images: 0,
                request: try GridStage.digest(choice, "membership \(isPresent)")
            )
            return try rephrasing { () throws in
                let store = dataset.store
                // What was chosen may be gone by now, since it was done.
                if let known = try store.known(act, author: author) {
                    return try Self.report(known)
                }
                let images = try chosen(choice)
                return try Self.report(
                    store.setMembership(of: images, as: act, author: author, at: .now)
                )
            }
        }
    }

    private func chosen(_ choice: MembershipChoice) throws -> [Sample.ID] {
        switch choice {
        case .images(let chosen): return chosen
        case .copies(let kind, let expected):
            let images = try foundIssues.copies(of: kind, in: dataset.store).spare
            guard expected.map({ $0 == images.count }) ?? true else {
                throw CurationError.unfinished(
                    "there are \(images.count) copies now: look at them again"
                )
            }
            return images
        }
    }

    private static func report(_ outcome: ActOutcome) throws -> ActReport {
        switch outcome.status {
        case .decided, .repeated:
            return ActReport(
                batch: outcome.change.map { "b-\($0)" },
                changed: outcome.changed
            )
        case .expired:
            throw CurationError.unfinished("it was taken back since: do it anew")
        case .conflict, .newer:
            throw CurationError.unfinished("something else was sent under the same id")
        }
    }
}
