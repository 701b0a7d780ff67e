extension Label {
    /// How much two labels are about the same thing, 0 to 1: the IoU of shapes of the same kind; 1 for two
    /// classes of the image as a whole; 0 for labels of different kinds.
    package func overlap(with other: Label) -> Double {
        switch (self, other) {
        case (.classification, .classification): 1
        case (.detection(_, let mine), .detection(_, let theirs)):
            mine.intersectionOverUnion(theirs)
        case (.mask(_, let mine), .mask(_, let theirs)): mine.intersectionOverUnion(theirs) ?? 0
        case (.polygon(_, let mine), .polygon(_, let theirs)): Self.overlap(mine, theirs)
        default: 0
        }
    }

    /// Whether two labels of things are about the same one, whatever its class: the rectangles around them
    /// share half.
    package func isSameThing(as other: Label) -> Bool {
        guard let mine = boundingBox, let theirs = other.boundingBox else { return false }
        return mine.intersectionOverUnion(theirs) >= 0.5
    }

    /// The longest side of the grid that polygons are compared on, in pixels.
    private static let grid = 1024.0

    /// The IoU of two polygons, by the pixels that they cover where they lie, scaled to at most 1,024 on
    /// a side.
    private static func overlap(_ first: Polygon, _ second: Polygon) -> Double {
        let (mine, theirs) = (first.boundingBox, second.boundingBox)
        guard mine.intersectionOverUnion(theirs) > 0 else { return first == second ? 1 : 0 }
        let (left, top) = (min(mine.x, theirs.x), min(mine.y, theirs.y))
        let width = max(mine.x + mine.width, theirs.x + theirs.width) - left
        let height = max(mine.y + mine.height, theirs.y + theirs.height) - top
        let scale = min(grid / max(width, height), 8)
        let masks = [first, second].map { polygon in
            try? RunLengthMask(
                rasterizing: Polygon(
                    rings: polygon.rings.map { ring in
                        ring.enumerated().map { ($1 - ($0.isMultiple(of: 2) ? left : top)) * scale }
                    }
                ),
                height: max(1, Int((height * scale).rounded(.up))),
                width: max(1, Int((width * scale).rounded(.up)))
            )
        }
        guard let one = masks[0], let other = masks[1] else { return 0 }
        return one.intersectionOverUnion(other) ?? 0
    }
}

extension BoundingBox {
    /// The share of the joint area that both boxes cover, 0 to 1 (Jaccard index).
    package func intersectionOverUnion(_ other: BoundingBox) -> Double {
        let across = min(x + width, other.x + other.width) - max(x, other.x)
        let down = min(y + height, other.y + other.height) - max(y, other.y)
        guard across > 0, down > 0 else { return 0 }
        let shared = across * down
        return shared / (width * height + other.width * other.height - shared)
    }
}
