package import CurationCore

/// Proof that no copies of one picture are in two splits, found apart from how splits are chosen.
package struct LeakCheck: Sendable, Equatable {
    /// Groups with at least two samples of the export that were looked at.
    package let groupsChecked: Int
    /// A sentence for every group that is in more than one split.
    package let leaks: [String]

    /// Looks at every group of duplicates, of equal contents and of equal keys.
    package init(
        candidates: [SplitCandidate],
        duplicates: [DuplicateGroup],
        splits: [Sample.ID: Split]
    ) {
        var members: [String: [Sample.ID]] = [:]
        for candidate in candidates {
            members["content \(candidate.sha256.hex)", default: []].append(candidate.id)
            guard let key = candidate.groupKey else { continue }
            members["key '\(key)'", default: []].append(candidate.id)
        }
        for (number, group) in duplicates.enumerated() {
            members["\(group.kind.rawValue) duplicates \(number)"] = group.members.map(\.id)
        }
        var checked = 0
        var leaks: [String] = []
        for (name, ids) in members {
            let found = ids.compactMap { splits[$0] }
            guard found.count > 1 else { continue }
            checked += 1
            let names = Set(found).map(\.shortName).sorted()
            guard names.count > 1 else { continue }
            leaks.append("\(name): samples are in \(names.joined(separator: " and "))")
        }
        groupsChecked = checked
        self.leaks = leaks.sorted()
    }
}
