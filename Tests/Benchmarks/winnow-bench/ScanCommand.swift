import ArgumentParser
import Curation
import CurationCore
import Foundation
import Quality
import Storage

/// `winnow-bench scan`.
struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Does with each file all that import does: digest, hash, metrics, thumbnail."
    )

    @Argument(help: "A folder of pictures.") var folder: String
    @Option(help: "A table of the results: path, hashes, metrics, flags, failure.")
    var out: String?
    @OptionGroup var options: CoreOptions

    private static let columns = [
        "path", "sha256", "pixels_sha256", "perceptual_hash", "width", "height", "brightness",
        "darkest", "brightest", "contrast", "sharpness", "entropy", "colorfulness", "saturation",
        "grayness", "border", "jpeg_quality", "camera", "captured_at", "has_location", "flags",
        "failure",
    ]

    func run() throws {
        let cores = options.cores
        let pictures = try PictureFolder(folder)
        var measurement = Measurement(work: "scan", count: pictures.files.count)
        let (outcomes, issues) = try measurement.time {
            let outcomes = try pictures.read(on: cores)
            let samples = PictureFolder.samples(of: outcomes)
            let metrics = samples.map { ($0.sample.id, $0.metrics) }
            let issues = ImageIssues.find(
                in: samples.map(\.sample),
                metrics: Dictionary(uniqueKeysWithValues: metrics)
            )
            return (outcomes, issues)
        }
        measurement.rate("images", of: Double(outcomes.count))
        measurement.quality = Dictionary(grouping: issues, by: \.kind.rawValue)
            .mapValues { Double($0.count) }
        measurement.quality["failed"] = Double(outcomes.count { $0.failure != nil })
        if let out {
            let flags = Dictionary(grouping: issues, by: \.sample)
                .mapValues { $0.map(\.kind.rawValue).joined(separator: ";") }
            let rows = zip(pictures.files, outcomes).enumerated().map { number, read in
                [read.0.relativePath] + Self.row(read.1, flags: flags[Sample.ID(number)] ?? "")
            }
            try ResultFile.write(columns: Self.columns, rows: rows, to: out)
        }
        measurement.show(threads: cores.count)
    }

    private static func row(_ outcome: SampleReader.Outcome, flags: String) -> [String] {
        let empty = [String](repeating: "", count: columns.count - 2)
        switch outcome {
        case .success(let sample):
            let (metrics, facts) = (sample.metrics, sample.facts)
            return [
                sample.sha256.hex, sample.pixelDigest.hex, sample.perceptualHash.hex,
                "\(sample.width)", "\(sample.height)", "\(metrics.brightness)",
                "\(metrics.darkest)", "\(metrics.brightest)", "\(metrics.contrast)",
                "\(metrics.sharpness)", "\(metrics.entropy)", "\(metrics.colorfulness)",
                "\(metrics.saturation)", "\(metrics.grayness)", "\(metrics.border)",
                metrics.jpegQuality.map { "\($0)" } ?? "", facts.camera ?? "",
                facts.capturedAt ?? "", "\(facts.hasLocation)", flags, "",
            ]
        case .failure(let failed):
            return empty + [failed.failure.code.rawValue]
        case .unwritable: return empty + [ImportFailure.Code.unreadable.rawValue]
        }
    }
}

extension SampleReader.Outcome {
    /// Why the file could not be read; nil when it could.
    fileprivate var failure: ImportFailure.Code? {
        if case .failure(let failed) = self { failed.failure.code } else { nil }
    }
}
