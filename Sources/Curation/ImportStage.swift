import CurationCore
import Foundation
import Imaging
import Interchange
import Storage

/// Brings pictures into the data set, each read once.
public struct ImportStage: Sendable {
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
        /// Files, folders, patterns, archives, lists; `-` is the list on standard input.
        public var sources: [String]
        /// How the sources are read.
        public var format: SourceFormat
        /// The annotation file, when the source is the folder of its pictures.
        public var annotations: String?
        /// What becomes of labels that come with the files.
        public var labelsAs: LabelsAs
        /// Whether the data set keeps a copy of each picture.
        public var copy: Bool
        /// Whether files that failed before are tried again.
        public var retryFailed: Bool
        /// Pictures with more pixels are refused.
        public var pixelLimit: Int
        /// Whether only to say what would be done.
        public var dryRun: Bool

        /// The limit of pixels unless another is asked for: that of Pillow, 178,956,970.
        public static let defaultPixelLimit = ImageDecoder.defaultPixelLimit

        /// Describes an import.
        public init(
            sources: [String],
            format: SourceFormat = .auto,
            annotations: String? = nil,
            labelsAs: LabelsAs = .ignored,
            copy: Bool = false,
            retryFailed: Bool = false,
            pixelLimit: Int = defaultPixelLimit,
            dryRun: Bool = false
        ) {
            self.sources = sources
            self.format = format
            self.annotations = annotations
            self.labelsAs = labelsAs
            self.copy = copy
            self.retryFailed = retryFailed
            self.pixelLimit = pixelLimit
            self.dryRun = dryRun
        }
    }

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
    /// - Parameters:
    ///   - request: What to import.
    ///   - model: When given, new pictures get their vectors in the same pass, so that none is decoded
    ///     twice.
    /// - Returns: What was done.
    /// - Throws: `CurationError`; `CancellationError` when interrupted, with all finished batches kept.
    public func run(_ request: Request, embedding model: EmbedStage.Model? = nil) throws -> Report {
        let embedders = try model.map { try PictureEmbedders($0) }
        guard !request.dryRun else { return try run(request, embedders) }
        let lock = try ImportLock(folder: dataset.folder)
        defer { lock.release() }
        DatasetFiles(folder: dataset.folder).removePartial()
        // A killed run may have left pictures without vectors: they come first, so that the rows of the
        // feature files are in the order of an unbroken run.
        if let embedders {
            let stage = EmbedStage(dataset: dataset, interruption: interruption, report: report)
            _ = try stage.run(embedders)
        }
        return try run(request, embedders)
    }

    private func run(_ request: Request, _ embedders: PictureEmbedders?) throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        let sources = try SourceList(
            request.sources,
            format: request.format,
            annotations: request.annotations
        )
        let run = ImportRun(
            dataset: dataset,
            request: request,
            embedders: embedders,
            classes: try classes(of: sources, request),
            interruption: interruption,
            report: report
        )
        let plan = try rephrasing { () throws in
            try dataset.store.withKnownFiles { next in
                try ImportPlan(
                    sources.files,
                    folders: Self.folders(of: request),
                    retryFailed: request.retryFailed,
                    next: next
                )
            }
        }
        try run.importAll(sources, plan)
        var result = run.result
        result.seconds = (clock.now - start) / .seconds(1)
        result.imagesPerSecond = Double(result.pending) / max(result.seconds, 1e-9)
        return result
    }

    /// Looks whether all sources are there, without reading any.
    ///
    /// - Throws: `CurationError.input` when one is not.
    public static func checkSources(_ sources: [String]) throws {
        for source in sources where source != "-" {
            let path = PathText.bytes(of: source)
            // A dead link among others is listed as a failure.
            let isThere = (try? PosixFiles.facts(path, followingLinks: sources.count == 1)) != nil
            guard try isThere || SourcePattern.expand(path) != nil else {
                _ = try SourcePath.facts(path)
                return
            }
        }
    }

    /// The folders that are listed whole, so that what is missing in them is gone.
    private static func folders(of request: Request) -> [String] {
        request.sources.compactMap { source in
            let path = PathText.bytes(of: source)
            guard (try? SourcePath.facts(path))?.kind == .folder,
                let folder = try? PosixFiles.resolved(path)
            else { return nil }
            return PathText.text(of: folder)
        }
    }

    /// The classes that the folders name, by path; none where folders are no classes.
    private func classes(
        of sources: SourceList,
        _ request: Request
    ) throws -> [ExactText: String] {
        guard request.format == .imagefolder, request.labelsAs != .ignored else { return [:] }
        if let archive = sources.archives.first {
            throw CurationError.badData(
                "\(PathText.printable(archive.path)) is an archive, of which no labels are read: unpack "
                    + "it, or use --labels-as ignored"
            )
        }
        let files = sources.files
        guard !files.isEmpty else { return [:] }
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
}
