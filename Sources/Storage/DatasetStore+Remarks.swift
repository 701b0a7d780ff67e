package import CurationCore
import GRDB

/// What a person said about an image, beside its labels.
package struct StoredComment: Sendable, Hashable {
    /// The number of the comment.
    package let id: Int64
    /// The image.
    package let sample: Sample.ID
    /// Who said it.
    package let reviewer: String
    /// What was said.
    package let text: String
    /// When, RFC 3339 in UTC.
    package let at: String
}

/// An image that somebody wants looked at again.
package struct StoredFlag: Sendable, Hashable {
    /// The image.
    package let sample: Sample.ID
    /// Who flagged it.
    package let reviewer: String
    /// When, RFC 3339 in UTC.
    package let at: String
}

extension DatasetStore {
    /// Flags images, or takes the flags away.
    ///
    /// - Parameters:
    ///   - samples: The images; of one that is not there nothing is kept.
    ///   - isOn: Whether they are flagged from now on.
    ///   - reviewer: Who says so; who flagged an image first stays.
    ///   - moment: When.
    /// - Returns: How many images changed.
    /// - Throws: `StorageError.database`, `.busy`.
    package func flag(
        _ samples: [Sample.ID],
        isOn: Bool,
        by reviewer: String,
        at moment: Timestamp
    ) throws(StorageError) -> Int {
        try write { database in
            let statement = try database.cachedStatement(
                sql: isOn
                    ? """
                    INSERT OR IGNORE INTO flag (sample, reviewer, at)
                    SELECT id, :reviewer, :at FROM sample WHERE id = :sample
                    """
                    : "DELETE FROM flag WHERE sample = :sample"
            )
            return try samples.count { sample in
                let known: StatementArguments = ["sample": sample]
                let all: StatementArguments = [
                    "sample": sample, "reviewer": reviewer, "at": moment.description,
                ]
                try statement.execute(arguments: isOn ? all : known)
                return database.changesCount == 1
            }
        }
    }

    /// The flags, in the order of the images.
    ///
    /// - Parameter sample: The image; nil for all.
    /// - Returns: The flags of images that are in the data set.
    /// - Throws: `StorageError.database`, `.busy`.
    package func flags(of sample: Sample.ID? = nil) throws(StorageError) -> [StoredFlag] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT flag.* FROM flag JOIN sample ON sample.id = flag.sample AND present = 1
                    \(sample == nil ? "" : "WHERE flag.sample = ?") ORDER BY flag.sample
                    """,
                arguments: StatementArguments(sample.map { [$0] } ?? [])
            ).map { StoredFlag(sample: $0["sample"], reviewer: $0["reviewer"], at: $0["at"]) }
        }
    }

    /// Keeps what a person says about an image.
    package func comment(
        _ text: String,
        on sample: Sample.ID,
        by reviewer: String,
        at moment: Timestamp
    ) throws(StorageError) -> StoredComment {
        try write { database in
            try database.execute(
                sql: "INSERT INTO comment (sample, reviewer, text, at) VALUES (?, ?, ?, ?)",
                arguments: [sample, reviewer, text, moment.description]
            )
            return StoredComment(
                id: database.lastInsertedRowID,
                sample: sample,
                reviewer: reviewer,
                text: text,
                at: moment.description
            )
        }
    }

    /// What people say about images, oldest first.
    ///
    /// - Parameter sample: The image; nil for all.
    /// - Returns: The comments on images that are in the data set.
    /// - Throws: `StorageError.database`, `.busy`.
    package func comments(of sample: Sample.ID? = nil) throws(StorageError) -> [StoredComment] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT comment.* FROM comment
                    JOIN sample ON sample.id = comment.sample AND present = 1
                    \(sample == nil ? "" : "WHERE comment.sample = ?") ORDER BY comment.id
                    """,
                arguments: StatementArguments(sample.map { [$0] } ?? [])
            ).map {
                StoredComment(
                    id: $0["id"],
                    sample: $0["sample"],
                    reviewer: $0["reviewer"],
                    text: $0["text"],
                    at: $0["at"]
                )
            }
        }
    }
}
