import CurationCore
import Similarity
import Storage

/// Finds the nearest neighbours, the groups of copies, and the clusters.
public struct ClusterStage: Sendable {
    /// What clustering found.
    public struct Report: Sendable, Codable {
        /// Images that have a vector.
        public let images: Int
        /// Clusters.
        public let clusters: Int
        /// Images that belong to none.
        public let noise: Int
        /// Neighbours kept of each image.
        public let neighbors: Int
        /// Groups of images with the same bytes.
        public let exactGroups: Int
        /// Groups of images that are copies, saved another way.
        public let nearGroups: Int
        /// How long it took.
        public let seconds: Double
        /// Images handled a second.
        public let imagesPerSecond: Double

        enum CodingKeys: String, CodingKey {
            case images, clusters, noise, neighbors, seconds
            case exactGroups = "exact_groups"
            case nearGroups = "near_groups"
            case imagesPerSecond = "images_per_second"
        }
    }

    /// Enough for clusters that hold together; more would join what is only alike by chance.
    package static let neighborCount = 15

    private let dataset: Dataset
    private let interruption: Interruption

    /// Creates the stage.
    public init(dataset: Dataset, interruption: Interruption = Interruption()) {
        self.dataset = dataset
        self.interruption = interruption
    }

    /// Computes and keeps neighbours, copies and clusters anew.
    ///
    /// - Parameters:
    ///   - granularity: 1.5 is natural; larger gives more and smaller clusters.
    ///   - seed: The same seed gives the same clusters.
    /// - Returns: What was found.
    /// - Throws: `CurationError.input` before anything was embedded; `CancellationError`.
    public func run(granularity: Double = 1.5, seed: UInt64 = 0) throws -> Report {
        let clock = ContinuousClock()
        let start = clock.now
        guard let embedder = try dataset.mainEmbedder() else {
            throw CurationError.input("no picture has a vector yet: run `winnow embed` first")
        }
        return try rephrasing { () throws in
            let matrix = try dataset.store.embeddings(from: embedder.id)
            let graph = try ExactSearch(loop: WorkerPool.loopRunner(interruption))
                .graph(of: matrix, k: Self.neighborCount)
            let clustering =
                graph.k > 0
                ? LeidenClustering(granularity: granularity, seed: seed).cluster(graph)
                : .noise(count: matrix.count)
            let measured = try dataset.store.metrics()
            let found = Deduplication().groups(
                of: measured.map(\.sample),
                metrics: Dictionary(
                    uniqueKeysWithValues: measured.map { ($0.sample.id, $0.metrics) }
                ),
                embeddings: matrix
            )
            let groups = try SamePixels(pictures: dataset.pictures, interruption: interruption)
                .check(found, samples: measured.map(\.sample))
            try dataset.store.replaceNeighbors(graph, samples: matrix.samples)
            try dataset.store.replaceClustering(clustering, samples: matrix.samples)
            try dataset.store.replaceDuplicates(groups)
            let seconds = (clock.now - start) / .seconds(1)
            return Report(
                images: matrix.count,
                clusters: clustering.clusterCount,
                noise: clustering.assignments.count { $0 < 0 },
                neighbors: graph.k,
                exactGroups: groups.count { $0.kind == .exact },
                nearGroups: groups.count { $0.kind == .near },
                seconds: seconds,
                imagesPerSecond: Double(matrix.count) / max(seconds, 1e-9)
            )
        }
    }
}

extension Clustering {
    /// Rows that belong to no cluster, as in a set that is too small to have any.
    fileprivate static func noise(count: Int) -> Clustering {
        Clustering(
            assignments: [Int](repeating: -1, count: count),
            probabilities: [Float](repeating: 0, count: count),
            clusterCount: 0
        )
    }
}

extension WorkerPool {
    /// The loops of a stage on all cores, given up when somebody asks to stop.
    static func loopRunner(_ interruption: Interruption) -> LoopRunner {
        LoopRunner { count, piece throws(CancellationError) in
            forEach(count) { if !interruption.isAsked { piece($0) } }
            if interruption.isAsked { throw CancellationError() }
        }
    }
}
