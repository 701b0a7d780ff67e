import CurationCore

/// Which labels of one image a decision revises, adds and ends, so that a label stays the same one
/// while its class or its place changes.
struct LabelRevisions {
    private let current: [AnnotationRow]
    private let categories: [String: Int64]
    private var taken = Set<Int64>()

    /// Takes the last revisions of the image's labels, and the numbers of the classes.
    init(_ current: [AnnotationRow], categories: [String: Int64]) {
        self.current = current
        self.categories = categories
    }

    /// A decision: what it accepts takes the place of what was accepted, and of refusals of the same
    /// class of the image; what it refuses ends what was accepted of that class.
    ///
    /// `ender`: Who ends labels where none is named.
    func deciding(
        _ labels: [NewAnnotation],
        scope: ReviewEffects.Scope = .category,
        ender: String = ""
    ) throws -> [RevisionDraft] {
        var revisions = self
        // What others said stays out of it.
        if scope == .labels {
            revisions.taken = Set(current.filter { $0.state == .accepted }.map(\.id))
        }
        var drafts: [RevisionDraft] = []
        for state in [AnnotationRow.State.accepted, .rejected] {
            for new in labels where (new.state == .accepted) == (state == .accepted) {
                drafts.append(try revisions.draft(new, as: state))
            }
        }
        let accepted = labels.filter { $0.state == .accepted }
        let whole = accepted.filter { $0.label.boundingBox == nil }
        let classes = Set(whole.compactMap { categories[$0.label.category] })
        let source = labels.first?.source ?? ender
        for row in revisions.rest {
            let ends =
                switch row.state {
                case .accepted:
                    switch scope {
                    // A class of the image stays beside its things unless another one is said.
                    case .image: !whole.isEmpty || row.content.kind != .classification
                    case .category: !accepted.isEmpty
                    case .labels: false
                    }
                case .rejected:
                    row.content.kind == .classification && classes.contains(row.content.category)
                case .removed: false
                }
            if ends { drafts.append(.removal(of: row, source: source)) }
        }
        return drafts
    }

    /// All accepted labels at once: those that are there already stay as they are.
    func replacing(_ sample: Int64, with labels: [Label], source: String) throws -> [RevisionDraft]
    {
        var revisions = self
        var new: [Label] = []
        for label in labels {
            let content = try content(of: label)
            let same = revisions.rest.first { $0.state == .accepted && $0.content == content }
            if let same { revisions.taken.insert(same.id) } else { new.append(label) }
        }
        var drafts = try new.map { label in
            try revisions.draft(
                NewAnnotation(sample: sample, label: label, state: .accepted, source: source),
                as: .accepted
            )
        }
        for row in revisions.rest where row.state == .accepted {
            drafts.append(.removal(of: row, source: source))
        }
        return drafts
    }

    private var rest: [AnnotationRow] { current.filter { !taken.contains($0.id) } }

    // A class that is new has no number yet, and no label of it is there.
    private func content(of label: Label) throws -> LabelContent {
        LabelContent(label, category: categories[label.category] ?? 0)
    }

    private mutating func draft(
        _ new: NewAnnotation,
        as state: AnnotationRow.State
    ) throws -> RevisionDraft {
        let prior = try match(new.label, as: state)
        if let prior { taken.insert(prior.id) }
        return RevisionDraft(
            sample: new.sample,
            content: .label(new.label),
            state: state,
            source: new.source,
            prior: prior
        )
    }

    /// The label that a new one revises: the same one; for an accepted class the class that was
    /// accepted; for a shape the one that it overlaps most, from an IoU of 0.5 on.
    private func match(_ label: Label, as state: AnnotationRow.State) throws -> AnnotationRow? {
        let content = try content(of: label)
        let same = rest.filter { $0.content == content }
        if let row = same.first(where: { $0.state != .removed }) ?? same.first { return row }
        guard state == .accepted else { return nil }
        let kin = rest.filter { $0.content.kind == content.kind }
        let accepted = kin.filter { $0.state == .accepted }
        let alike = accepted.isEmpty ? kin.filter { $0.state == .removed } : accepted
        if content.kind == .classification { return alike.first }
        let overlaps = try alike.map { row in
            (row: row, overlap: label.overlap(with: try row.content.label(category: "-")))
        }
        return overlaps.filter { $0.overlap >= 0.5 }.max { $0.overlap < $1.overlap }?.row
    }
}
