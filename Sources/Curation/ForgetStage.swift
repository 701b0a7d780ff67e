public import CurationCore
import Foundation
import Storage

/// Erases pictures from the data set and all its versions.
public struct ForgetStage: Sendable {
    /// What was erased.
    public struct Report: Sendable, Codable {
        /// The batch of the log, which cannot be undone.
        public let batch: String
        /// The numbers of the pictures.
        public let forgotten: [Sample.ID]
        /// How many files of the data set were removed: thumbnails and copies.
        public let filesRemoved: Int
        /// Whether the data set holds none of it; not so while another process has it open.
        public let clean: Bool

        enum CodingKeys: String, CodingKey {
            case batch, forgotten, clean
            case filesRemoved = "files_removed"
        }
    }

    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// The pictures that forgetting these would erase: themselves, and all with the same bytes.
    ///
    /// - Throws: `CurationError.storage`.
    public func images(_ samples: [Sample.ID]) throws -> [Sample] {
        try rephrasing { () throws in try dataset.store.withCopies(samples) }
    }

    /// Erases pictures, and all with the same bytes.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    public func run(
        _ samples: [Sample.ID],
        author: String,
        message: String = "",
        at moment: Timestamp = .now
    ) throws -> Report {
        try rephrasing { () throws in
            let all = try dataset.store.withCopies(samples)
            let outcome = try dataset.store.forget(
                all,
                author: author,
                message: message,
                at: moment
            )
            try ObjectPool.remove(from: dataset.folder)
            let files = DatasetFiles(folder: dataset.folder)
            var removed = 0
            for digest in outcome.digests {
                for path in [files.thumbnail(of: digest), files.copy(of: digest)]
                where FileManager.default.fileExists(atPath: path) {
                    try FileManager.default.removeItem(atPath: path)
                    removed += 1
                }
            }
            return Report(
                batch: "b-\(outcome.change)",
                forgotten: outcome.samples,
                filesRemoved: removed,
                clean: outcome.isClean
            )
        }
    }
}
