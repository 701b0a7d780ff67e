package import CurationCore
import Foundation
import Imaging
package import Inference
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

        enum CodingKeys: String, CodingKey {
            case embedded, skipped, failed, dimension, model, seconds, fallback, remade
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

    /// Pictures a call of the network: beyond this the time a picture does not fall.
    package static let pieceSize = 8
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

    /// Embeds what has no vector of the model yet.
    ///
    /// The descriptor is computed beside the network, at a hundredth of its cost: proposals join both.
    ///
    /// - Throws: `CurationError.component` when a named model is missing; `CancellationError`.
    public func run(_ model: Model = .automatic) throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        let choice = try Self.choose(model)
        var result = Report()
        result.model = choice.embedder.id.description
        result.dimension = choice.embedder.dimension
        result.fallback = choice.fallback
        try embed(with: choice.embedder, into: &result)
        let duration = clock.now - start
        result.seconds = duration / .seconds(1)
        result.imagesPerSecond = Double(result.embedded) / max(result.seconds, 1e-9)
        return result
    }

    /// The embedder, and why it is not a better one; nil when it is what was asked for.
    ///
    /// - Throws: `CurationError.component` when a named model is missing.
    package static func choose(
        _ model: Model
    ) throws -> (embedder: any Embedder, fallback: String?) {
        switch model {
        case .descriptor: return (DescriptorEmbedder(), nil)
        case .automatic:
            let choice = EmbedderChoice(search: .ofThisProcess())
            return (choice.embedder, choice.fallbackReason)
        case .named(let name):
            if name == DescriptorEmbedder().id.name { return (DescriptorEmbedder(), nil) }
            do {
                return (try OnnxEmbedder(name, search: .ofThisProcess()), nil)
            } catch {
                throw CurationError.component("\(error)")
            }
        }
    }

    private func embed(with main: any Embedder, into result: inout Report) throws {
        let descriptor = DescriptorEmbedder()
        let embedders: [any Embedder] =
            main.id == descriptor.id ? [descriptor] : [main, descriptor]
        result.remade = try forgetLostVectors(of: embedders)
        let waiting = try waiting(for: embedders)
        result.skipped =
            try rephrasing { () throws in try dataset.store.sampleCount() } - waiting.count
        let batchSize = Self.pieceSize * Self.piecesPerBatch
        for start in stride(from: 0, to: waiting.count, by: batchSize) {
            try interruption.check()
            let batch = Array(waiting[start..<min(start + batchSize, waiting.count)])
            let done = try keep(try vectors(of: batch, from: embedders), from: embedders)
            result.embedded += done
            result.failed += batch.count - done
            report(
                StageProgress(
                    stage: "embed",
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

    private func vectors(
        of batch: [Sample],
        from embedders: [any Embedder]
    ) throws -> [[EmbeddingMatrix]] {
        let pieces = stride(from: 0, to: batch.count, by: Self.pieceSize).map {
            batch[$0..<min($0 + Self.pieceSize, batch.count)]
        }
        let outcomes = WorkerPool.map(pieces) { piece in
            let pictures = piece.map { ($0.id, $0.path, Optional($0.sha256)) }
            return Result { try Self.embed(pictures, with: embedders) }
        }
        return try rephrasing { () throws in try outcomes.map { try $0.get() } }
    }

    /// Keeps the vectors of a batch; answers how many pictures they are of.
    private func keep(
        _ parts: [[EmbeddingMatrix]],
        from embedders: [any Embedder]
    ) throws -> Int {
        let matrices = embedders.indices.map { index in
            EmbeddingMatrix(
                samples: parts.flatMap { $0[index].samples },
                dimension: embedders[index].dimension,
                values: parts.flatMap { $0[index].values }
            )
        }
        try rephrasing { () throws in
            try dataset.store.add(zip(matrices, embedders).map { ($0, $1.id) })
        }
        return matrices[0].count
    }

    /// The vectors of a few images from each embedder.
    ///
    /// Left out are files that cannot be read, or do not hold the bytes any more that were imported.
    ///
    /// - Throws: `InferenceError` when an embedder cannot be run.
    package static func embed(
        _ pictures: [(id: Sample.ID, path: String, sha256: ContentDigest?)],
        with embedders: [any Embedder]
    ) throws -> [EmbeddingMatrix] {
        let side = embedders.map(\.inputSide).max() ?? 0
        var read: [Sample.ID] = []
        var decoded: [PixelBuffer] = []
        for picture in pictures {
            guard let data = try? Data(contentsOf: URL(filePath: picture.path)) else { continue }
            let bytes = Array(data)
            if let sha256 = picture.sha256, ContentDigest(of: bytes) != sha256 { continue }
            guard let image = try? ImageDecoder().decode(bytes, atLeast: side) else { continue }
            read.append(picture.id)
            decoded.append(image.pixels)
        }
        return try embedders.map { embedder in
            let squares = decoded.map {
                $0.resized(width: embedder.inputSide, height: embedder.inputSide)
            }
            return EmbeddingMatrix(
                samples: read,
                dimension: embedder.dimension,
                values: squares.isEmpty ? [] : try embedder.embed(squares)
            )
        }
    }
}
