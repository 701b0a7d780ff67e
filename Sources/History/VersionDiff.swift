package import CurationCore

/// What differs between two states of a data set, object by object.
package enum VersionDiff {
    /// One difference.
    package struct Change: Sendable, Equatable {
        /// What happened.
        package enum Kind: String, Sendable {
            case imageAdded = "image-added"
            case imageRemoved = "image-removed"
            case labelAdded = "label-added"
            case labelRemoved = "label-removed"
            case classChanged = "class-changed"
            case geometryChanged = "geometry-changed"
        }

        /// What happened.
        package let kind: Kind
        /// The image it happened to.
        package let sample: Sample
        /// The label before; nil where there was none.
        package let before: Label?
        /// The label after; nil where there is none.
        package let after: Label?
    }

    /// The differences from `before` to `after`, by path, then by label.
    ///
    /// Images are matched by path. Labels that are equal match; of the rest, an image's single class
    /// before and after is a class change, and boxes match greedily by largest IoU from 0.5 on.
    package static func changes(
        from before: [LabeledSample],
        to after: [LabeledSample]
    ) -> [Change] {
        let old = Dictionary(before.map { ($0.sample.path, $0) }, uniquingKeysWith: { $1 })
        let new = Dictionary(after.map { ($0.sample.path, $0) }, uniquingKeysWith: { $1 })
        return Set(old.keys).union(new.keys).sorted().flatMap { path -> [Change] in
            switch (old[path], new[path]) {
            case (let old?, let new?): changes(from: old, to: new)
            case (nil, let new?):
                [Change(kind: .imageAdded, sample: new.sample, before: nil, after: nil)]
                    + new.labels.map {
                        Change(kind: .labelAdded, sample: new.sample, before: nil, after: $0)
                    }
            case (let old?, nil):
                old.labels.map {
                    Change(kind: .labelRemoved, sample: old.sample, before: $0, after: nil)
                } + [Change(kind: .imageRemoved, sample: old.sample, before: nil, after: nil)]
            case (nil, nil): []
            }
        }
    }

    private static func changes(from old: LabeledSample, to new: LabeledSample) -> [Change] {
        var removed = old.labels
        var added: [Label] = []
        for label in new.labels {
            if let index = removed.firstIndex(of: label) {
                removed.remove(at: index)
            } else {
                added.append(label)
            }
        }
        var changes: [Change] = []
        for pair in matches(removed, added) {
            if let index = removed.firstIndex(of: pair.before) { removed.remove(at: index) }
            if let index = added.firstIndex(of: pair.after) { added.remove(at: index) }
            changes.append(
                Change(
                    kind: pair.before.category == pair.after.category
                        ? .geometryChanged : .classChanged,
                    sample: new.sample,
                    before: pair.before,
                    after: pair.after
                )
            )
        }
        changes += removed.map {
            Change(kind: .labelRemoved, sample: new.sample, before: $0, after: nil)
        }
        changes += added.map {
            Change(kind: .labelAdded, sample: new.sample, before: nil, after: $0)
        }
        return changes
    }

    private static func matches(
        _ removed: [Label],
        _ added: [Label]
    ) -> [(before: Label, after: Label)] {
        var pairs: [(overlap: Double, before: Label, after: Label)] = []
        for before in removed {
            for after in added {
                let overlap = before.overlap(with: after)
                if overlap >= 0.5 { pairs.append((overlap, before, after)) }
            }
        }
        pairs.sort {
            $0.overlap == $1.overlap ? $0.before.precedes($1.before) : $0.overlap > $1.overlap
        }
        var used = Set<Label>()
        return pairs.compactMap { pair in
            guard !used.contains(pair.before), !used.contains(pair.after) else { return nil }
            used.formUnion([pair.before, pair.after])
            return (pair.before, pair.after)
        }
    }
}
