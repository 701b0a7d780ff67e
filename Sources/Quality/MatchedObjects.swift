package import CurationCore

/// What several people marked in one picture, put together where they mean the same thing.
///
/// Marks of one class are joined greedily, those that overlap most first, as long as any two of a group
/// overlap enough and nobody is in it twice. The result does not depend on the order of the people.
package struct MatchedObjects: Sendable {
    /// What one person marked.
    package struct Mark: Sendable, Hashable {
        /// The person, from 0.
        package let reviewer: Int
        /// The thing.
        package let label: Label
    }

    /// A thing that one or more people marked.
    package struct Group: Sendable, Hashable {
        /// Who marked it and how, one mark of a person.
        package let members: [Mark]
    }

    /// From this IoU on two marks may mean the same thing.
    package static let leastOverlap = 0.5

    /// The things, by class and place.
    package let groups: [Group]

    /// Puts together what people marked.
    ///
    /// - Parameter answers: What each person marked; what is marked twice counts once, and a class of the
    ///   picture as a whole is none of its things.
    package init(_ answers: [[Label]]) {
        let marks = answers.enumerated().flatMap { reviewer, labels in
            Set(labels.filter { $0.boundingBox != nil })
                .map { Mark(reviewer: reviewer, label: $0) }
        }.sorted(by: Self.precedes)
        let pairs = Self.pairs(of: marks)
        let alike = Set(pairs.map { $0.first * marks.count + $0.second })
        var members = marks.indices.map { [$0] }
        var place = Array(marks.indices)
        for pair in pairs.sorted(by: {
            ($0.overlap, $1.first, $1.second) > ($1.overlap, $0.first, $0.second)
        }) {
            let (one, other) = (place[pair.first], place[pair.second])
            guard one != other,
                members[one].allSatisfy({ mine in
                    members[other].allSatisfy { theirs in
                        alike.contains(min(mine, theirs) * marks.count + max(mine, theirs))
                    }
                })
            else { continue }
            for mark in members[other] { place[mark] = one }
            members[one] += members[other]
            members[other] = []
        }
        groups = members.filter { !$0.isEmpty }.map { $0.sorted() }
            .sorted { $0[0] < $1[0] }
            .map { group in Group(members: group.map { marks[$0] }) }
    }

    /// How far two people agree on the things of a picture, 0 to 1: the F1 of their marks, which is 1 where
    /// neither marked any.
    package static func agreement(of one: [Label], and other: [Label]) -> Double {
        let groups = MatchedObjects([one, other]).groups
        let marks = groups.reduce(0) { $0 + $1.members.count }
        let shared = groups.reduce(0) { $0 + ($1.members.count == 2 ? 2 : 0) }
        return marks == 0 ? 1 : Double(shared) / Double(marks)
    }

    /// Whether two lists are of the same things, one to one.
    package static func areSame(_ one: [Label], _ other: [Label]) -> Bool {
        guard one.count == other.count else { return false }
        // Mostly they lie in the same order, which is seen at a glance.
        let pairs = zip(one.sorted { $0.precedes($1) }, other.sorted { $0.precedes($1) })
        return pairs.allSatisfy { mine, theirs in
            mine == theirs
                || (mine.category == theirs.category && mine.overlap(with: theirs) >= leastOverlap)
        } || agreement(of: one, and: other) == 1
    }

    private static func precedes(_ one: Mark, _ other: Mark) -> Bool {
        one.label == other.label
            ? one.reviewer < other.reviewer : one.label.precedes(other.label)
    }

    /// The pairs of marks of different people that may mean the same thing.
    private static func pairs(
        of marks: [Mark]
    ) -> [(first: Int, second: Int, overlap: Double)] {
        let none = BoundingBox(x: 0, y: 0, width: 0, height: 0)
        let boxes = marks.map { $0.label.boundingBox ?? none }
        // By class, and from left to right: what begins where a box ends is not on it, nor is all after it.
        let order = marks.indices.sorted {
            let (one, other) = (marks[$0].label.category, marks[$1].label.category)
            return one == other ? boxes[$0].x < boxes[$1].x : one < other
        }
        var pairs: [(first: Int, second: Int, overlap: Double)] = []
        for (place, mine) in order.enumerated() {
            let (mark, end) = (marks[mine], boxes[mine].x + boxes[mine].width)
            for other in order.dropFirst(place + 1) {
                guard boxes[other].x < end, marks[other].label.category == mark.label.category
                else { break }
                guard marks[other].reviewer != mark.reviewer else { continue }
                let overlap = overlap(mark.label, marks[other].label, boxes[mine], boxes[other])
                guard overlap >= leastOverlap else { continue }
                pairs.append((min(mine, other), max(mine, other), overlap))
            }
        }
        return pairs
    }

    /// The IoU of two masks, else that of the rectangles around the shapes.
    private static func overlap(
        _ one: Label,
        _ other: Label,
        _ box: BoundingBox,
        _ otherBox: BoundingBox
    ) -> Double {
        if one == other { return 1 }
        let overlap = box.intersectionOverUnion(otherBox)
        guard overlap > 0, case .mask = one, case .mask = other else { return overlap }
        return one.overlap(with: other)
    }
}

extension MatchedObjects.Group {
    /// The thing as all of its members together see it.
    ///
    /// What all marked alike stays exactly as it is. The edges of a box are the weighted mean of theirs; of
    /// polygons and masks the shape of the heaviest member is taken, for a mean of them is none of them.
    ///
    /// - Parameter weights: How much each person counts, by their numbers; above 0.
    /// - Returns: One label of the class of all.
    package func label(weights: [Double]) -> Label {
        let first = members[0].label
        guard members.contains(where: { $0.label != first }) else { return first }
        let shapes = members.filter { if case .detection = $0.label { false } else { true } }
        guard var best = shapes.first else {
            let boxes = members.compactMap { member in
                member.label.boundingBox.map { (box: $0, weight: weights[member.reviewer]) }
            }
            return .detection(category: first.category, box: .mean(boxes))
        }
        for shape in shapes where weights[shape.reviewer] > weights[best.reviewer] { best = shape }
        return best.label
    }
}
