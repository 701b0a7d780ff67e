import CurationCore
import GRDB

/// A row of `annotation`: one revision of a label.
struct AnnotationRow: LoggedRow {
    /// How far the label has come with the revision.
    enum State: String {
        case accepted, rejected, removed
    }

    let id: Int64
    let object: Int64
    let sample: Int64
    let content: LabelContent
    let state: State
    let source: String
    let prior: Int64?
    let origin: Int64?

    static let section = LogSection.annotation

    init(id: Int64, _ draft: RevisionDraft, content: LabelContent) {
        self.id = id
        object = draft.prior?.object ?? id
        sample = draft.sample
        self.content = content
        state = draft.state
        source = draft.source
        prior = draft.prior?.id
        origin = draft.origin
    }

    init(_ row: Row) throws {
        id = row["id"]
        object = row["object"]
        sample = row["sample"]
        content = try LabelContent(row)
        state = try row.value("state")
        source = row["source"]
        prior = row["prior"]
        origin = row["origin"]
    }

    /// The revision whose content this one repeats, or this one.
    var firstOfContent: Int64 { origin ?? id }

    func write(to bytes: inout RowBytes) {
        bytes.add(id)
        bytes.add(object)
        bytes.add(sample)
        content.write(to: &bytes)
        bytes.add(state.rawValue)
        bytes.add(source)
        bytes.add(prior)
        bytes.add(origin)
    }
}

/// A revision that is about to be written.
struct RevisionDraft {
    /// What the revision says: in the words of the library, or those of another row.
    enum Content {
        case label(Label)
        case row(LabelContent)
    }

    let sample: Int64
    let content: Content
    let state: AnnotationRow.State
    let source: String
    /// The revision that it follows; nil for a new label.
    let prior: AnnotationRow?
    /// The revision whose content it repeats; nil where it says something new.
    var origin: Int64?

    /// A revision with the content of another one, which it brings back.
    static func repeating(
        _ revision: AnnotationRow,
        after prior: AnnotationRow,
        source: String? = nil
    ) -> RevisionDraft {
        RevisionDraft(
            sample: revision.sample,
            content: .row(revision.content),
            state: revision.state,
            source: source ?? revision.source,
            prior: prior,
            origin: revision.firstOfContent
        )
    }

    /// A revision that ends a label.
    static func removal(of prior: AnnotationRow, source: String) -> RevisionDraft {
        RevisionDraft(
            sample: prior.sample,
            content: .row(prior.content),
            state: .removed,
            source: source,
            prior: prior
        )
    }
}

/// A row of `prediction`.
struct PredictionRow: LoggedRow {
    let sample: Int64
    let position: Int64
    let content: LabelContent
    let score: Double

    static let section = LogSection.prediction

    init(sample: Int64, position: Int64, content: LabelContent, score: Double) {
        self.sample = sample
        self.position = position
        self.content = content
        self.score = score
    }

    init(_ row: Row) throws {
        self.init(
            sample: row["sample"],
            position: row["position"],
            content: try LabelContent(row),
            score: row["score"]
        )
    }

    func write(to bytes: inout RowBytes) {
        bytes.add(position)
        bytes.add(score)
        content.write(to: &bytes)
    }
}
