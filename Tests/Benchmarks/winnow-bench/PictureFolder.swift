import ArgumentParser
import Curation
import CurationCore
import Foundation
import Storage

/// The pictures that a work is run on.
struct PictureFolder {
    /// The files, by path.
    let files: [FoundFile]

    /// Finds the files below `folder` as `winnow import` does.
    init(_ folder: String) throws {
        var walk = FileWalk()
        try walk.add(folder)
        guard !walk.files.isEmpty else {
            throw CurationError.input("no picture in \(folder): name a folder with pictures")
        }
        files = walk.files
    }

    /// Reads all files as import does, in their order; thumbnails go to a folder that is removed afterwards.
    func read(on cores: Cores) throws -> [SampleReader.Outcome] {
        try TemporaryFolder.use { folder in
            let reader = SampleReader(dataset: folder)
            let outcomes = cores.map(files) { reader.read($0).outcome }
            for case .unwritable(let error) in outcomes { throw error }
            return outcomes
        }
    }

    /// The samples of what could be read, numbered in the order of the files.
    static func samples(
        of outcomes: [SampleReader.Outcome]
    ) -> [(sample: Sample, metrics: ImageMetrics)] {
        outcomes.enumerated().compactMap { number, outcome in
            guard case .success(let new) = outcome else { return nil }
            let sample = Sample(
                id: Sample.ID(number),
                path: new.path,
                sha256: new.sha256,
                format: new.format,
                width: new.width,
                height: new.height,
                bytes: new.bytes,
                damage: new.damage,
                pixelDigest: new.pixelDigest,
                perceptualHash: new.perceptualHash
            )
            return (sample, new.metrics)
        }
    }
}

/// A folder that is there for one piece of work.
enum TemporaryFolder {
    static func use<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "winnow-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }
}
