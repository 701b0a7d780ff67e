import ArgumentParser
import Curation
import CurationCore

/// `winnow cluster`.
struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Find near neighbours, copies, and clusters of pictures that belong together.",
        discussion: """
            With --json one document a line: id, cluster (-1 for none), probability. The
            same seed gives the same clusters.

            Example:
              winnow cluster --granularity 3 -d ~/cats
            """
    )

    @Option(help: "1.5 is natural; larger gives more and smaller clusters.")
    var granularity = 1.5

    @Option(help: "What random choices start from.")
    var seed: UInt64 = 0

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard granularity > 0, granularity.isFinite else {
            throw ValidationError("--granularity is a number above 0")
        }
    }

    func run() throws {
        let watch = InterruptWatch()
        let dataset = try global.open()
        let stage = ClusterStage(dataset: dataset, interruption: watch.interruption)
        let report = try stage.run(granularity: granularity, seed: seed)
        guard global.json else { return Terminal.show(report.summary) }
        for member in try dataset.clusterMembers() { try Terminal.show(json: member) }
    }
}

extension ClusterStage.Report {
    /// What was found, in a sentence or two.
    var summary: String {
        "\(images) pictures: \(clusters) clusters, \(noise) in none; \(exactGroups) groups of exact and "
            + "\(nearGroups) of near copies. \(seconds.rounded(to: 1)) s, "
            + "\(imagesPerSecond.rounded(to: 0)) a second."
    }
}

/// `winnow duplicates`.
struct DuplicatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duplicates",
        abstract: "List groups of copies, and which picture of each should stay.",
        discussion: """
            Copies are found by `winnow cluster`. With --json one document a line:
            group, kind, keep, reason, members.

            Examples:
              winnow duplicates -d ~/cats
              winnow duplicates --near --min-similarity 0.95 --json -d ~/cats
            """
    )

    /// One group as `--json` prints it.
    struct Group: Encodable {
        struct Member: Encodable {
            let id: Sample.ID
            let path: String
            let similarity: Double
            let transform: ImageTransform
        }

        let group: Int
        let kind: DuplicateGroup.Kind
        let keep: Sample.ID
        let reason: String
        let members: [Member]
    }

    @Flag(help: "Only copies with the same bytes.") var exact = false
    @Flag(help: "Only copies that were saved another way.") var near = false
    @Option(help: "Leave out members less like the kept picture than this, 0 to 1.")
    var minSimilarity = 0.0
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !(exact && near) else {
            throw ValidationError("--exact and --near exclude each other")
        }
        guard (0...1).contains(minSimilarity) else {
            throw ValidationError("--min-similarity is a number from 0 to 1")
        }
    }

    func run() throws {
        let dataset = try global.open()
        let paths = Dictionary(uniqueKeysWithValues: try dataset.samples().map { ($0.id, $0.path) })
        let groups = try dataset.duplicates().enumerated().compactMap { index, group -> Group? in
            guard !(exact && group.kind != .exact), !(near && group.kind != .near) else {
                return nil
            }
            let members = group.members.filter {
                $0.id == group.keep || $0.similarity >= minSimilarity
            }
            guard members.count > 1 else { return nil }
            return Group(
                group: index + 1,
                kind: group.kind,
                keep: group.keep,
                reason: group.reason,
                members: members.map {
                    Group.Member(
                        id: $0.id,
                        path: paths[$0.id] ?? "",
                        similarity: $0.similarity,
                        transform: $0.transform
                    )
                }
            )
        }
        for group in groups {
            if global.json {
                try Terminal.show(json: group)
            } else {
                Self.show(group)
            }
        }
        if groups.isEmpty, !global.json { Terminal.show("No copies were found.") }
    }

    private static func show(_ group: Group) {
        Terminal.show("\(group.kind.rawValue) group \(group.group): \(group.reason)")
        for member in group.members {
            let mark = member.id == group.keep ? "keep" : "    "
            let similarity = member.similarity.rounded(to: 2)
            let turn = member.transform == .identity ? "" : "  \(member.transform.rawValue)"
            Terminal.show("  \(mark)  \(similarity)  \(member.path.printable)\(turn)")
        }
    }
}
