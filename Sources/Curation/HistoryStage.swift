public import CurationCore
import Foundation
import Storage

/// One act of the log, as `winnow history` prints it.
public struct Batch: Sendable, Codable {
    /// The name: `b-17`.
    public let batch: String
    /// `import`, `predict`, `review`, `label`, `classes`, `membership`, `fields`, `switch`, `restore`,
    /// `merge`, `undo`, `forget`.
    public let kind: String
    /// Who did it.
    public let author: String
    /// When, RFC 3339 in UTC.
    public let at: String
    /// Why, in the author's words.
    public let message: String?
    /// How many labels it added, changed or ended.
    public let labels: Int
    /// The batch that it undoes.
    public let undoes: String?
    /// The batch that undid it.
    public let undoneBy: String?
    /// What else it says of itself: settings of a model, names of classes.
    public let details: [String: String]

    enum CodingKeys: String, CodingKey {
        case batch, kind, author, at, message, labels, undoes, details
        case undoneBy = "undone_by"
    }

    init(_ change: LoggedChange) {
        batch = "b-\(change.id)"
        kind = change.kind.rawValue
        author = change.author
        at = change.at
        message = change.payload["message"]
        labels = change.labels
        undoes = change.undoes.map { "b-\($0)" }
        undoneBy = change.undoneBy.map { "b-\($0)" }
        details = change.payload.filter { $0.key != "message" && $0.key != "decision" }
    }
}

/// What undoing or redoing a batch did.
public struct UndoReport: Sendable, Codable {
    /// The batch that was undone.
    public let undone: String
    /// The batch that did it, which can be undone itself.
    public let batch: String
    /// What the undone batch was.
    public let kind: String
    /// How many labels, images, classes, fields and rules are as they were before.
    public let restored: Int
    /// How many were left, since something newer changed them.
    public let skipped: Int
    /// The branch that is in use since, where that changed: the batch was a switch.
    public let branch: String?

    init(_ outcome: UndoOutcome) {
        undone = "b-\(outcome.batch)"
        batch = "b-\(outcome.change)"
        kind = outcome.kind.rawValue
        restored = outcome.restored
        skipped = outcome.skipped
        branch = outcome.branch
    }
}

/// One revision of a label, as `winnow blame` prints it.
public struct BlameLine: Sendable, Encodable {
    /// The name of the label: `a-17`.
    public let annotation: String
    /// What was said.
    public let label: Label
    /// `accepted`, `rejected` or `removed`.
    public let state: String
    /// Who said it.
    public let source: String
    /// Who wrote it, when, and in which batch.
    public let by: Batch
    /// The first version that holds it; nil while none does.
    public let version: ContentDigest?

    init(_ revision: LabelRevision) {
        annotation = "a-\(revision.object)"
        label = revision.label
        state = revision.state
        source = revision.source
        by = Batch(revision.change)
        version = revision.version
    }
}

/// Where a label comes from: every step, from the model that proposed it to what it is now.
public struct Lineage: Sendable, Encodable {
    /// A review in which the label was decided.
    public struct Decided: Sendable, Encodable {
        /// The item, `r-17`.
        public let item: String
        /// Why a person was asked.
        public let reason: ReviewReason
        /// Who was asked.
        public let reviewer: String
        /// What was decided.
        public let decision: Decision
        /// When.
        public let at: String
        /// How many images were decided together.
        public let images: Int
        /// What was proposed, best first.
        public let proposals: [ReviewItem.Proposal]
        /// The models of the proposals.
        public let models: [Model]
    }

    /// A model that proposed.
    public struct Model: Sendable, Encodable {
        /// `name@digest`.
        public let model: String
        /// The whole digest of its parameters.
        public let digest: ContentDigest
        /// When it was made.
        public let at: String
        /// What it was made from.
        public let parameters: [String: String]
    }

    /// A revision and, where it came from a review, that.
    public struct Step: Sendable, Encodable {
        /// The revision.
        public let revision: BlameLine
        /// The review; nil where there was none.
        public let review: Decided?
    }

    /// The name of the label.
    public let annotation: String
    /// Its revisions, newest first.
    public let chain: [Step]
}

