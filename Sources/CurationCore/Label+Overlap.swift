extension Label {
    /// How much two labels are about the same thing, 0 to 1: the IoU of shapes of the same kind; 1 for two
    /// classes of the image as a whole; 0 for labels of different kinds.
    package func overlap(with other: Label) -> Double {
        switch (self, other) {
        case (.classification, .classification): 1
        case (.detection(_, let mine), .detection(_, let theirs)):
            mine.intersectionOverUnion(theirs)
        default: 0
        }
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
