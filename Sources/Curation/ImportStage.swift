import CurationCore
import Foundation
import Imaging
import Interchange
import Storage

/// Brings image files into the data set, each read once.
public struct ImportStage: Sendable {
    /// How folders are read.
    public enum Format: String, Sendable, CaseIterable {
        /// Pictures anywhere below the folder.
        case folder
        /// The first folder below the source names the class.
        case imagefolder
    }

    /// What becomes of labels that come with the files.
    public enum LabelsAs: String, Sendable, CaseIterable {
        /// They count as a person's.
        case reviewed
        /// They wait for review.
        case proposed
        /// They are not read.
        case ignored
    }

    /// What an import is asked to do.
    public struct Request: Sendable {
        /// Files and folders.
        public var sources: [String]
        /// How folders are read.
        public var format: Format
        /// What becomes of labels that come with the files.
        public var labelsAs: LabelsAs
        /// Whether files that failed before are tried again.
        public var retryFailed: Bool
        /// Whether only to say what would be done.
        public var dryRun: Bool

        /// Describes an import.
        public init(
            sources: [String],
            format: Format = .folder,
            labelsAs: LabelsAs = .ignored,
            retryFailed: Bool = false,
            dryRun: Bool = false
        ) {
            self.sources = sources
            self.format = format
            self.labelsAs = labelsAs
            self.retryFailed = retryFailed
            self.dryRun = dryRun
        }
    }

    /// What an import did.
    public struct Report: Sendable, Codable {
        /// Files that were looked at.
        public var found = 0
        /// Files that are neither known nor failed before, so that they are read.
        public var pending = 0
        /// Images that are new in the data set.
        public var imported = 0
        /// Files that were there already, not changed since.
        public var unchanged = 0
        /// Files that are there already but hold other bytes now; they are left as they were.
        public var changed = 0
        /// New images with the same bytes as another.
        public var exactDuplicates = 0
        /// Files that could not be imported; `winnow failures` lists them.
        public var failed = 0
        /// Files that are no pictures by their ending.
        public var ignored = 0
        /// How long it took.
        public var seconds = 0.0
        /// Files looked at a second.
        public var imagesPerSecond = 0.0

        enum CodingKeys: String, CodingKey {
            case found, pending, imported, unchanged, changed, failed, ignored, seconds
            case exactDuplicates = "exact_duplicates"
            case imagesPerSecond = "images_per_second"
        }
    }

    // Large enough that a transaction costs little, small enough that a killed run loses little.
    private static let batchSize = 256

    private let dataset: Dataset
    private let interruption: Interruption
    private let report: StageProgress.Report

    /// Creates the stage.
    public init(
        dataset: Dataset,
        interruption: Interruption = Interruption(),
        report: @escaping StageProgress.Report = { _ in }
    ) {
        self.dataset = dataset
        self.interruption = interruption
        self.report = report
    }

    /// Imports what is new; running it again imports nothing twice.
    ///
    /// - Throws: `CurationError`; `CancellationError` when interrupted, with all finished batches kept.
    public func run(_ request: Request) throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        var walk = FileWalk()
        for source in request.sources { try walk.add(source) }
        var result = Report()
        result.found = walk.files.count + walk.failures.count
        result.ignored = walk.ignored
        let known = try rephrasing { () throws in try dataset.store.knownFiles() }
        let files = walk.files.filter { file in
            guard let earlier = known[ExactText(file.path)] else { return true }
            let isSame =
                earlier.bytes == file.bytes
                && abs(earlier.modifiedAt - file.modifiedAt) < 0.001
            if earlier.failed {
                if request.retryFailed || !isSame { return true }
                result.failed += 1
                return false
            }
            if isSame { result.unchanged += 1 } else { result.changed += 1 }
            return false
        }
        result.failed += walk.failures.count
        result.pending = files.count
        if !request.dryRun {
            let classes = try classes(of: walk.files, request)
            try importAll(files, walk.failures, classes, request, into: &result)
        }
        let duration = clock.now - start
        result.seconds = duration / .seconds(1)
        result.imagesPerSecond = Double(files.count) / max(result.seconds, 1e-9)
        return result
    }

    private func importAll(
        _ files: [FoundFile],
        _ failures: [ImportFailure],
        _ classes: [ExactText: String],
        _ request: Request,
        into result: inout Report
    ) throws {
        try keep([], failures.map { FailedFile(failure: $0, bytes: 0, modifiedAt: 0) }, &result)
        let reader = SampleReader(thumbnailFolder: dataset.store.thumbnailFolder)
        var done = 0
        for start in stride(from: 0, to: files.count, by: Self.batchSize) {
            try interruption.check()
            let batch = Array(files[start..<min(start + Self.batchSize, files.count)])
            var samples: [NewSample] = []
            var failed: [FailedFile] = []
            for outcome in WorkerPool.map(batch, reader.read) {
                switch outcome {
                case .success(var sample, let file):
                    sample.labels = classes[ExactText(file.path)].map { [given($0, request)] } ?? []
                    samples.append(sample)
                case .failure(let failure): failed.append(failure)
                case .unwritable(let error): throw error
                }
            }
            result.failed += failed.count
            try keep(samples, failed, &result)
            done += batch.count
            report(
                StageProgress(
                    stage: "import",
                    done: done,
                    total: files.count,
                    failed: result.failed
                )
            )
        }
    }

    private func keep(
        _ samples: [NewSample],
        _ failures: [FailedFile],
        _ result: inout Report
    ) throws {
        guard !samples.isEmpty || !failures.isEmpty else { return }
        let kept = try rephrasing { () throws in
            try dataset.store.add(samples, failures: failures, author: "import", at: .now)
        }
        result.imported += kept.added
        result.exactDuplicates += kept.exactDuplicates
    }

    /// The classes that the folders name, by path; none where folders are no classes.
    private func classes(of files: [FoundFile], _ request: Request) throws -> [ExactText: String] {
        guard request.format == .imagefolder, request.labelsAs != .ignored, !files.isEmpty else {
            return [:]
        }
        let names = try rephrasing { () throws in
            try ImageFolderFormat.labels(for: files.map(\.relativePath))
        }
        guard let names else {
            throw CurationError.badData(
                "\(request.sources.joined(separator: ", ")) is no image folder: every picture must lie in "
                    + "a folder that names its class, two classes at least; or use --format folder"
            )
        }
        return Dictionary(uniqueKeysWithValues: zip(files.map { ExactText($0.path) }, names))
    }

    private func given(_ category: String, _ request: Request) -> NewSample.GivenLabel {
        NewSample.GivenLabel(
            label: .classification(category: category),
            state: request.labelsAs == .reviewed ? .accepted : .proposed,
            source: "import:imagefolder"
        )
    }
}
