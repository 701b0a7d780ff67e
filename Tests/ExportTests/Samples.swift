import CurationCore
import Export
import Foundation
import TestKit

/// Samples with made-up bytes for images, in a folder that is gone after the test.
struct Samples {
    let folder: TemporaryFolder
    let samples: [Sample]
    static let categories = [
        Category(id: 1, name: "cat"), Category(id: 2, name: "dog"), Category(id: 3, name: "öl"),
    ]

    init(_ count: Int, bytes: Int = 700, seed: UInt64 = 1) throws {
        folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: seed)
        var samples: [Sample] = []
        for number in 0..<count {
            let content = (0..<bytes + number).map { _ in
                UInt8(truncatingIfNeeded: generator.next())
            }
            let isPng = number % 3 == 2
            let url = try folder.write(content, to: "in/bild ü\(number).\(isPng ? "png" : "jpg")")
            samples.append(
                Sample(
                    id: Int64(number + 1),
                    path: url.path(percentEncoded: false),
                    sha256: ContentDigest(of: content),
                    format: isPng ? .png : .jpeg,
                    width: 40 + number,
                    height: 30,
                    bytes: content.count,
                    pixelDigest: ContentDigest(of: "pixels"),
                    perceptualHash: PerceptualHash(words: .zero)
                )
            )
        }
        self.samples = samples
    }

    /// The path of a folder for an export, not made yet.
    func output(_ name: String = "out") -> String {
        folder.url.appending(path: name).path(percentEncoded: false)
    }

    /// A record a sample, in three splits, every fifth sample without label.
    var records: [ExportRecord] {
        samples.map { sample in
            let category = Self.categories[Int(sample.id) % 3].name
            let box = BoundingBox(x: 1.5, y: 2, width: 10, height: 0.1)
            let labels: [Label] =
                sample.id % 5 == 0
                ? [] : [.detection(category: "dog", box: box), .classification(category: category)]
            return ExportRecord(
                sample: sample,
                labels: labels,
                split: Split.allCases[Int(sample.id) % 3],
                group: nil
            )
        }
    }

    /// Writes a WebDataset export and gives its manifest.
    @discardableResult
    func export(
        to name: String = "out",
        records: [ExportRecord]? = nil,
        limits: ShardLimits = ShardLimits(samples: 4),
        overwrite: Bool = false
    ) throws -> ShardManifest {
        let target = try ExportFolder(at: output(name), overwrite: overwrite)
        let writer = ShardWriter(folder: target, categories: Self.categories, limits: limits)
        let files = try writer.write(
            records ?? self.records,
            embedding: { [Float($0), -0.5, 3][...] },
            progress: { _ in true }
        )
        let manifest = try Self.manifest(of: files)
        try target.finish(manifest)
        return manifest
    }

    static func manifest(
        of files: [ShardManifest.File],
        format: ShardManifest.Format = .webdataset
    ) throws -> ShardManifest {
        ShardManifest(
            format: format,
            version: .init(id: "v1", digest: String(repeating: "a", count: 64)),
            tool: "winnow 0.0.0",
            categories: categories,
            embedder: EmbedderID(name: "tiny", digest: ContentDigest(of: "tiny")),
            parameters: .init(
                fractions: try SplitFractions(parsing: "train=1"),
                seed: .max,
                groupBy: nil
            ),
            files: files,
            leaksChecked: 0
        )
    }
}
