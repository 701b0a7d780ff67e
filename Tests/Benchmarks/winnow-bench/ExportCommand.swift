import ArgumentParser
import Curation
import CurationCore
import Foundation
import Storage

/// `winnow-bench export`.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes a folder of pictures as files for training.",
        discussion: """
            Makes a data set of the folder first, outside of the clock: each picture gets a label and
            a vector of 512 numbers. The clock runs over the export of a version of it: the splits,
            the digests of pictures and shards, and the manifest included.
            """
    )

    @Argument(help: "A folder of pictures.") var folder: String
    @Option(help: "\(ExportStage.formats.joined(separator: ", ")).") var format = "webdataset"
    @Option(help: "The folder; it must be empty or not there.") var to: String
    @Option(help: "What the vectors and the choice of the splits start from.") var seed: UInt64 = 0

    private static let dimension = 512
    private static let categoryCount = 100

    func validate() throws {
        guard ExportStage.formats.contains(format) else {
            throw ValidationError(
                "--format is one of \(ExportStage.formats.joined(separator: ", "))"
            )
        }
    }

    func run() throws {
        try TemporaryFolder.use { temporary in
            let dataset = try dataset(in: temporary.appending(path: "dataset"))
            let version = try VersionStage(dataset: dataset).commit(
                message: "all",
                author: "winnow-bench"
            )
            var measurement = Measurement(
                work: "export",
                count: version.images,
                dimension: Self.dimension
            )
            let request = ExportStage.Request(
                version: version,
                folder: URL(filePath: to).standardizedFileURL.path,
                format: format,
                split: "train=0.8,val=0.1,test=0.1",
                seed: seed,
                groupBy: nil,
                overwrite: false
            )
            let report = try measurement.time { try ExportStage(dataset: dataset).run(request) }
            let bytes = report.files.reduce(0) { $0 + $1.bytes }
            measurement.rate("megabytes", of: Double(bytes) / 1e6)
            measurement.rate("images", of: Double(report.splits.values.reduce(0, +)))
            measurement.quality = [
                "megabytes": Double(bytes) / 1e6, "files": Double(report.files.count),
                "copies_left_out": Double(report.copies),
            ]
            measurement.show(threads: 1)
        }
    }

    /// A data set of the pictures that can be read, with a label and a vector each.
    private func dataset(in folder: URL) throws -> Dataset {
        let outcomes = try PictureFolder(self.folder).read(on: Cores.all)
        let categories = (0..<Self.categoryCount).map {
            CurationCore.Category(id: $0 + 1, name: "class-\($0)")
        }
        let store = try DatasetStore(
            creating: folder,
            schema: LabelSchema(task: .classification, categories: categories),
            at: .now
        )
        // Copies of one content must agree, so the class follows from the content.
        let samples = outcomes.compactMap { outcome -> NewSample? in
            guard case .success(var sample) = outcome else { return nil }
            let number = sample.perceptualHash.words[1] % UInt64(Self.categoryCount)
            sample.labels = [
                NewSample.GivenLabel(
                    label: .classification(category: categories[Int(number)].name),
                    state: .accepted,
                    source: "winnow-bench"
                )
            ]
            return sample
        }
        try store.add(samples, failures: [], author: "winnow-bench", at: .now)
        let ids = try store.samples().map(\.id)
        var generator = SeededGenerator(seed: seed)
        let values = (0..<ids.count * Self.dimension).map { _ in
            Float.random(in: -1...1, using: &generator)
        }
        let vectors = EmbeddingMatrix(samples: ids, dimension: Self.dimension, values: values)
        try store.add([(vectors, EmbedderID(name: "random", digest: ContentDigest(of: "random")))])
        return try Dataset(opening: folder)
    }
}
