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
        }
    }

    /// The label as canonical JSON, in the words of the command line.
    package var canonical: CanonicalJSON {
        switch self {
        case .classification(let category):
            .object(["type": .string("classification"), "label": .string(category)])
        case .detection(let category, let box):
            .object([
                "type": .string("box"),
                "label": .string(category),
                "bbox": .array([box.x, box.y, box.width, box.height].map { .number($0) }),
            ])
        }
    }
}
