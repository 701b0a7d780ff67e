import ArgumentParser
import Curation
import CurationCore
import Export
import Inference

/// `winnow-bench embed`.
struct EmbedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embed",
        abstract: "Reads pictures and computes their vectors."
    )

    @Argument(help: "A folder of pictures.") var folder: String
    @Option(help: "The embedder: efficientnet-lite0 or descriptor (default: the best there is).")
    var model: String?
    @Option(help: "The vectors: float32, a row for each picture that can be read (.npy).")
    var out: String?
    @Option(help: "The paths of the rows, one a line.") var paths: String?
    @OptionGroup var options: CoreOptions

    func run() throws {
        let cores = options.cores
        let pictures = try PictureFolder(folder)
        let embedder = try PictureVectors.embedder(model)
        var measurement = Measurement(
            work: "embed",
            count: pictures.files.count,
            dimension: embedder.dimension
        )
        let matrix = try measurement.time {
            try PictureVectors.matrix(
                of: pictures.files.enumerated().map { (Sample.ID($0), $1.path) },
                from: embedder,
                on: cores
            )
        }
        measurement.rate("images", of: Double(matrix.count))
        measurement.quality = ["failed": Double(pictures.files.count - matrix.count)]
        if let out {
            let shape = [matrix.count, matrix.dimension]
            try ResultFile.write(NpyArray.file(matrix.values[...], shape: shape), to: out)
        }
        if let paths {
            let lines = matrix.samples.map { pictures.files[Int($0)].relativePath + "\n" }
            try ResultFile.write(Array(lines.joined().utf8), to: paths)
        }
        measurement.show(threads: cores.count)
    }
}
