import Curation
import CurationCore
import Foundation
import ReviewServer
import Synchronization

/// Versions, conflicts and copies in memory: two branches, a merge with five conflicts, three groups.
final class MemoryHistory: Sendable {
    /// A label that no reviewer may see.
    static let keptBack = "a-404"

    struct Conflict {
        let id: Int64
        let ours: String
        let theirs: String
        var taken: Settlement.Side?
    }

    enum Act {
        case settled([Int64])
        case moved([Sample.ID], isPresent: Bool)
    }

    struct State {
        var conflicts: [Conflict] = [
            Conflict(id: 1, ours: "hat", theirs: "shoes"),
            Conflict(id: 2, ours: "hat", theirs: "dress"),
            Conflict(id: 3, ours: "shoes", theirs: "hat"),
            Conflict(id: 4, ours: "hat", theirs: "shoes"),
            Conflict(id: 5, ours: "shoes", theirs: "dress"),
        ]
        var messages = ["first pass", "third pass"]
        var removed: Set<Sample.ID> = []
        var acts: [Act] = []
        /// The places of those that were taken back.
        var undone: Set<Int> = []
        var restored: [Sample.ID] = []
        /// What was done under a name.
        var named: [String: (choice: MembershipChoice, isPresent: Bool, report: ActReport)] = [:]
    }

    let state = Mutex(State())

    static let groups: [(kind: DuplicateGroup.Kind, members: [Sample.ID])] = [
        (.exact, [1, 2, 3]), (.exact, [4, 5]), (.near, [6, 7]),
    ]

    /// What was taken in each conflict that is settled.
    var taken: [Int64: Settlement.Side] {
        state.withLock { state in
            Dictionary(
                uniqueKeysWithValues: state.conflicts.compactMap { conflict in
                    conflict.taken.map { (conflict.id, $0) }
                }
            )
        }
    }

    /// The pictures that were taken out.
    var removed: Set<Sample.ID> { state.withLock { $0.removed } }
    /// The pictures that were restored.
    var restored: [Sample.ID] { state.withLock { $0.restored } }
    /// The messages of the versions, oldest first.
    var messages: [String] { state.withLock { $0.messages } }

    static func id(_ message: String) -> ContentDigest { ContentDigest(of: message) }

    static func version(_ index: Int, of messages: [String]) -> Version {
        Version(
            id: id(messages[index]),
            content: id(messages[index]),
            parents: index == 0 ? [] : [id(messages[index - 1])],
            author: "anna",
            at: Timestamp(seconds: 1_700_000_000 + Double(index) * 60),
            message: messages[index],
            lineage: [:],
            categories: ["hat", "shoes", "dress"],
            images: 10,
            annotations: 8
        )
    }
}

