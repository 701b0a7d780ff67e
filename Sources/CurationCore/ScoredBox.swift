/// A thing that was found in a picture.
package struct ScoredBox: Sendable, Hashable {
    /// Where it is, in pixels of the upright picture.
    package let box: BoundingBox
    /// The number of its class among those that the finder knows.
    package let category: Int
    /// How sure the finder is, 0 to 1.
    package let score: Double

    /// Describes a thing that was found.
    package init(box: BoundingBox, category: Int, score: Double) {
        self.box = box
        self.category = category
        self.score = score
    }
}

extension BoundingBox {
    /// The part of the box that lies in a picture of this size; nil where none of it does.
    package func clipped(width: Int, height: Int) -> BoundingBox? {
        let (left, top) = (max(x, 0), max(y, 0))
        let (right, bottom) = (
            min(x + self.width, Double(width)), min(y + self.height, Double(height))
        )
        guard right > left, bottom > top else { return nil }
        return BoundingBox(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The mean of boxes, each counted by its weight; the weights must sum to more than 0.
    package static func mean(_ boxes: [(box: BoundingBox, weight: Double)]) -> BoundingBox {
        var (x, y, width, height, sum) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (box, weight) in boxes {
            x += weight * box.x
            y += weight * box.y
            width += weight * box.width
            height += weight * box.height
            sum += weight
        }
        return BoundingBox(x: x / sum, y: y / sum, width: width / sum, height: height / sum)
    }
}
