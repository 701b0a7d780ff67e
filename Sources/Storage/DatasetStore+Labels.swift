package import CurationCore
import FoundationEssentials
import GRDB

/// A model that proposed labels, with what is needed to name it again.
package struct StoredModel: Sendable, Hashable {
    /// The short name: `classifier`, `neighbors`.
    package let name: String
    /// The digest of its parameters.
    package let digest: ContentDigest
    /// How it was made: settings, counts, the embedder.
    package let parameters: [String: String]

    /// Describes a model.
    package init(name: String, digest: ContentDigest, parameters: [String: String]) {
        self.name = name
        self.digest = digest
        self.parameters = parameters
    }

    /// The name by which its labels say where they come from: `classifier@3f2a91bc`.
    package var source: String { "\(name)@\(digest.hex.prefix(8))" }
}

extension DatasetStore {
    /// The labels of now, by sample and then by age.
    package func annotations(
        of sample: Sample.ID? = nil
    ) throws(StorageError) -> [Annotation] {
        try read { try Self.annotations(of: sample, in: $0) }
    }

    /// What people accepted or refused, by sample and then by age.
    package func reviewedAnnotations() throws(StorageError) -> [Annotation] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT annotation.*, category.name AS categoryName
                    FROM annotation JOIN category ON category.id = annotation.category
                    WHERE retiredBy IS NULL AND state <> 'proposed'
                    ORDER BY annotation.sample, annotation.id
                    """
            ).map { try Annotation($0) }
        }
    }

    static func annotations(of sample: Int64?, in database: Database) throws -> [Annotation] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT annotation.*, category.name AS categoryName
                FROM annotation JOIN category ON category.id = annotation.category
                WHERE retiredBy IS NULL \(sample == nil ? "" : "AND annotation.sample = ?")
                ORDER BY annotation.sample, annotation.id
                """,
            arguments: StatementArguments(sample.map { [$0] } ?? [])
        ).map { try Annotation($0) }
    }

    /// Replaces all proposed labels by those of a model.
    ///
    /// - Returns: The number of the change.
    @discardableResult
    package func replaceProposals(
        _ predictions: [Prediction],
        model: StoredModel,
        at moment: Timestamp
    ) throws(StorageError) -> Int64 {
        try write { database in
            try Self.keep(model, at: moment, in: database)
            var batch = LabelBatch(kind: .predict, author: model.source, at: moment)
            batch.payload = model.parameters
            batch.payload["model"] = "\(model.name)@\(model.digest)"
            batch.retired = try Int64.fetchAll(
                database,
                sql: "SELECT id FROM annotation WHERE retiredBy IS NULL AND state = 'proposed'"
            )
            batch.added = predictions.map {
                NewAnnotation(
                    sample: $0.sample,
                    label: $0.label,
                    state: .proposed,
                    score: $0.score,
                    source: model.source
                )
            }
            return try batch.append(to: database)
        }
    }

    /// Keeps what is needed to name a model again.
    package func keep(_ model: StoredModel, at moment: Timestamp) throws(StorageError) {
        try write { try Self.keep(model, at: moment, in: $0) }
    }

    static func keep(_ model: StoredModel, at moment: Timestamp, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO model (name, digest, parameters, createdAt) VALUES (?, ?, ?, ?)
                """,
            arguments: [
                model.name, model.digest.hex, try CanonicalText.json(model.parameters),
                moment.description,
            ]
        )
    }
}
