public import CurationCore
import Export
import Foundation
import Interchange
import Storage

/// Writes one version as files for training.
public struct ExportStage: Sendable {
    /// What an export is asked to do.
    public struct Request: Sendable {
        /// The version.
        public var version: Version
        /// The folder.
        public var folder: String
        /// `webdataset`, `coco` or `csv`.
        public var format: String
        /// The shares of the splits: `train=0.8,val=0.1,test=0.1`.
        public var split: String
        /// What the choice of the splits starts from.
        public var seed: UInt64
        /// `folder` keeps the pictures of one source folder together; nil only copies.
        public var groupBy: String?
        /// Whether a former export in the folder is replaced.
        public var overwrite: Bool
        /// Whether pictures that cannot be read are left out, where they would end the export otherwise.
        public var skipMissing: Bool
        /// Whether shards say where each label comes from, as PROV-JSON.
        public var provenance: Bool

        /// Describes an export.
        public init(
            version: Version,
            folder: String,
            format: String,
            split: String,
            seed: UInt64,
            groupBy: String?,
            overwrite: Bool,
            skipMissing: Bool = false,
            provenance: Bool = false
        ) {
            self.provenance = provenance
            self.version = version
            self.folder = folder
            self.format = format
            self.split = split
            self.seed = seed
            self.groupBy = groupBy
            self.overwrite = overwrite
            self.skipMissing = skipMissing
        }
    }

    /// What an export wrote.
    public struct Report: Sendable, Codable {
        /// One file.
        public struct File: Sendable, Codable {
            /// The path in the export.
            public let path: String
            /// The size.
            public let bytes: Int
            /// The digest of the bytes.
            public let sha256: ContentDigest
        }

        /// The files, by path.
        public let files: [File]
        /// How many pictures each split has.
        public let splits: [String: Int]
        /// The manifest, which lists it all.
        public let manifest: String
        /// Groups of copies that were checked to lie in one split each.
        public let leaksChecked: Int
        /// Pictures of the version that have no label and were left out.
        public let unlabeled: Int
        /// Further copies of pictures with the same bytes, exported once.
        public let copies: Int
        /// Where the pictures are that could not be read and were left out.
        public let leftOut: [String]
        /// Pictures of the version that a rule keeps out of exports.
        public let heldBack: Int
        /// Whether the vectors are others than when the version was made: computed anew, or of pictures
        /// that were forgotten since.
        public let vectorsChanged: Bool
        /// How long it took.
        public let seconds: Double
        /// Pictures written a second.
        public let imagesPerSecond: Double

        enum CodingKeys: String, CodingKey {
            case files, splits, manifest, unlabeled, copies, seconds
            case leaksChecked = "leaks_checked"
            case leftOut = "left_out"
            case heldBack = "held_back"
            case vectorsChanged = "vectors_changed"
            case imagesPerSecond = "images_per_second"
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

    /// The formats that can be written.
    public static let formats = ShardManifest.Format.allCases.map(\.rawValue)

    /// Writes the export; the same version gives the same bytes.
    ///
    /// - Throws: `CurationError`; `CancellationError` when interrupted, with nothing half written.
    public func run(_ request: Request) throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        guard let format = ShardManifest.Format(rawValue: request.format) else {
            let known = Self.formats.joined(separator: ", ")
            throw CurationError.badData("unknown format '\(request.format)': use one of \(known)")
        }
        return try rephrasing { () throws in
            let heldBack = try GovernanceStage(dataset: dataset).heldBack()
            let selection = try ExportSelection(
                request,
                store: dataset.store,
                heldBack: Set(heldBack.map(\.id))
            ) { (try? dataset.pictures.bytes(of: $0)) != nil }
            let folder = try ExportFolder(at: request.folder, overwrite: request.overwrite)
            let embedder = format == .webdataset ? try embedder(of: request.version) : nil
            let files = try write(selection, request, format, embedder, into: folder)
            let manifest = manifest(of: request, format, selection, embedder, files)
            try folder.finish(manifest)
            let seconds = (clock.now - start) / .seconds(1)
            return Report(
                manifest,
                selection,
                folder: request.folder,
                vectorsChanged: try embedder.map {
                    try vectorsChanged(of: $0, since: request.version)
                } ?? false,
                seconds: seconds
            )
        }
    }

