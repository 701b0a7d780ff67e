import CurationCore
import Export
import Storage

/// What goes into an export: each content once, with its labels and its split.
struct ExportSelection {
    let records: [ExportRecord]
    let categories: [CurationCore.Category]
    let fractions: SplitFractions
    let leaksChecked: Int
    let unlabeled: Int
    let copies: Int
    /// Pictures that cannot be read and are left out, when that was asked for.
    let leftOut: [Sample]
    /// Pictures of the version that a rule keeps out.
    let heldBack: Int
    /// Vectors that came after the version was made are no part of it.
    let vectorRows: Int

    /// Selects what no rule holds back; `isReadable` is asked of each picture when those that are not shall be left out.
    init(
        _ request: ExportStage.Request,
        store: DatasetStore,
        heldBack: Set<Sample.ID>,
        isReadable: (Sample) -> Bool
    ) throws {
        vectorRows = request.version.lineage["embedder.rows"].flatMap { Int($0) } ?? .max
        let whole = try store.labeledSamples(at: request.version)
        let all = whole.filter { !heldBack.contains($0.sample.id) }
        self.heldBack = whole.count - all.count
        let labeled = all.filter { !$0.labels.isEmpty }
        unlabeled = all.count - labeled.count
        let unique = try Self.unique(labeled)
        copies = labeled.count - unique.count
        fractions = try SplitFractions(parsing: request.split)
        categories = request.version.categories.enumerated().map {
            CurationCore.Category(id: $0.offset + 1, name: $0.element)
        }
        let candidates = try unique.map { try Self.candidate($0, request.groupBy) }
        let duplicates = try store.duplicates(at: request.version).groups
        let (assignment, checked) = try Self.assign(
            candidates,
            duplicates: duplicates,
            fractions: fractions,
            seed: request.seed
        )
        leaksChecked = checked
        leftOut = request.skipMissing ? unique.map(\.sample).filter { !isReadable($0) } : []
        // The splits are those of the whole version, so that what is left out moves nothing.
        let missing = Set(leftOut.map(\.id))
        records = unique.filter { !missing.contains($0.sample.id) }.map {
            ExportRecord(
                sample: $0.sample,
                labels: $0.labels,
                split: assignment.splits[$0.sample.id] ?? .train,
                group: assignment.groups[$0.sample.id]
            )
        }
    }

    /// The split of each candidate, and how many groups of copies were found to lie in one.
    private static func assign(
        _ candidates: [SplitCandidate],
        duplicates: [DuplicateGroup],
        fractions: SplitFractions,
        seed: UInt64
    ) throws -> (SplitAssignment, Int) {
        let assignment = SplitAssignment(
            of: candidates,
            duplicates: duplicates,
            fractions: fractions,
            seed: seed
        )
        let check = LeakCheck(
            candidates: candidates,
            duplicates: duplicates,
            splits: assignment.splits
        )
        guard check.leaks.isEmpty else {
            throw CurationError.badData("the splits leak: \(check.leaks.joined(separator: "; "))")
        }
        return (assignment, check.groupsChecked)
    }

    /// The first sample of each content; copies must carry the same labels.
    private static func unique(_ samples: [LabeledSample]) throws -> [LabeledSample] {
        var first: [ContentDigest: LabeledSample] = [:]
        var unique: [LabeledSample] = []
        for sample in samples {
            guard let known = first[sample.sample.sha256] else {
                first[sample.sample.sha256] = sample
                unique.append(sample)
                continue
            }
            guard known.labels == sample.labels else {
                throw CurationError.badData(
                    "\(known.sample.path) and \(sample.sample.path) hold the same picture but carry "
                        + "different labels: make them agree, commit, and export again"
                )
            }
        }
        return unique
    }

    private static func candidate(
        _ labeled: LabeledSample,
        _ groupBy: String?
    ) throws -> SplitCandidate {
        SplitCandidate(
            id: labeled.sample.id,
            sha256: labeled.sample.sha256,
            categories: Set(labeled.labels.map(\.category)),
            groupKey: try groupKey(of: labeled.sample, groupBy)
        )
    }

    private static func groupKey(of sample: Sample, _ field: String?) throws -> String? {
        switch field {
        case nil: return nil
        case "folder": return sample.path.split(separator: "/").dropLast().joined(separator: "/")
        case let other?:
            throw CurationError.badData("cannot group by '\(other)': use folder")
        }
    }
}
