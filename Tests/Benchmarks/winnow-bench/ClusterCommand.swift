import ArgumentParser
import Curation
import CurationCore
import Export
import Similarity

/// `winnow-bench cluster`.
struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Groups rows as `winnow cluster` does: exact neighbours, then communities."
    )

    @Argument(help: "The rows: float32, n x d (.npy).") var vectors: String
    @Option(help: "1.5 is natural; larger gives more and smaller clusters.")
    var granularity = 1.5
    @Option(help: "The same seed gives the same clusters.") var seed: UInt64 = 0
    @Option(help: "The clusters: int32, n; -1 is noise (.npy).") var out: String?
    @OptionGroup var options: CoreOptions

    func validate() throws {
        guard granularity > 0 else { throw ValidationError("--granularity is above 0") }
    }

    func run() throws {
        let cores = options.cores
        let matrix = try VectorFile.read(vectors)
        var measurement = Measurement(
            work: "cluster",
            count: matrix.count,
            dimension: matrix.dimension
        )
        let clustering = try measurement.time {
            let graph = try ExactSearch(loop: cores.loop)
                .graph(of: matrix, k: ClusterStage.neighborCount)
            return LeidenClustering(granularity: granularity, seed: seed).cluster(graph)
        }
        measurement.rate("points", of: Double(matrix.count))
        measurement.quality = [
            "clusters": Double(clustering.clusterCount),
            "noise": Double(clustering.assignments.count { $0 < 0 }),
        ]
        if let out {
            let labels = clustering.assignments.map { Int32($0) }
            try ResultFile.write(NpyArray.file(labels, shape: [labels.count]), to: out)
        }
        measurement.show(threads: cores.count)
    }
}
