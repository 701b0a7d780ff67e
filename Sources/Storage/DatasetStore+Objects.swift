package import CurationCore
import GRDB

extension DatasetStore {
    /// The images of which somebody said where all things are: by deciding the whole image, or by labels
    /// that came otherwise than by a review.
    ///
    /// A label that was accepted among crops of several images says nothing of what else is there, nor does
    /// an opinion that changed nothing, once the decision that it stood beside was taken back.
    package func finishedSamples() throws(StorageError) -> Set<Sample.ID> {
        try read { database in
            try Set(
                Int64.fetchAll(
                    database,
                    sql: """
                        SELECT reviewTaskSample.sample FROM review
                        JOIN reviewTask ON reviewTask.id = review.task
                        JOIN reviewTaskSample ON reviewTaskSample.task = review.task
                        JOIN sample ON sample.id = reviewTaskSample.sample
                        WHERE review.undoneBy IS NULL AND review.decision <> 'skip' AND sample.present = 1
                            AND reviewTask.reason <> 'cluster' AND reviewTask.conflict IS NULL
                            AND (review.label IS NULL OR sample.decided = 1)
                            AND (reviewTask.purpose IN ('decide', 'adjudication') OR EXISTS (
                                SELECT 1 FROM change JOIN change AS earlier ON earlier.id = change.id - 1
                                WHERE change.id = review.change
                                    AND change.lastAnnotation > earlier.lastAnnotation))
                        UNION
                        SELECT currentLabel.sample FROM currentLabel
                        JOIN annotation ON annotation.id = currentLabel.revision
                        LEFT JOIN annotation AS first ON first.id = annotation.origin
                        JOIN change ON change.id = coalesce(first.change, annotation.change)
                        JOIN sample ON sample.id = currentLabel.sample AND sample.present = 1
                        WHERE currentLabel.state = 'accepted' AND change.kind <> 'review'
                            AND annotation.kind <> 'classification'
                        """
                )
            )
        }
    }

    /// What the newest run of proposals that stands put on images, whether somebody decided them, or
    /// another run took its place.
    ///
    /// - Parameters:
    ///   - model: The name of the model.
    ///   - isOther: Whether runs of all other models are meant.
    /// - Returns: The proposals in the order of their images, and the parameters of the model; nil
    ///   before the first run.
    /// - Throws: `StorageError.database`, `.busy`.
    package func newestRun(
        of model: String,
        isOther: Bool = false
    ) throws(StorageError) -> (proposals: [Annotation], parameters: [String: String])? {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT predictionRun.run, predictionRun.source, change.payload FROM predictionRun
                    JOIN change ON change.id = predictionRun.run
                    WHERE change.kind = 'predict' AND (source LIKE :model || '@%') <> :other
                    ORDER BY predictionRun.run DESC
                    """,
                arguments: ["model": model, "other": isOther]
            )
            var newest: Row?
            while newest == nil, let row = try rows.next() {
                if try Self.standingUndo(of: row["run"], in: database) == nil {
                    newest = row.copy()
                }
            }
            guard let row = newest else { return nil }
            let proposals = try Self.proposals(of: row["run"], source: row["source"], in: database)
            return (proposals, try Self.payload(row["payload"]))
        }
    }

    /// The parameters of the runs that count and that a prediction would take the place of.
    package func parametersOfRuns() throws(StorageError) -> [[String: String]] {
        try read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT change.payload FROM predictionRun
                    JOIN change ON change.id = predictionRun.run
                    WHERE retiredBy IS NULL AND change.kind IN ('predict', 'import')
                    """
            ).map { try Self.payload($0) }
        }
    }

    private static func proposals(
        of run: Int64,
        source: String,
        in database: Database
    ) throws -> [Annotation] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT prediction.*, category.name AS categoryName FROM prediction
                JOIN category ON category.id = prediction.category
                JOIN sample ON sample.id = prediction.sample
                WHERE prediction.run = ? AND category.present = 1 AND sample.present = 1
                ORDER BY prediction.sample, prediction.position
                """,
            arguments: [run]
        ).map { row in
            let (sample, position): (Int64, Int64) = (row["sample"], row["position"])
            return Annotation(
                id: "p-\(run)-\(sample)-\(position)",
                sample: sample,
                label: try Label(row),
                source: source,
                state: .proposed,
                score: row["score"]
            )
        }
    }
}
