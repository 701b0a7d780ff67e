import CurationCore
import Quality
import Similarity
import Storage
import Synchronization

/// What the measures of all pictures and their groups tell, kept until the pictures or the groups change.
final class FoundIssues: Sendable {
    private let findings = Mutex<(key: String, value: IssueFindings)?>(nil)
    private let copies = Mutex<(key: String, value: CopyGroups)?>(nil)

    func findings(of store: DatasetStore) throws -> IssueFindings {
        try Self.value(findings, store) { try IssueFindings(of: store) }
    }

    /// The groups of copies of a kind; nil stands for all kinds.
    func copies(of kind: DuplicateGroup.Kind?, in store: DatasetStore) throws -> CopyGroups {
        try Self.value(copies, store) { try CopyGroups(in: store) }.of(kind)
    }

    private static func value<Value: Sendable>(
        _ kept: borrowing Mutex<(key: String, value: Value)?>,
        _ store: DatasetStore,
        _ make: () throws -> Value
    ) throws -> Value {
        // Clustering stands in no act of the log.
        let key = "\(try store.lastMembershipChange()) \(try store.similarityMark())"
        if let known = kept.withLock({ $0?.key == key ? $0?.value : nil }) { return known }
        let value = try make()
        kept.withLock { $0 = (key, value) }
        return value
    }
}

/// The faults of pictures by kind, worst first.
struct IssueFindings: Sendable {
    /// One of them.
    struct Finding: Sendable {
        let sample: Sample
        let score: Double?
        let value: Double?
    }

    /// Pictures far from all others.
    static let outliers = "outliers"
    /// Pictures whose files name a place on Earth.
    static let location = "location"
    /// Pictures that were taken out of the data set.
    static let removed = "removed"
    /// Files that could not be imported.
    static let failures = "failures"

    /// The kinds of pictures, in the order in which they are shown.
    static let kinds = Issue.Kind.allCases.map(\.rawValue) + [outliers, location, removed]

    let images: Int
    private(set) var lists: [String: [Finding]] = [:]

    init(of store: DatasetStore) throws {
        let measured = try store.metrics()
        images = measured.count
        let samples = Dictionary(uniqueKeysWithValues: measured.map { ($0.sample.id, $0.sample) })
        let metrics = Dictionary(uniqueKeysWithValues: measured.map { ($0.sample.id, $0.metrics) })
        let issues = ImageIssues.find(in: measured.map(\.sample), metrics: metrics)
        let sides = measured.map { ImageIssues.Measures($0.sample, $0.metrics).side }
        let median = ImageIssues.medianSide(of: sides) ?? 1
        for (kind, found) in Dictionary(grouping: issues, by: \.kind) {
            lists[kind.rawValue] = found.compactMap { issue in
                samples[issue.sample].map {
                    Finding(
                        sample: $0,
                        score: issue.score,
                        value: Self.value(kind, $0, metrics[$0.id], median)
                    )
                }
            }.sorted { ($0.score ?? 0, $0.sample.id) < ($1.score ?? 0, $1.sample.id) }
        }
        lists[Self.outliers] = try Self.outliers(samples, in: store)
        lists[Self.location] = try store.samplesWithLocation().compactMap { id in
            samples[id].map { Finding(sample: $0, score: nil, value: nil) }
        }
        lists[Self.removed] = try store.removedSamples().map {
            Finding(sample: $0, score: nil, value: nil)
        }
    }

    private static func outliers(
        _ samples: [Sample.ID: Sample],
        in store: DatasetStore
    ) throws -> [Finding] {
        let rows = try store.clusterMembers().map(\.sample)
        let graph = try store.neighborGraph(of: rows)
        guard graph.k > 0 else { return [] }
        let scores = Outliers.scores(of: graph)
        guard let fence = Outliers.fence(of: scores) else { return [] }
        return zip(rows, scores).filter { $1 > fence }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
            .compactMap { id, score in
                samples[id].map { Finding(sample: $0, score: score, value: nil) }
            }
    }

    /// What a person can make sense of: the measure behind the score.
    private static func value(
        _ kind: Issue.Kind,
        _ sample: Sample,
        _ metrics: ImageMetrics?,
        _ median: Double
    ) -> Double? {
        let (short, long) = (min(sample.width, sample.height), max(sample.width, sample.height))
        return switch kind {
        case .dark: metrics?.brightest
        case .light: metrics?.darkest
        case .blurry: metrics?.sharpness
        case .lowInformation: metrics?.entropy
        case .oddSize: ImageIssues.Measures(sample, metrics).side / median
        case .oddAspect: Double(short) / Double(long)
        case .truncated: nil
        }
    }
}

/// The groups of copies that have more than one picture left, the largest first.
struct CopyGroups: Sendable {
    /// A group, and the number under which it is kept.
    struct Group: Sendable {
        let number: Int
        let group: DuplicateGroup
    }

    let groups: [Group]

    private init(_ groups: [Group]) { self.groups = groups }

    /// Reads the groups of all kinds.
    init(in store: DatasetStore) throws {
        let gone = Set(try store.removedSamples().map(\.id))
        groups = try store.duplicates().enumerated().compactMap { index, group in
            Self.left(of: group, without: gone).map { Group(number: index + 1, group: $0) }
        }.sorted { (-$0.group.members.count, $0.number) < (-$1.group.members.count, $1.number) }
    }

    /// Those of a kind; nil stands for all kinds.
    func of(_ kind: DuplicateGroup.Kind?) -> CopyGroups {
        guard let kind else { return self }
        return CopyGroups(groups.filter { $0.group.kind == kind })
    }

    /// The pictures that would go if only one of each group stayed.
    var spare: [Sample.ID] {
        groups.flatMap { group in
            group.group.members.map(\.id).filter { $0 != group.group.keep }
        }
    }

    private static func left(
        of group: DuplicateGroup,
        without gone: Set<Sample.ID>
    ) -> DuplicateGroup? {
        let members = group.members.filter { !gone.contains($0.id) }
        guard members.count > 1 else { return nil }
        guard gone.contains(group.keep) else {
            return DuplicateGroup(
                kind: group.kind,
                keep: group.keep,
                reason: group.reason,
                members: members
            )
        }
        let next = members.max { ($0.similarity, $1.id) < ($1.similarity, $0.id) }
        return DuplicateGroup(
            kind: group.kind,
            keep: next?.id ?? group.keep,
            reason: "the one that should stay was taken out",
            members: members
        )
    }
}
