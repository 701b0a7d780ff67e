package import CurationCore

/// Joins what two sides made of the same beginning, label by label.
///
/// Labels are the same by their number; those that both sides added are the same when they are equal, or
/// overlap with an IoU of at least 0.5. What one side changed counts, and what both changed alike; the
/// rest is a conflict, and nothing of it is decided here.
package enum ThreeWayMerge {
    /// Two labels of the two sides are taken for one from this IoU on.
    private static let sameThing = 0.5

    /// Merges one image.
    package static func merge(_ input: MergeInput) -> MergeOutcome {
        guard let base = input.base else {
            // Both sides have the image anew, or one of them.
            guard let ours = input.ours, let theirs = input.theirs else {
                return MergeOutcome(labels: input.ours ?? input.theirs, conflicts: [])
            }
            return merge(base: [], ours, theirs)
        }
        switch (input.ours, input.theirs) {
        case (let ours?, let theirs?): return merge(base: base, ours, theirs)
        case (nil, nil): return MergeOutcome(labels: nil, conflicts: [])
        case (let kept?, nil), (nil, let kept?):
            // Who took the image away did not see what the other side made of it meanwhile.
            if Set(kept) == Set(base) { return MergeOutcome(labels: nil, conflicts: []) }
            return disputed(base: base, kept, isOurs: input.ours != nil)
        }
    }

    /// One side took the image away, and the other one changed its labels: each change is a conflict,
    /// and the image stays until it is decided.
    private static func disputed(
        base: [ObjectLabel],
        _ kept: [ObjectLabel],
        isOurs: Bool
    ) -> MergeOutcome {
        var labels: [ObjectLabel] = []
        var conflicts: [MergeOutcome.Conflict] = []
        for triple in triples(base, kept, base) {
            if triple.ours?.label == triple.base?.label {
                if let label = triple.ours { labels.append(label) }
            } else {
                conflicts.append(
                    MergeOutcome.Conflict(
                        base: triple.base,
                        ours: isOurs ? triple.ours : nil,
                        theirs: isOurs ? nil : triple.ours
                    )
                )
            }
        }
        return MergeOutcome(labels: labels, conflicts: conflicts)
    }

    /// One label in three states.
    private struct Triple {
        var base: ObjectLabel?
        var ours: ObjectLabel?
        var theirs: ObjectLabel?
    }

    private static func merge(
        base: [ObjectLabel],
        _ ours: [ObjectLabel],
        _ theirs: [ObjectLabel]
    ) -> MergeOutcome {
        var labels: [ObjectLabel] = []
        var conflicts: [MergeOutcome.Conflict] = []
        for triple in triples(base, ours, theirs) {
            let (before, mine, other) = (
                triple.base?.label, triple.ours?.label, triple.theirs?.label
            )
            if mine == other || other == before {
                if let kept = triple.ours { labels.append(kept) }
            } else if mine == before {
                if let kept = triple.theirs { labels.append(kept) }
            } else {
                conflicts.append(
                    MergeOutcome.Conflict(
                        base: triple.base,
                        ours: triple.ours,
                        theirs: triple.theirs
                    )
                )
            }
        }
        return MergeOutcome(labels: labels, conflicts: conflicts)
    }

    /// Puts the states of each label together.
    private static func triples(
        _ base: [ObjectLabel],
        _ ours: [ObjectLabel],
        _ theirs: [ObjectLabel]
    ) -> [Triple] {
        var (mine, others) = (ours, theirs)
        var triples = base.map { before in
            Triple(
                base: before,
                ours: take(before.object, from: &mine),
                theirs: take(before.object, from: &others)
            )
        }
        // What only one side has from the beginning may be what the other one made anew.
        for index in triples.indices {
            if triples[index].ours == nil {
                triples[index].ours = takeEqual(triples[index].base, from: &mine)
            }
            if triples[index].theirs == nil {
                triples[index].theirs = takeEqual(triples[index].base, from: &others)
            }
        }
        for pair in pairs(mine, others) {
            triples.append(Triple(ours: pair.ours, theirs: pair.theirs))
            if let index = mine.firstIndex(of: pair.ours) { mine.remove(at: index) }
            if let index = others.firstIndex(of: pair.theirs) { others.remove(at: index) }
        }
        triples += mine.map { Triple(ours: $0) }
        triples += others.map { Triple(theirs: $0) }
        return triples
    }

    private static func take(_ object: Int64?, from labels: inout [ObjectLabel]) -> ObjectLabel? {
        guard let object, let index = labels.firstIndex(where: { $0.object == object })
        else { return nil }
        return labels.remove(at: index)
    }

    private static func takeEqual(
        _ label: ObjectLabel?,
        from labels: inout [ObjectLabel]
    ) -> ObjectLabel? {
        guard let label, let index = labels.firstIndex(where: { $0.label == label.label })
        else { return nil }
        return labels.remove(at: index)
    }

    /// What both sides added: equal labels first, then by the largest overlap.
    ///
    /// The order does not depend on which side is which.
    private static func pairs(
        _ ours: [ObjectLabel],
        _ theirs: [ObjectLabel]
    ) -> [(ours: ObjectLabel, theirs: ObjectLabel)] {
        var candidates: [(overlap: Double, ours: Int, theirs: Int)] = []
        for (left, mine) in ours.enumerated() {
            for (right, other) in theirs.enumerated() {
                let overlap = mine.label == other.label ? 2 : mine.label.overlap(with: other.label)
                if overlap >= sameThing { candidates.append((overlap, left, right)) }
            }
        }
        candidates.sort { first, second in
            guard first.overlap == second.overlap else { return first.overlap > second.overlap }
            return key(ours[first.ours], theirs[first.theirs])
                .lexicographicallyPrecedes(key(ours[second.ours], theirs[second.theirs]))
        }
        var (left, right) = (Set<Int>(), Set<Int>())
        return candidates.compactMap { candidate in
            guard !left.contains(candidate.ours), !right.contains(candidate.theirs) else {
                return nil
            }
            left.insert(candidate.ours)
            right.insert(candidate.theirs)
            return (ours[candidate.ours], theirs[candidate.theirs])
        }
    }

    private static func key(_ first: ObjectLabel, _ second: ObjectLabel) -> [UInt8] {
        let texts = [first.label.canonical.bytes, second.label.canonical.bytes]
        return texts.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 + [0] }
    }
}
