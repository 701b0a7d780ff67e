package import CurationCore

/// A picture of which a person has said where all things are.
package struct DetectorLesson: Sendable {
    /// A thing in the picture.
    package struct Object: Sendable, Hashable {
        /// Where it is, in pixels.
        package let box: BoundingBox
        /// The number of its class.
        package let category: Int

        /// Describes a thing.
        package init(box: BoundingBox, category: Int) {
            self.box = box
            self.category = category
        }
    }

    /// What is where in it.
    package let map: FeatureMap
    /// Pixels across.
    package let width: Int
    /// Pixels down.
    package let height: Int
    /// All things in it.
    package let objects: [Object]

    /// Describes a picture.
    package init(map: FeatureMap, width: Int, height: Int, objects: [Object]) {
        self.map = map
        self.width = width
        self.height = height
        self.objects = objects
    }
}

/// What the places of a lesson teach.
struct LessonTargets {
    /// A place in the middle of a thing.
    struct Positive {
        let place: Int
        let category: Int
        /// From the place to the middle of the thing across and down, then the logarithms of its width
        /// and height; all in cells.
        let shape: SIMD4<Float>
    }

    // Shares of half the width and height: in the inner part a place is of the thing, beyond the outer
    // part it is not.
    private static let inner = 0.35
    private static let outer = 0.6

    private(set) var positives: [Positive] = []
    /// Places in the middle of nothing.
    private(set) var negatives: [Int] = []

    init(of lesson: DetectorLesson) {
        let map = lesson.map
        // By place: the nearest thing and how far its middle is, and whether a thing is near at all.
        var owner = [Int?](repeating: nil, count: map.count)
        var distance = [Double](repeating: .infinity, count: map.count)
        var isNear = [Bool](repeating: false, count: map.count)
        for (index, object) in lesson.objects.enumerated() {
            let box = object.box
            let (x, y) = (box.x + box.width / 2, box.y + box.height / 2)
            let middle = Self.place(x, y, in: map)
            for place in 0..<map.count {
                let at = map.center(of: place)
                let far = max(abs(at.x - x) / box.width, abs(at.y - y) / box.height) * 2
                if far < Self.outer { isNear[place] = true }
                guard far < Self.inner || place == middle, far < distance[place] else { continue }
                (owner[place], distance[place]) = (index, far)
            }
        }
        for place in 0..<map.count {
            if let index = owner[place] {
                positives.append(Self.positive(place, lesson.objects[index], map))
            } else if !isNear[place] {
                negatives.append(place)
            }
        }
    }

    private static func place(_ x: Double, _ y: Double, in map: FeatureMap) -> Int {
        let column = min(max(x / map.cell, 0), Double(map.columns - 1))
        let row = min(max(y / map.cell, 0), Double(map.rows - 1))
        return Int(row) * map.columns + Int(column)
    }

    private static func positive(
        _ place: Int,
        _ object: DetectorLesson.Object,
        _ map: FeatureMap
    ) -> Positive {
        let (at, box) = (map.center(of: place), object.box)
        return Positive(
            place: place,
            category: object.category,
            shape: SIMD4(
                Float((box.x + box.width / 2 - at.x) / map.cell),
                Float((box.y + box.height / 2 - at.y) / map.cell),
                Float(Exponential.log(box.width / map.cell)),
                Float(Exponential.log(box.height / map.cell))
            )
        )
    }
}