    private func manifest(
        of request: Request,
        _ format: ShardManifest.Format,
        _ selection: ExportSelection,
        _ embedder: EmbedderID?,
        _ files: [ShardManifest.File]
    ) -> ShardManifest {
        ShardManifest(
            format: format,
            version: ShardManifest.Version(
                id: request.version.id.hex,
                digest: request.version.content.hex
            ),
            tool: "winnow \(WinnowRelease.version)",
            categories: selection.categories,
            embedder: embedder,
            parameters: ShardManifest.Parameters(
                fractions: selection.fractions,
                seed: request.seed,
                groupBy: request.groupBy
            ),
            files: files,
            leaksChecked: selection.leaksChecked,
            leftOut: selection.leftOut.map(\.sha256)
        )
    }

    private func write(
        _ selection: ExportSelection,
        _ request: Request,
        _ format: ShardManifest.Format,
        _ embedder: EmbedderID?,
        into folder: ExportFolder
    ) throws -> [ShardManifest.File] {
        let records = selection.records
        let progress = { (done: Int) -> Bool in
            if done.isMultiple(of: 64) || done == records.count {
                report(
                    StageProgress(stage: "export", done: done, total: records.count, failed: 0)
                )
            }
            return !interruption.isAsked
        }
        switch format {
        case .webdataset:
            return try writeShards(
                selection,
                request,
                embedder,
                into: folder,
                progress: progress
            )
        case .coco, .csv:
            let copies = try ImageCopies.write(
                records,
                reading: dataset.pictures.images,
                into: folder,
                progress: progress
            )
            return copies
                + (format == .coco
                    ? try AnnotationFiles.coco(selection, into: folder)
                    : try AnnotationFiles.csv(selection, into: folder))
        }
    }

    private func writeShards(
        _ selection: ExportSelection,
        _ request: Request,
        _ embedder: EmbedderID?,
        into folder: ExportFolder,
        progress: (Int) -> Bool
    ) throws -> [ShardManifest.File] {
        let vectors = try embedder.map {
            try dataset.store.vectors(from: $0, rows: selection.vectorRows)
        }
        let history = HistoryStage(dataset: dataset)
        var failure: (any Error)?
        func reading<T>(_ body: () throws -> T?) -> T? {
            do {
                return try body()
            } catch {
                failure = error
                return nil
            }
        }
        let writer = ShardWriter(
            folder: folder,
            categories: selection.categories,
            limits: ShardLimits(),
            images: dataset.pictures.images
        )
        let files = try writer.write(
            selection.records,
            embedding: { sample in reading { try vectors?.vector(of: sample).map { $0[...] } } },
            provenance: { sample in
                guard request.provenance else { return nil }
                return reading { try history.provenance(of: sample, at: request.version) }
            },
            progress: { progress($0) && failure == nil }
        )
        if let failure { throw failure }
        return files
    }

    /// The embedder whose vectors stood for the pictures when the version was made.
    private func embedder(of version: Version) throws -> EmbedderID? {
        guard let name = version.lineage["embedder"],
            let digest = version.lineage["embedder.\(name)"].flatMap({ ContentDigest(hex: $0) })
        else { return nil }
        let id = EmbedderID(name: name, digest: digest)
        guard try dataset.store.embedders().contains(where: { $0.id == id }) else {
            throw CurationError.input(
                "the vectors of \(id), which the version used, are gone: run `winnow embed --model \(name)`"
            )
        }
        return id
    }

    private func vectorsChanged(of embedder: EmbedderID, since version: Version) throws -> Bool {
        guard let pinned = version.lineage["embedder.rowsDigest"],
            let rows = version.lineage["embedder.rows"].flatMap({ Int($0) })
        else { return false }
        return try dataset.store.rowsDigest(of: embedder, rows: rows)?.hex != pinned
    }
}

extension ExportStage.Report {
    init(
        _ manifest: ShardManifest,
        _ selection: ExportSelection,
        folder: String,
        vectorsChanged: Bool,
        seconds: Double
    ) {
        files = manifest.files.map { File(path: $0.path, bytes: $0.bytes, sha256: $0.sha256) }
        splits = Dictionary(grouping: selection.records, by: \.split.shortName).mapValues(\.count)
        self.manifest = "\(folder)/\(ShardManifest.fileName)"
        leaksChecked = selection.leaksChecked
        unlabeled = selection.unlabeled
        copies = selection.copies
        leftOut = selection.leftOut.map(\.path)
        heldBack = selection.heldBack
        self.vectorsChanged = vectorsChanged
        self.seconds = seconds
        imagesPerSecond = Double(selection.records.count) / max(seconds, 1e-9)
    }
}
