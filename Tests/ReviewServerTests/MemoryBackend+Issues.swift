import Curation
import CurationCore
import Foundation
import ReviewServer
import Synchronization

extension MemoryBackend {
    func issues() async throws -> IssueOverview {
        let exact = groups(of: .exact)
        let near = groups(of: .near)
        return IssueOverview(
            images: 10,
            kinds: [
                IssueOverview.Count(
                    kind: "duplicates-exact",
                    count: exact.count,
                    spare: Self.spare(exact).count
                ),
                IssueOverview.Count(
                    kind: "duplicates-near",
                    count: near.count,
                    spare: Self.spare(near).count
                ),
                IssueOverview.Count(kind: "dark", count: dark.count),
                IssueOverview.Count(kind: "blurry", count: 0),
                IssueOverview.Count(kind: "failures", count: 1),
            ]
        )
    }

    func issues(
        of kind: String,
        limit: Int,
        after: String?,
        for reviewer: String
    ) async throws -> IssuePage? {
        switch kind {
        case "dark":
            let rest = dark.drop { id in after.map { id <= Int64($0) ?? 0 } ?? false }
            let page = rest.prefix(limit)
            return IssuePage(
                kind: kind,
                count: dark.count,
                items: page.map { id in
                    IssuePage.Entry(
                        image: Self.image(id),
                        bytes: 1000,
                        label: nil,
                        score: Double(id) / 20,
                        value: 0.1
                    )
                },
                next: rest.count > limit ? page.last.map { "\($0)" } : nil
            )
        case "failures":
            let failure = ImportFailure(
                path: "/pictures/broken.jpg",
                code: .corrupt,
                message: "not a picture"
            )
            return IssuePage(kind: kind, count: 1, items: [IssuePage.Entry(failure)], next: nil)
        case "blurry": return IssuePage(kind: kind, count: 0, items: [], next: nil)
        default: return nil
        }
    }

    func duplicates(
        of kind: DuplicateGroup.Kind?,
        limit: Int,
        after: String?,
        for reviewer: String
    ) async throws -> DuplicatePage {
        let found = groups(of: kind)
        let rest = found.drop { group in
            after.map { group.number <= Int($0) ?? 0 } ?? false
        }
        let page = rest.prefix(limit)
        return DuplicatePage(
            count: found.count,
            spare: Self.spare(found).count,
            items: page.map { group in
                DuplicatePage.Group(
                    group: group.number,
                    kind: group.kind,
                    keep: group.members[0],
                    reason: "the first that came",
                    members: group.members.map { id in
                        DuplicatePage.Member(
                            image: Self.image(id),
                            bytes: 1000 * Int(id),
                            format: .jpeg,
                            similarity: group.kind == .exact ? 1 : 0.97,
                            transform: .identity,
                            label: nil
                        )
                    }
                )
            },
            next: rest.count > limit ? page.last.map { "\($0.number)" } : nil
        )
    }

    func setMembership(
        _ choice: MembershipChoice,
        isPresent: Bool,
        id: String,
        author: String
    ) async throws -> ActReport {
        if let known = history.state.withLock({ $0.named["\(author) \(id)"] }) {
            guard known.choice == choice, known.isPresent == isPresent else {
                throw CurationError.unfinished("something else was sent under the same id")
            }
            return known.report
        }
        let images: [Sample.ID]
        switch choice {
        case .images(let chosen): images = chosen
        case .copies(let kind, let expected):
            images = Self.spare(groups(of: kind))
            guard expected.map({ $0 == images.count }) ?? true else {
                throw CurationError.unfinished("there are \(images.count) copies now")
            }
        }
        return history.state.withLock { state in
            let moved = images.filter { state.removed.contains($0) == isPresent }
            guard !moved.isEmpty else { return ActReport(batch: nil, changed: 0) }
            if isPresent { state.removed.subtract(moved) } else { state.removed.formUnion(moved) }
            state.acts.append(.moved(moved, isPresent: isPresent))
            let report = ActReport(batch: "b-\(state.acts.count)", changed: moved.count)
            state.named["\(author) \(id)"] = (choice, isPresent, report)
            return report
        }
    }

    func progress(detail: Bool) async throws -> ReviewProgress {
        ReviewProgress(
            status: try await status(),
            rate: 1240,
            categories: detail
                ? try await overview().classes.map {
                    ReviewProgress.Category(
                        name: $0.name,
                        decided: 4,
                        pending: 2,
                        looks: 10,
                        accuracy: ReviewStatus.Accuracy(estimate: 0.9, low: 0.6, high: 0.98)
                    )
                } : nil,
            reviewers: detail
                ? [
                    ReviewProgress.Reviewer(
                        name: "r1",
                        decisions: 12,
                        pictures: 96,
                        rate: 1240,
                        compared: 10,
                        agreement: 0.9
                    )
                ] : nil
        )
    }

    private var dark: [Sample.ID] {
        let removed = history.removed
        return [8, 9, 10].filter { !removed.contains($0) }
    }

    private struct Group {
        let number: Int
        let kind: DuplicateGroup.Kind
        let members: [Sample.ID]
    }

    private func groups(of kind: DuplicateGroup.Kind?) -> [Group] {
        let removed = history.removed
        return MemoryHistory.groups.enumerated().compactMap { index, group in
            let left = group.members.filter { !removed.contains($0) }
            guard left.count > 1, kind.map({ $0 == group.kind }) ?? true else { return nil }
            return Group(number: index + 1, kind: group.kind, members: left)
        }
    }

    private static func spare(_ groups: [Group]) -> [Sample.ID] {
        groups.flatMap { $0.members.dropFirst() }
    }
}
