import ArgumentParser
import Curation
import CurationCore
import Export
import Similarity

/// `winnow-bench knn`.
struct KnnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "knn",
        abstract: "Finds the nearest rows of each row by inner product of rows of length 1."
    )

    @Argument(help: "The rows: float32, n x d (.npy).") var vectors: String
    @Option(name: .short, help: "Neighbours a row.") var k = 10
    @Flag(help: "Compare all with all. There is no other search, so this is always so.")
    var exact = false
    @Option(help: "The neighbours: int32, n x k, nearest first, the row itself left out (.npy).")
    var out: String?
    @OptionGroup var options: CoreOptions

    func validate() throws {
        guard k > 0 else { throw ValidationError("-k is at least 1") }
    }

    func run() throws {
        let cores = options.cores
        let matrix = try VectorFile.read(vectors)
        var measurement = Measurement(
            work: "knn",
            count: matrix.count,
            dimension: matrix.dimension
        )
        let graph = try measurement.time {
            try ExactSearch(loop: cores.loop).graph(of: matrix, k: k)
        }
        measurement.rate("rows", of: Double(matrix.count))
        let pairs = Double(matrix.count) * Double(matrix.count)
        measurement.rate("gflop", of: 2 * pairs * Double(matrix.dimension) / 1e9)
        if let out {
            let rows = graph.neighbors.map { Int32($0.row) }
            try ResultFile.write(NpyArray.file(rows, shape: [graph.count, graph.k]), to: out)
        }
        measurement.show(threads: cores.count)
    }
}
