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
    /// The labels of now and the proposals, by sample; of a sample first the labels, by age.
    package func annotations(
        of sample: Sample.ID? = nil
    ) throws(StorageError) -> [Annotation] {
        try read { database in
            let labels = try Self.currentLabels(of: sample, in: database)
            let proposals = try Self.openProposals(of: sample, in: database)
            return merged(labels, proposals)
        }
    }

    /// What people accepted or refused, by sample and then by age.
    package func reviewedAnnotations() throws(StorageError) -> [Annotation] {
        try read { try Self.currentLabels(of: nil, in: $0) }
    }

    private static func currentLabels(
        of sample: Int64?,
        in database: Database
    ) throws -> [Annotation] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT annotation.*, category.name AS categoryName
                FROM currentLabel JOIN annotation ON annotation.id = currentLabel.revision
                JOIN category ON category.id = annotation.category
                JOIN sample ON sample.id = currentLabel.sample
                WHERE currentLabel.state <> 'removed' AND sample.present = 1
                    \(sample == nil ? "" : "AND currentLabel.sample = ?")
                ORDER BY currentLabel.sample, currentLabel.object
                """,
            arguments: StatementArguments(sample.map { [$0] } ?? [])
        ).map { row in
            Annotation(
                id: "a-\(row["object"] as Int64)",
                sample: row["sample"],
                label: try Label(row),
                source: row["source"],
                state: try row.value("state"),
                score: nil
            )
        }
    }

    /// The proposals of the runs that count, for images that nobody has decided.
    private static func openProposals(
        of sample: Int64?,
        in database: Database
    ) throws -> [Annotation] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT prediction.*, predictionRun.source, category.name AS categoryName
                FROM predictionRun CROSS JOIN prediction ON prediction.run = predictionRun.run
                JOIN category ON category.id = prediction.category
                JOIN sample ON sample.id = prediction.sample
                WHERE predictionRun.retiredBy IS NULL AND category.present = 1
                    AND sample.present = 1 AND sample.decided = 0
                    \(sample == nil ? "" : "AND prediction.sample = ?")
                    AND NOT EXISTS (
                        SELECT 1 FROM currentLabel
                        WHERE currentLabel.sample = prediction.sample
                            AND currentLabel.state = 'rejected'
                            AND currentLabel.category = prediction.category)
                ORDER BY prediction.sample, prediction.run, prediction.position
                """,
            arguments: StatementArguments(sample.map { [$0] } ?? [])
        ).map { row in
            let (run, sample, position): (Int64, Int64, Int64) = (
                row["run"], row["sample"], row["position"]
            )
            return Annotation(
                id: "p-\(run)-\(sample)-\(position)",
                sample: sample,
                label: try Label(row),
                source: row["source"],
                state: .proposed,
                score: row["score"]
            )
        }
    }

    /// Both lists as one, by sample.
    private func merged(_ labels: [Annotation], _ proposals: [Annotation]) -> [Annotation] {
        var all: [Annotation] = []
        all.reserveCapacity(labels.count + proposals.count)
        var rest = proposals[...]
        for label in labels {
            while let next = rest.first, next.sample < label.sample {
                all.append(next)
                rest = rest.dropFirst()
            }
            all.append(label)
        }
        return all + rest
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
            batch.predictions = predictions
            let change = try batch.append(to: database)
            try PredictionRuns.retire(by: change, in: database)
            return change
        }
    }

    /// Gives images labels, or takes them away, without a review.
    ///
    /// `labels`: For each image all its labels; none takes them away.
    /// `author`: Who says so.
    /// `message`: Why.
    /// - Returns: The number of the change; nil where nothing differs from what is.
    @discardableResult
    package func label(
        _ labels: [(sample: Sample.ID, labels: [Label])],
        author: String,
        message: String,
        at moment: Timestamp
    ) throws(StorageError) -> Int64? {
        try write { database in
            var batch = LabelBatch(kind: .label, author: author, at: moment)
            if !message.isEmpty { batch.payload["message"] = message }
            let names = try Self.categoryIDs(in: database)
            for (sample, labels) in labels {
                let current = try AnnotationTable.current(of: sample, in: database)
                batch.revisions += try LabelRevisions(current, categories: names)
                    .replacing(sample, with: labels, source: author)
            }
            let samples = labels.map(\.sample)
            let isAsked = try Self.hasOpenConflict(samples, in: database)
            guard !batch.isEmpty || isAsked else { return nil }
            let change = try batch.append(to: database)
            try Self.resolveConflicts(of: samples, by: change, in: database)
            return change
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

    /// The numbers of the classes of now, by name.
    static func categoryIDs(in database: Database) throws -> [String: Int64] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT name, id FROM category WHERE present = 1"
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0["name"], $0["id"]) })
    }

    private static func hasOpenConflict(_ samples: [Int64], in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM conflict WHERE sample = ? AND resolvedBy IS NULL)
                """
        )
        return try samples.contains { try Bool.fetchOne(statement, arguments: [$0]) ?? false }
    }

    static func resolveConflicts(
        of samples: [Int64],
        by change: Int64,
        in database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: "UPDATE conflict SET resolvedBy = ? WHERE sample = ? AND resolvedBy IS NULL"
        )
        for sample in samples { try statement.execute(arguments: [change, sample]) }
    }
}