extension MemoryBackend {
    func versions(limit: Int, after: ContentDigest?) async throws -> VersionLog {
        let (messages, open) = history.state.withLock { state in
            (state.messages, state.conflicts.count { $0.taken == nil })
        }
        let isMerging = messages.count == 2
        let all = messages.indices.reversed().map { MemoryHistory.version($0, of: messages) }
        let rest = after.map { id in all.drop { $0.id != id }.dropFirst() } ?? all[...]
        let head = MemoryHistory.id(messages[messages.count - 1])
        let working = """
            {"branch":"main","head":"\(head)","conflicts":\(open),"images_added":0,
            "images_removed":0,"labels_changed":\(isMerging ? 5 : 0),"refusals_changed":0,
            "classes_changed":0\(isMerging ? ",\"merging\":\"\(MemoryHistory.id("first pass"))\"" : "")}
            """
        return VersionLog(
            items: rest.prefix(limit).map(VersionLog.Entry.init),
            next: rest.count > limit ? rest.prefix(limit).last?.id.hex : nil,
            branches: [
                try JSONDecoder().decode(
                    Branch.self,
                    from: Data(#"{"branch":"main","id":"\#(head)","current":true}"#.utf8)
                )
            ],
            tags: [VersionLog.Tag(tag: "v1", id: MemoryHistory.id("first pass"))],
            working: try JSONDecoder().decode(WorkingStatus.self, from: Data(working.utf8))
        )
    }

    func commit(message: String, tag: String?, author: String) async throws -> VersionLog.Entry {
        try history.state.withLock { state in
            let open = state.conflicts.count { $0.taken == nil }
            guard open == 0 else { throw CurationError.unfinished("\(open) conflicts are open") }
            state.messages.append(message)
            let last = state.messages.count - 1
            return VersionLog.Entry(MemoryHistory.version(last, of: state.messages))
        }
    }

    func diff(_ request: DiffRequest, for reviewer: String) async throws -> DiffPage {
        guard
            ["main", "v1", DiffRequest.working].contains(request.before)
                || request.before.count > 11
        else { throw CurationError.input("there is no version '\(request.before)'") }
        let entries = (1...4).map { id in
            DiffPage.Entry(
                image: Self.image(Int64(id)),
                change: .changed,
                labels: [
                    DiffPage.LabelChange(
                        annotation: "a-\(id)",
                        before: .classification(category: "hat"),
                        after: id == 4 ? nil : .classification(category: "shoes")
                    )
                ]
            )
        }
        let matching = entries.filter { entry in
            request.to.map { $0 == entry.labels[0].after?.category ?? "" } ?? true
        }
        let rest = matching.drop { entry in request.cursor.map { entry.image.id <= $0 } ?? false }
        return DiffPage(
            before: MemoryHistory.id("first pass"),
            after: request.after == DiffRequest.working ? nil : MemoryHistory.id("third pass"),
            summary: DiffPage.Summary(
                images: 4,
                added: 0,
                removed: 0,
                moves: [
                    DiffPage.Move(from: "hat", to: "shoes", count: 3),
                    DiffPage.Move(from: "hat", to: nil, count: 1),
                ],
                classes: []
            ),
            matching: matching.count,
            items: Array(rest.prefix(request.limit)),
            next: rest.count > request.limit
                ? rest.prefix(request.limit).last.map { "\($0.image.id)" } : nil
        )
    }

    func conflicts(limit: Int, after: Int64) async throws -> ConflictPage {
        let open = history.state.withLock { $0.conflicts.filter { $0.taken == nil } }
        let classes = Dictionary(grouping: open, by: \.ours).map {
            ConflictPage.CategoryCount(category: $0, count: $1.count)
        }
        let rest = open.filter { $0.id > after }
        return ConflictPage(
            ours: "main",
            theirs: "stricter",
            open: open.count,
            classes: classes.sorted { ($1.count, $0.category) < ($0.count, $1.category) },
            items: rest.prefix(limit).map { conflict in
                ConflictPage.Entry(
                    id: conflict.id,
                    image: Self.image(conflict.id),
                    category: conflict.ours,
                    base: nil,
                    ours: .classification(category: conflict.ours),
                    theirs: .classification(category: conflict.theirs)
                )
            },
            next: rest.count > limit ? rest.prefix(limit).last.map { "\($0.id)" } : nil
        )
    }

    func settle(_ settlement: Settlement, author: String) async throws -> ActReport {
        history.state.withLock { state in
            var settled: [Int64] = []
            for index in state.conflicts.indices where state.conflicts[index].taken == nil {
                let conflict = state.conflicts[index]
                guard settlement.conflict.map({ $0 == conflict.id }) ?? true,
                    settlement.category.map({ $0 == conflict.ours }) ?? true
                else { continue }
                state.conflicts[index].taken = settlement.take
                settled.append(conflict.id)
            }
            guard !settled.isEmpty else { return ActReport(batch: nil, changed: 0) }
            state.acts.append(.settled(settled))
            return ActReport(batch: "b-\(state.acts.count)", changed: settled.count)
        }
    }

    func restore(image: Sample.ID, to name: String, by reviewer: String) async throws -> ActReport {
        history.state.withLock { $0.restored.append(image) }
        return ActReport(batch: nil, changed: 1)
    }

    func restore(version name: String, by reviewer: String) async throws -> VersionLog.Entry? {
        try history.state.withLock { state in
            let all = state.messages.indices.map { MemoryHistory.version($0, of: state.messages) }
            let isOpen = state.conflicts.contains { $0.taken == nil }
            guard !isOpen else { throw CurationError.unfinished("a merge is going on") }
            guard let wanted = all.first(where: { $0.id.hex.hasPrefix(name) }) else {
                throw CurationError.input("there is no version \(name)")
            }
            guard wanted.id != all.last?.id else { return nil }
            state.messages.append("restore \(wanted.message)")
            let last = state.messages.count - 1
            return VersionLog.Entry(MemoryHistory.version(last, of: state.messages))
        }
    }

    func history(of image: Sample.ID, for reviewer: String) async throws -> [BlameLine]? {
        try await self.image(image, for: "r1") == nil ? nil : []
    }

    func why(_ annotation: String, for reviewer: String) async throws -> Lineage {
        if annotation == MemoryHistory.keptBack { throw GridError.askedBlindly }
        throw CurationError.input("there is no label \(annotation)")
    }

    func undo(batch: String, again: Bool, author: String) async throws -> ActReport {
        try history.state.withLock { state in
            guard let number = Int(batch.dropFirst(2)), state.acts.indices.contains(number - 1)
            else { throw CurationError.input("'\(batch)' is no batch") }
            return ActReport(batch: "b-0", changed: state.takeBack(number - 1))
        }
    }
}

extension MemoryHistory {
    /// Takes back the newest act that stands; nil when there is none.
    func takeBackNewest() -> ReversedAct? {
        state.withLock { state in
            guard let index = state.acts.indices.last(where: { !state.undone.contains($0) }) else {
                return nil
            }
            let count = state.takeBack(index)
            return ReversedAct(id: Int64(index + 1), item: nil, what: "act \(index)", count: count)
        }
    }
}

extension MemoryHistory.State {
    /// Takes back the act in a place, and says how much it changed.
    mutating func takeBack(_ index: Int) -> Int {
        undone.insert(index)
        switch acts[index] {
        case .settled(let ids):
            for index in conflicts.indices where ids.contains(conflicts[index].id) {
                conflicts[index].taken = nil
            }
            return ids.count
        case .moved(let ids, let isPresent):
            if isPresent { removed.formUnion(ids) } else { removed.subtract(ids) }
            return ids.count
        }
    }
}
