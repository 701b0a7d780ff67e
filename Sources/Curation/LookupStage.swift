public import CurationCore
import Similarity
import Storage

/// Looks pictures up by how they look: the nearest of one, and those that are far from all.
public struct LookupStage: Sendable {
    /// A picture that was found.
    public struct Found: Sendable, Codable {
        /// The picture.
        public let id: Sample.ID
        /// Where its file is.
        public let path: String
        /// The cosine similarity for a near one; the mean cosine distance to its neighbours for an
        /// outlier, 0 to 2.
        public let score: Double
    }

    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// The `count` pictures that are nearest to one, nearest first, itself excluded.
    ///
    /// - Parameters:
    ///   - image: The number of the picture, or the path of its file: a text of `PathText`, which
    ///     may be relative.
    ///   - count: How many.
    /// - Returns: The pictures with their similarity.
    /// - Throws: `CurationError.input` when there is no such picture or it has no vector.
    public func similar(to image: String, count: Int) throws -> [Found] {
        try rephrasing { () throws in
            let paths = try paths()
            var absolute = AbsolutePaths()
            let file = PathText.text(of: absolute.path(PathText.bytes(of: image)))
            let id = Int64(image) ?? paths.first { ExactText($0.value) == ExactText(file) }?.key
            guard let id, let path = paths[id] else {
                throw CurationError.input(
                    "no picture '\(PathText.printable(image))': name it by its number or path"
                )
            }
            guard let embedder = try dataset.mainEmbedder(),
                let vector = try dataset.store.vectors(from: embedder.id).vector(of: id)
            else {
                throw CurationError.input(
                    "\(PathText.printable(path)) has no vector yet: run `winnow embed` first"
                )
            }
            let matrix = try dataset.store.embeddings(from: embedder.id)
            let query = EmbeddingMatrix(
                samples: [id],
                dimension: embedder.dimension,
                values: vector
            )
            let graph = try ExactSearch().search(queries: query, in: matrix, k: count + 1)
            return graph.neighbors.filter { matrix.samples[$0.row] != id }.prefix(count).map {
                let near = matrix.samples[$0.row]
                return Found(id: near, path: paths[near] ?? "", score: Double($0.similarity))
            }
        }
    }

    /// The pictures that are farthest from their nearest neighbours, farthest first.
    ///
    /// - Throws: `CurationError.input` before anything was clustered.
    public func outliers(count: Int) throws -> [Found] {
        try rephrasing { () throws in
            let samples = try dataset.store.clusterMembers().map(\.sample)
            let graph = try dataset.store.neighborGraph(of: samples)
            guard graph.k > 0 else {
                throw CurationError.input("no neighbours are known: run `winnow cluster` first")
            }
            let paths = try paths()
            return zip(samples, Outliers.scores(of: graph))
                .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
                .prefix(count)
                .map { Found(id: $0.0, path: paths[$0.0] ?? "", score: $0.1) }
        }
    }

    private func paths() throws -> [Sample.ID: String] {
        Dictionary(uniqueKeysWithValues: try dataset.samples().map { ($0.id, $0.path) })
    }
}
