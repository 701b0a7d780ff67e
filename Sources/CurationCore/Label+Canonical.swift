extension Label {
    /// Whether it comes before another wherever labels are in order: by class, then by place.
    package func precedes(_ other: Label) -> Bool {
        category == other.category
            ? place.lexicographicallyPrecedes(other.place) : category < other.category
    }

    private var place: [Double] {
        switch self {
        case .classification: []
        case .detection(_, let box): [box.x, box.y, box.width, box.height]
        case .polygon(_, let polygon): polygon.rings.flatMap { [Double($0.count)] + $0 }
        case .mask(_, let mask):
            [mask.height, mask.width].map(Double.init) + mask.counts.map(Double.init)
        }
    }

    /// The shape as canonical JSON, as the store keeps it: a box, the rings of a polygon, or the COCO RLE
    /// of a mask; nil for a class of the image as a whole.
    package var canonicalShape: CanonicalJSON? {
        switch self {
        case .classification: nil
        case .detection(_, let box):
            .array([box.x, box.y, box.width, box.height].map { .number($0) })
        case .polygon(_, let polygon):
            .array(polygon.rings.map { .array($0.map { .number($0) }) })
        case .mask(_, let mask):
            .object([
                "size": .array([.integer(mask.height), .integer(mask.width)]),
                "counts": .string(mask.compressed),
            ])
        }
    }

    /// The kind of the label, in the words of the command line.
    package var kind: String {
        switch self {
        case .classification: "classification"
        case .detection: "box"
        case .polygon: "polygon"
        case .mask: "mask"
        }
    }

    /// The label as canonical JSON, in the words of the command line.
    package var canonical: CanonicalJSON {
        var members: [String: CanonicalJSON] = ["type": .string(kind), "label": .string(category)]
        switch self {
        case .classification: break
        case .detection: members["bbox"] = canonicalShape
        case .polygon: members["segmentation"] = canonicalShape
        case .mask: members["rle"] = canonicalShape
        }
        return .object(members)
    }
}