/// Reads the log, and takes batches of it back.
public struct HistoryStage: Sendable {
    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// The newest acts of the log, newest first.
    ///
    /// - Throws: `CurationError.storage`.
    public func batches(limit: Int) throws -> [Batch] {
        try rephrasing { () throws in try dataset.store.changes(limit: limit).map(Batch.init) }
    }

    /// Takes a batch back, however long ago it was; nil stands for the newest that can be.
    ///
    /// What something newer changed is left as it is.
    ///
    /// - Throws: `CurationError.input` when there is no such batch, or it cannot be undone.
    public func undo(
        _ batch: String?,
        author: String,
        message: String = "",
        at moment: Timestamp = .now
    ) throws -> UndoReport {
        try rephrasing { () throws in
            UndoReport(
                try dataset.store.undo(
                    batch: try number(batch),
                    author: author,
                    message: message,
                    at: moment
                )
            )
        }
    }

    /// Does again what was undone; nil stands for the batch that was undone last.
    ///
    /// - Throws: `CurationError.input` when there is no such batch, or it was not undone.
    public func redo(
        _ batch: String?,
        author: String,
        message: String = "",
        at moment: Timestamp = .now
    ) throws -> UndoReport {
        try rephrasing { () throws in
            UndoReport(
                try dataset.store.redo(
                    batch: try number(batch),
                    author: author,
                    message: message,
                    at: moment
                )
            )
        }
    }

    private func number(_ batch: String?) throws -> Int64? {
        guard let batch else { return nil }
        let digits = batch.hasPrefix("b-") ? batch.dropFirst(2) : batch[...]
        guard let number = Int64(digits), number > 0 else {
            throw CurationError.input(
                "'\(batch)' is no batch: `winnow history` lists them as b-1, b-2 and so on"
            )
        }
        return number
    }

    /// Every revision of every label of an image, by label, newest first.
    ///
    /// - Throws: `CurationError.storage`.
    public func blame(_ sample: Sample.ID) throws -> [BlameLine] {
        try rephrasing { () throws in
            try dataset.store.revisions(of: sample).flatMap(\.self).map(BlameLine.init)
        }
    }

    /// Where the labels of an image come from that a version has, as PROV-JSON: the same bytes each time,
    /// whatever is done after the version was made.
    func provenance(of sample: Sample.ID, at version: Version) throws -> [UInt8] {
        try rephrasing { () throws in
            let lineages = try dataset.store.revisions(of: sample, at: version).map { revisions in
                Lineage(
                    annotation: "a-\(revisions.first?.object ?? 0)",
                    chain: try revisions.map { revision in
                        Lineage.Step(
                            revision: BlameLine(revision),
                            review: try dataset.store.decidedTask(of: revision.change.id)
                                .map(Lineage.Decided.init)
                        )
                    }
                )
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(ProvenanceDocument(of: lineages)))
        }
    }

    /// Where a label comes from.
    ///
    /// `annotation`: Its name, `a-17`, as `winnow labels` and `winnow blame` print it.
    /// - Throws: `CurationError.input` when there is none.
    public func why(_ annotation: String) throws -> Lineage {
        try rephrasing { () throws in
            guard annotation.hasPrefix("a-"), let object = Int64(annotation.dropFirst(2)) else {
                throw CurationError.input(
                    "'\(annotation)' is no label: `winnow labels --json` and `winnow blame` name "
                        + "them a-1, a-2 and so on"
                )
            }
            let revisions = try dataset.store.revisions(ofLabel: object)
            guard !revisions.isEmpty else {
                throw CurationError.input("there is no label \(annotation)")
            }
            let chain = try revisions.map { revision in
                Lineage.Step(
                    revision: BlameLine(revision),
                    review: try dataset.store.decidedTask(of: revision.change.id)
                        .map(Lineage.Decided.init)
                )
            }
            return Lineage(annotation: annotation, chain: chain)
        }
    }
}

extension Lineage.Decided {
    init(_ task: DecidedTask) {
        item = "r-\(task.item)"
        reason = task.reason
        reviewer = task.reviewer
        decision = task.decision
        at = task.at
        images = task.images
        proposals = task.proposals
        models = task.models.map { model, createdAt in
            Lineage.Model(
                model: model.source,
                digest: model.digest,
                at: createdAt,
                parameters: model.parameters
            )
        }
    }
}
