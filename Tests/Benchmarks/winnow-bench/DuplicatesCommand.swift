import ArgumentParser
import Curation
import CurationCore
import Similarity

/// `winnow-bench duplicates`.
struct DuplicatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duplicates",
        abstract: "Finds copies in a folder, from the files to the groups.",
        discussion: """
            As in the pipeline, vectors decide with the hashes. With --model none the hashes decide
            alone, as in most tools for copies.
            """
    )

    @Argument(help: "A folder of pictures.") var folder: String
    @Option(help: "efficientnet-lite0, descriptor or none (default: the best embedder there is).")
    var model: String?
    @Option(help: "A table: path_a (the one to keep), path_b, similarity, transform.")
    var out: String?
    @OptionGroup var options: CoreOptions

    func run() throws {
        let cores = options.cores
        let pictures = try PictureFolder(folder)
        var measurement = Measurement(work: "duplicates", count: pictures.files.count)
        let groups = try measurement.time {
            let samples = PictureFolder.samples(of: try pictures.read(on: cores))
            return Deduplication().groups(
                of: samples.map(\.sample),
                metrics: Dictionary(
                    uniqueKeysWithValues: samples.map { ($0.sample.id, $0.metrics) }
                ),
                embeddings: try embeddings(of: samples.map(\.sample), on: cores)
            )
        }
        let pairs = groups.flatMap { group in
            group.members.filter { $0.id != group.keep }.map { (group.keep, $0) }
        }
        measurement.rate("images", of: Double(pictures.files.count))
        measurement.quality = [
            "exact_groups": Double(groups.count { $0.kind == .exact }),
            "near_groups": Double(groups.count { $0.kind == .near }),
            "pairs": Double(pairs.count),
        ]
        if let out {
            let rows = pairs.map { keep, member in
                [
                    pictures.files[Int(keep)].relativePath,
                    pictures.files[Int(member.id)].relativePath, "\(member.similarity)",
                    member.transform.rawValue,
                ]
            }
            let columns = ["path_a", "path_b", "similarity", "transform"]
            try ResultFile.write(columns: columns, rows: rows, to: out)
        }
        measurement.show(threads: cores.count)
    }

    private func embeddings(of samples: [Sample], on cores: Cores) throws -> EmbeddingMatrix? {
        if model == "none" { return nil }
        return try PictureVectors.matrix(
            of: samples.map { ($0.id, $0.path) },
            from: try PictureVectors.embedder(model),
            on: cores
        )
    }
}
