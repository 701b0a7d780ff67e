import CurationCore
import Inference
import Storage

/// Gives every image that lacks one a vector.
public struct EmbedStage: Sendable {
    /// What embedding did.
    public struct Report: Sendable, Codable {
        /// Images that have a vector now and had none before.
        public var embedded = 0
        /// Images that had one.
        public var skipped = 0
        /// Images whose file is gone, or holds other bytes than at import.
        public var failed = 0
        /// Numbers a vector.
        public var dimension = 0
        /// The embedder: name and digest.
        public var model = ""
        /// How long it took.
        public var seconds = 0.0
        /// Images embedded a second.
        public var imagesPerSecond = 0.0
        /// Why the built-in descriptor was used; nil when a model was.
        public var fallback: String?
        /// Embedders whose vectors were lost and are made again.
        public var remade: [String] = []
        /// Images of which the classifier got further views.
        public var viewed = 0
        /// How long the views took; not part of `seconds`.
        public var viewSeconds = 0.0

        /// Counts the images that got their vectors while they were imported as embedded.
        public mutating func add(embeddedByImport imported: ImportStage.Report) {
            embedded += imported.embedded
            skipped -= imported.embedded
            seconds += imported.seconds
            imagesPerSecond = Double(embedded) / max(seconds, 1e-9)
        }

        enum CodingKeys: String, CodingKey {
            case embedded, skipped, failed, dimension, model, seconds, fallback, remade, viewed
            case viewSeconds = "view_seconds"
            case imagesPerSecond = "images_per_second"
        }
    }

    /// Which embedder to use.
    public enum Model: Sendable, Equatable {
        /// The network when it and its runtime are there, else the descriptor.
        case automatic
        /// The descriptor, which needs no model.
        case descriptor
        /// The network with the name; its absence is an error.
        case named(String)
    }

    /// When the classifier gets further views of the pictures: two networks more, which make its
    /// proposals better and cost four times the main network.
    public enum Views: String, Sendable, CaseIterable {
        /// Up to `automaticLimit` pictures, when the models are there.
        case auto
        /// Always; models that are missing are an error.
        case on
        /// Never.
        case off
    }

    /// The most pictures that get views without being asked for.
    public static let automaticLimit = 5_000

    private static let piecesPerBatch = 16

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

    /// Embeds what has no vector of the model yet, and none of the descriptor.
    ///
    /// - Throws: `CurationError.component` when a named model is missing; `CancellationError`.
    public func run(_ model: Model = .automatic, views: Views = .auto) throws -> Report {
        let embedders = try PictureEmbedders(model)
        var result = try run(embedders)
        let isNetwork = embedders.all.count > 1
        let count = try dataset.sampleCount()
        let wanted: PictureEmbedders? =
            switch views {
            case .on: try PictureEmbedders.views()
            case .auto where isNetwork && count <= Self.automaticLimit:
                try? PictureEmbedders.views()
            case .auto, .off: nil
            }
        guard let wanted else { return result }
        let further = try run(wanted, stage: "views")
        result.viewed = further.embedded
        result.viewSeconds = further.seconds
        result.remade += further.remade
        return result
    }

    /// Embeds what has no vector of one of the embedders yet.
    func run(_ embedders: PictureEmbedders, stage: String = "embed") throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        var result = Report()
        result.model = embedders.main.id.description
        result.dimension = embedders.main.dimension
        result.fallback = embedders.fallback
        try embed(with: embedders, stage, into: &result)
        let duration = clock.now - start
        result.seconds = duration / .seconds(1)
        result.imagesPerSecond = Double(result.embedded) / max(result.seconds, 1e-9)
        return result
    }

    private func embed(
        with embedders: PictureEmbedders,
        _ stage: String,
        into result: inout Report
    ) throws {
        result.remade = try forgetLostVectors(of: embedders.all)
        let waiting = try waiting(for: embedders.all)
        result.skipped = try dataset.sampleCount() - waiting.count
        let batchSize = PictureEmbedders.pieceSize * Self.piecesPerBatch
        for start in stride(from: 0, to: waiting.count, by: batchSize) {
            try interruption.check()
            let batch = Array(waiting[start..<min(start + batchSize, waiting.count)])
            let done = try embed(batch, with: embedders)
            result.embedded += done
            result.failed += batch.count - done
            report(
                StageProgress(
                    stage: stage,
                    done: start + batch.count,
                    total: waiting.count,
                    failed: result.failed
                )
            )
        }
    }

    /// Forgets the vectors of embedders whose file was lost, so that they are made again.
    private func forgetLostVectors(of embedders: [any Embedder]) throws -> [String] {
        try rephrasing { () throws in
            try embedders.filter { try !dataset.store.hasWholeFile($0.id) }.map { embedder in
                try dataset.store.removeEmbeddings(named: embedder.id.name)
                return embedder.id.description
            }
        }
    }

    /// The samples that lack a vector of any of the embedders, by id.
    private func waiting(for embedders: [any Embedder]) throws -> [Sample] {
        try rephrasing { () throws in
            var waiting: [Sample.ID: Sample] = [:]
            for embedder in embedders {
                for sample in try dataset.store.samplesWithoutEmbedding(from: embedder.id) {
                    waiting[sample.id] = sample
                }
            }
            return waiting.values.sorted { $0.id < $1.id }
        }
    }

    /// Embeds a batch and keeps the vectors; answers how many pictures they are of.
    ///
    /// Left out are files that cannot be read, or do not hold the bytes any more that were imported.
    private func embed(_ batch: [Sample], with embedders: PictureEmbedders) throws -> Int {
        let size = PictureEmbedders.pieceSize
        let pieces = stride(from: 0, to: batch.count, by: size).map {
            batch[$0..<min($0 + size, batch.count)]
        }
        let pictures = dataset.pictures
        let outcomes = WorkerPool.map(pieces) { piece in
            Result {
                let read = piece.compactMap { sample in
                    (try? pictures.pixels(of: sample)).map { (sample.id, $0) }
                }
                return (read.map(\.0), try embedders.vectors(of: read.map(\.1)))
            }
        }
        return try rephrasing { () throws in
            let parts = try outcomes.map { try $0.get() }
            let samples = parts.flatMap(\.0)
            try dataset.store.add(embedders.matrices(of: samples, parts.map(\.1)))
            return samples.count
        }
    }
}
