public import CurationCore
public import Foundation
import Inference
import Storage

/// An opened data set: one folder with its database, vectors and thumbnails.
public final class Dataset: Sendable {
    /// The folder.
    public let folder: URL
    let store: DatasetStore
    /// Reads its pictures again.
    let pictures: PictureReader

    /// Opens the data set in `folder`.
    ///
    /// - Throws: `CurationError.input` when there is none; `.busy`, `.storage`.
    public init(opening folder: URL) throws {
        self.folder = folder
        pictures = PictureReader(folder: folder)
        store = try rephrasing { () throws in
            try DatasetStore(opening: folder.standardizedFileURL)
        }
    }

    /// Makes a data set in `folder`.
    ///
    /// - Throws: `CurationError.output` when there is one already.
    public init(creating folder: URL, schema: LabelSchema, at moment: Timestamp = .now) throws {
        self.folder = folder
        pictures = PictureReader(folder: folder)
        store = try rephrasing { () throws in
            try DatasetStore(
                creating: folder.standardizedFileURL,
                schema: schema,
                at: moment
            )
        }
    }

    /// Whether there is a data set in `folder`.
    public static func exists(in folder: URL) -> Bool {
        DatasetStore.isMade(in: folder)
    }

    /// What a data set is called that nobody named.
    public static let defaultName = "winnow-dataset"

    /// The nearest folder that is a data set: `start` or its `winnow-dataset`, or so for a folder
    /// above.
    public static func nearest(to start: URL) -> URL? {
        var folder = start.standardizedFileURL
        while true {
            for candidate in [folder, folder.appending(path: defaultName)]
            where exists(in: candidate) {
                return candidate
            }
            let parent = folder.deletingLastPathComponent().standardizedFileURL
            guard parent.path != folder.path, folder.path != "/" else { return nil }
            folder = parent
        }
    }

    /// The number of the database schema that this release writes.
    public static let schemaVersion = DatasetStore.schemaVersion

    /// The name, the kind of labels and the classes.
    ///
    /// - Throws: `CurationError.storage`.
    public func schema() throws -> (name: String, schema: LabelSchema) {
        try rephrasing { () throws in try store.schema() }
    }

    /// Refuses what is about classes of whole pictures where the data set carries things in them.
    ///
    /// `what`: What is asked for, as the message begins.
    func checkIsOfClasses(_ what: String) throws {
        guard try schema().schema.task == .classification else {
            throw CurationError.badData(
                "\(what) is about classes of whole pictures, and this data set carries things in them"
            )
        }
    }

    /// How many images there are.
    ///
    /// - Throws: `CurationError.storage`.
    public func sampleCount() throws -> Int {
        try rephrasing { () throws in try store.sampleCount() }
    }

    /// All images, by id.
    ///
    /// - Throws: `CurationError.storage`.
    public func samples() throws -> [Sample] {
        try rephrasing { () throws in try store.samples() }
    }

    /// The files that could not be imported, by path.
    ///
    /// - Throws: `CurationError.storage`.
    public func failures() throws -> [ImportFailure] {
        try rephrasing { () throws in try store.failures() }
    }

    /// The labels of now, by sample.
    ///
    /// - Throws: `CurationError.storage`.
    public func annotations() throws -> [Sample.ID: [Annotation]] {
        try rephrasing { () throws in
            Dictionary(grouping: try store.annotations(), by: \.sample)
        }
    }

    /// The embedder whose vectors stand for the pictures: the first that is not the descriptor, else
    /// the descriptor; nil before anything was embedded.
    func mainEmbedder() throws -> StoredEmbedder? {
        let all = try rephrasing { () throws in try store.embedders() }
            .filter {
                $0.id.name != ReviewFeatures.name
                    && !PictureEmbedders.viewNames.contains($0.id.name)
            }
        return all.first { $0.id.name != DescriptorEmbedder().id.name } ?? all.first
    }

    /// The groups of copies that the last clustering found.
    ///
    /// - Throws: `CurationError.storage`.
    public func duplicates() throws -> [DuplicateGroup] {
        try rephrasing { () throws in try store.duplicates() }
    }

    /// The last clustering, by sample; cluster -1 is noise.
    ///
    /// - Throws: `CurationError.storage`.
    public func clusterMembers() throws -> [ClusterMember] {
        try rephrasing { () throws in
            try store.clusterMembers().map {
                ClusterMember(id: $0.sample, cluster: $0.cluster, probability: $0.probability)
            }
        }
    }
}

/// A sample and the cluster that it belongs to.
public struct ClusterMember: Sendable, Hashable, Codable {
    /// The sample.
    public let id: Sample.ID
    /// The cluster, from 0; -1 is noise.
    public let cluster: Int
    /// How surely it belongs there, 0 to 1.
    public let probability: Double
}
