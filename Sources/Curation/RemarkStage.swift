public import CurationCore
import Storage

/// What people say about a picture beside its labels.
public struct RemarkReport: Sendable, Codable {
    /// A comment on a picture.
    public struct Comment: Sendable, Codable {
        /// Who said it.
        public let reviewer: String
        /// What was said.
        public let text: String
        /// When, RFC 3339 in UTC.
        public let at: String

        init(_ comment: StoredComment) {
            self.init(reviewer: comment.reviewer, text: comment.text, at: comment.at)
        }

        /// Describes a comment.
        public init(reviewer: String, text: String, at: String) {
            self.reviewer = reviewer
            self.text = text
            self.at = at
        }
    }

    /// The picture.
    public let id: Sample.ID
    /// Where its file is.
    public let path: String
    /// Who wants it looked at again; nil when nobody does.
    public let flaggedBy: String?
    /// What was said, oldest first.
    public let comments: [Comment]

    enum CodingKeys: String, CodingKey {
        case id, path, comments
        case flaggedBy = "flagged_by"
    }
}

/// Flags on pictures, and comments: they change no label.
public struct RemarkStage: Sendable {
    private static let longestComment = 4000

    let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// Flags pictures, or takes the flags away.
    ///
    /// - Returns: How many pictures changed.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    public func flag(
        _ samples: [Sample.ID],
        isOn: Bool = true,
        by reviewer: String,
        at now: Timestamp = .now
    ) throws -> Int {
        try rephrasing { () throws in
            try dataset.store.flag(samples, isOn: isOn, by: reviewer, at: now)
        }
    }

    /// Keeps what a person says about a picture.
    ///
    /// - Throws: `CurationError.badData` for a text that is blank or longer than 4,000 characters;
    ///   `.input` where there is no such picture; `.busy`, `.storage`.
    public func comment(
        _ text: String,
        on sample: Sample.ID,
        by reviewer: String,
        at now: Timestamp = .now
    ) throws -> RemarkReport.Comment {
        guard text.contains(where: { !$0.isWhitespace }),
            text.unicodeScalars.count <= Self.longestComment, !text.unicodeScalars.contains("\0")
        else {
            throw CurationError.badData(
                "a comment has from 1 to \(Self.longestComment) characters, not all of them blank "
                    + "and none of them U+0000"
            )
        }
        return try rephrasing { () throws in
            guard try !dataset.store.samples([sample]).isEmpty else {
                throw CurationError.input("there is no image \(sample)")
            }
            return RemarkReport.Comment(
                try dataset.store.comment(text, on: sample, by: reviewer, at: now)
            )
        }
    }

    /// The pictures that carry a flag or a comment, in their order.
    ///
    /// - Throws: `CurationError.storage`.
    public func remarks() throws -> [RemarkReport] {
        try rephrasing { () throws in
            let flags = Dictionary(
                try dataset.store.flags().map { ($0.sample, $0.reviewer) },
                uniquingKeysWith: { $1 }
            )
            let comments = Dictionary(grouping: try dataset.store.comments(), by: \.sample)
            let samples = Set(flags.keys).union(comments.keys).sorted()
            return try dataset.store.samples(samples).map { sample in
                RemarkReport(
                    id: sample.id,
                    path: sample.path,
                    flaggedBy: flags[sample.id],
                    comments: (comments[sample.id] ?? []).map(RemarkReport.Comment.init)
                )
            }
        }
    }
}
