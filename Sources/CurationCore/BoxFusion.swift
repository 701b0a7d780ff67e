/// Makes one box of several that are about the same thing.
package enum BoxFusion {
    /// Non-maximum suppression: keeps the surest of the boxes of a class that overlap.
    ///
    /// - Parameters:
    ///   - boxes: In any order.
    ///   - overlap: From this IoU on, 0 to 1, two boxes of a class are about the same thing.
    /// - Returns: What is kept, surest first; of equally sure ones the first.
    package static func suppress(_ boxes: [ScoredBox], overlap: Double) -> [ScoredBox] {
        var kept: [ScoredBox] = []
        for box in sorted(boxes) {
            let isSeen = kept.contains {
                $0.category == box.category && $0.box.intersectionOverUnion(box.box) >= overlap
            }
            if !isSeen { kept.append(box) }
        }
        return kept
    }

    /// Weighted boxes fusion: boxes of several finders about the same thing become their mean, weighted
    /// by score, and what fewer finders saw is less sure.
    ///
    /// Solovyev, Wang and Gabruseva, "Weighted boxes fusion", 2021.
    ///
    /// - Parameters:
    ///   - lists: The boxes of each finder.
    ///   - overlap: From this IoU on, 0 to 1, two boxes of a class are about the same thing.
    /// - Returns: The fused boxes, surest first.
    package static func fuse(_ lists: [[ScoredBox]], overlap: Double = 0.55) -> [ScoredBox] {
        var groups: [(fused: ScoredBox, members: [ScoredBox])] = []
        for box in sorted(lists.flatMap(\.self)) where box.score > 0 {
            let best = groups.indices.filter { groups[$0].fused.category == box.category }
                .map { ($0, groups[$0].fused.box.intersectionOverUnion(box.box)) }
                .max { $0.1 < $1.1 }
            if let best, best.1 >= overlap {
                groups[best.0].members.append(box)
                groups[best.0].fused = mean(groups[best.0].members, finders: lists.count)
            } else {
                groups.append((mean([box], finders: lists.count), [box]))
            }
        }
        return sorted(groups.map(\.fused))
    }

    private static func mean(_ members: [ScoredBox], finders: Int) -> ScoredBox {
        let score = members.reduce(0) { $0 + $1.score } / Double(members.count)
        let share = Double(min(members.count, finders)) / Double(max(finders, 1))
        return ScoredBox(
            box: .mean(members.map { ($0.box, $0.score) }),
            category: members[0].category,
            score: score * share
        )
    }

    private static func sorted(_ boxes: [ScoredBox]) -> [ScoredBox] {
        boxes.enumerated().sorted {
            ($0.element.score, $1.offset) > ($1.element.score, $0.offset)
        }.map(\.element)
    }
}
