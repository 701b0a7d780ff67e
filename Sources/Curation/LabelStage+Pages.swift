public import CurationCore
import Storage

/// Which labels are listed.
public struct LabelQuery: Sendable, Hashable {
    /// Only of this class.
    public var category: String?
    /// Only in this state; nil for accepted and rejected ones.
    public var state: LabelState?
    /// Only proposals with at least this score, 0 to 1.
    public var minimumScore: Double?
    /// Only proposals with at most this score, 0 to 1.
    public var maximumScore: Double?

    /// Asks for all labels that people gave.
    public init() {}
}

/// A label that was found.
public struct FoundLabel: Sendable, Hashable {
    /// The label.
    public let annotation: Annotation
    /// Where the file of its image is.
    public let path: String
    /// The digest of the bytes of its image.
    public let sha256: ContentDigest
}

extension LabelStage {
    /// Labels by image, a page at a time: what is read does not grow with the data set.
    ///
    /// `annotation` is the name of the last label of the page before; nil for the first page.
    ///
    /// - Throws: `CurationError.input` when there is no label of that name.
    public func page(
        _ query: LabelQuery,
        after annotation: String? = nil,
        limit: Int
    ) throws -> [FoundLabel] {
        try rephrasing { () throws in
            let cursor = try annotation.map { name in
                guard let cursor = try dataset.store.cursor(of: name) else {
                    throw CurationError.input("there is no label \(name)")
                }
                return cursor
            }
            let filter = LabelFilter(
                category: query.category,
                state: query.state,
                minimumScore: query.minimumScore,
                maximumScore: query.maximumScore
            )
            return try dataset.store.labelPage(filter, after: cursor, limit: limit).map {
                FoundLabel(annotation: $0.annotation, path: $0.path, sha256: $0.sha256)
            }
        }
    }
}
