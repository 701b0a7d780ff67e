package import CurationCore

/// What the choice of a split needs to know of a sample.
package struct SplitCandidate: Sendable, Equatable {
    /// The sample.
    package let id: Sample.ID
    /// Its content, which decides instead of the number of the row.
    package let sha256: ContentDigest
    /// The classes of its labels; each should be in every split by its share.
    package let categories: Set<String>
    /// Samples with the same key stay together, for example photos of one patient.
    package let groupKey: String?

    /// Describes a sample.
    package init(
        id: Sample.ID,
        sha256: ContentDigest,
        categories: Set<String>,
        groupKey: String? = nil
    ) {
        self.id = id
        self.sha256 = sha256
        self.categories = categories
        self.groupKey = groupKey
    }
}

/// A split for every sample, such that copies of one picture are never in two splits.
///
/// Groups are indivisible. They are placed one after the other, large ones first, where the classes
/// of the group and the split as a whole are furthest below their shares, so that every class is in
/// every split by its share as far as the groups allow. Only contents, classes and the seed decide:
/// neither the order of the samples nor their numbers.
package struct SplitAssignment: Sendable, Equatable {
    /// The split of each sample.
    package let splits: [Sample.ID: Split]
    /// For samples with copies: what the copies have in common.
    package let groups: [Sample.ID: String]

    /// Chooses the splits.
    ///
    /// Members of `duplicates` that are no candidates do not count.
    package init(
        of candidates: [SplitCandidate],
        duplicates: [DuplicateGroup],
        fractions: SplitFractions,
        seed: UInt64
    ) {
        let sorted = candidates.sorted { ($0.sha256, $0.id) < ($1.sha256, $1.id) }
        let bundles = Self.bundles(of: sorted, duplicates: duplicates)
            .map { Bundle(members: $0.map { sorted[$0] }, seed: seed) }
            .sorted { ($1.members.count, $0.order) < ($0.members.count, $1.order) }
        var splits: [Sample.ID: Split] = [:]
        var groups: [Sample.ID: String] = [:]
        var filling = Filling(fractions: fractions)
        for bundle in bundles {
            let split = filling.place(bundle)
            for member in bundle.members {
                splits[member.id] = split
                if bundle.members.count > 1 { groups[member.id] = bundle.name }
            }
        }
        self.splits = splits
        self.groups = groups
    }

    // Which candidates stay together: the connected parts of the graph whose edges are duplicates,
    // equal contents and equal keys. Candidates are named by their index.
    private static func bundles(
        of candidates: [SplitCandidate],
        duplicates: [DuplicateGroup]
    ) -> [[Int]] {
        var sets = DisjointSets(count: candidates.count)
        var indexes: [Sample.ID: Int] = [:]
        var firstOfKey: [String: Int] = [:]
        for (index, candidate) in candidates.enumerated() {
            indexes[candidate.id] = index
            if index > 0, candidates[index - 1].sha256 == candidate.sha256 {
                sets.join(index - 1, index)
            }
            guard let key = candidate.groupKey else { continue }
            sets.join(firstOfKey[key, default: index], index)
            firstOfKey[key] = firstOfKey[key] ?? index
        }
        for group in duplicates {
            let members = group.members.compactMap { indexes[$0.id] }
            for member in members.dropFirst() { sets.join(members[0], member) }
        }
        return sets.parts()
    }
}

/// Samples that must stay together.
private struct Bundle {
    let members: [SplitCandidate]
    let order: UInt64
    let counts: [(category: String, count: Int)]

    /// The start of the smallest digest: the same on every machine.
    var name: String { String(members[0].sha256.hex.prefix(16)) }

    // `members` come sorted by digest.
    init(members: [SplitCandidate], seed: UInt64) {
        self.members = members
        var shuffle = SeededGenerator(seed: seed)
        let salt = shuffle.next()
        let digits = UInt64(members[0].sha256.hex.prefix(16), radix: 16) ?? 0
        var hash = SeededGenerator(seed: digits ^ salt)
        order = hash.next()
        var counts: [String: Int] = [:]
        for member in members {
            for category in member.categories { counts[category, default: 0] += 1 }
        }
        self.counts = counts.map { ($0.key, $0.value) }.sorted { $0.category < $1.category }
    }
}

/// How full each split is, in all and for each class.
private struct Filling {
    private let splits: [(split: Split, share: Double)]
    private var total: [Double]
    private var byCategory: [String: [Double]] = [:]

    init(fractions: SplitFractions) {
        splits = fractions.splits.map { ($0, fractions.shares[$0] ?? 0) }
        total = Array(repeating: 0, count: splits.count)
    }

    mutating func place(_ bundle: Bundle) -> Split {
        let size = Double(bundle.members.count)
        var need = Self.need(splits, has: total, adding: size)
        let labelled = bundle.counts.reduce(0) { $0 + $1.count }
        for (category, count) in bundle.counts {
            let has = byCategory[category] ?? Array(repeating: 0, count: splits.count)
            let lacking = Self.need(splits, has: has, adding: Double(count))
            for index in need.indices {
                need[index] += lacking[index] * Double(count) / Double(labelled)
            }
        }
        var best = 0
        for index in need.indices where need[index] > need[best] { best = index }
        total[best] += size
        for (category, count) in bundle.counts {
            let empty = Array(repeating: 0.0, count: splits.count)
            byCategory[category, default: empty][best] += Double(count)
        }
        return splits[best].split
    }

    // How many samples each split lacks of its share once `count` more are placed.
    private static func need(
        _ splits: [(split: Split, share: Double)],
        has: [Double],
        adding count: Double
    ) -> [Double] {
        let placed = has.reduce(count, +)
        return zip(splits, has).map { $0.share * placed - $1 }
    }
}

/// Sets of numbers that are joined but never parted (union-find, path halving).
private struct DisjointSets {
    private var parents: [Int]

    init(count: Int) { parents = Array(0..<count) }

    mutating func join(_ left: Int, _ right: Int) {
        let (first, second) = (root(of: left), root(of: right))
        parents[max(first, second)] = min(first, second)
    }

    /// The sets, each in rising order.
    mutating func parts() -> [[Int]] {
        var members: [Int: [Int]] = [:]
        for index in parents.indices { members[root(of: index), default: []].append(index) }
        return Array(members.values)
    }

    private mutating func root(of index: Int) -> Int {
        var index = index
        while parents[index] != index {
            parents[index] = parents[parents[index]]
            index = parents[index]
        }
        return index
    }
}
