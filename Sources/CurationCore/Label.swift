/// A rectangle in pixels of the upright image, origin at its top left.
public struct BoundingBox: Sendable, Hashable, Codable {
    /// Pixels from the left edge.
    public var x: Double
    /// Pixels from the top edge.
    public var y: Double
    /// Pixels across.
    public var width: Double
    /// Pixels down.
    public var height: Double

    /// Describes a rectangle.
    public init(x: Double, y: Double, width: Double, height: Double) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}

/// What is said about an image: content only, no author.
public enum Label: Sendable, Hashable {
    /// The image as a whole shows `category`.
    case classification(category: String)
    /// A thing of `category` lies in `box`.
    case detection(category: String, box: BoundingBox)
    /// A thing of `category` has the outline `polygon`.
    case polygon(category: String, polygon: Polygon)
    /// A thing of `category` covers `mask`, which is as large as the image.
    case mask(category: String, mask: RunLengthMask)

    /// The name of the class.
    public var category: String {
        switch self {
        case .classification(let category), .detection(let category, _), .polygon(let category, _),
            .mask(let category, _):
            category
        }
    }
}

extension Label {
    /// The same shape of another class.
    package func named(_ category: String) -> Label {
        switch self {
        case .classification: .classification(category: category)
        case .detection(_, let box): .detection(category: category, box: box)
        case .polygon(_, let polygon): .polygon(category: category, polygon: polygon)
        case .mask(_, let mask): .mask(category: category, mask: mask)
        }
    }

    /// The rectangle around the shape, in pixels; nil for a class of the image as a whole.
    public var boundingBox: BoundingBox? {
        switch self {
        case .classification: nil
        case .detection(_, let box): box
        case .polygon(_, let polygon): polygon.boundingBox
        case .mask(_, let mask): mask.boundingBox
        }
    }
}

// MARK: - JSON as in the command line: `type`, `label`, and `bbox`, `segmentation` or `rle`

extension Label: Codable {
    private enum Keys: String, CodingKey { case type, label, bbox, segmentation, rle }

    /// Reads `{"type":"classification","label":…}`, `{"type":"box","label":…,"bbox":[x,y,w,h]}`,
    /// `{"type":"polygon","label":…,"segmentation":[[x,y,…],…]}` or
    /// `{"type":"mask","label":…,"rle":{"size":[h,w],"counts":"…"}}`.
    ///
    /// - Throws: `DecodingError` when the type is unknown, the label empty, the box not four
    ///   finite numbers with a width and height above zero, or the polygon or the mask is none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        let category = try container.decode(String.self, forKey: .label)
        guard !category.isEmpty else {
            throw DecodingError.dataCorruptedError(
                forKey: .label,
                in: container,
                debugDescription: "a label needs the name of a class"
            )
        }
        switch try container.decode(String.self, forKey: .type) {
        case "classification":
            self = .classification(category: category)
        case "box":
            self = .detection(category: category, box: try Self.box(in: container))
        case "polygon":
            let polygon = try container.decode(Polygon.self, forKey: .segmentation)
            self = .polygon(category: category, polygon: polygon)
        case "mask":
            let mask = try container.decode(RunLengthMask.self, forKey: .rle)
            self = .mask(category: category, mask: mask)
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .type,
                in: container,
                debugDescription:
                    "unknown annotation type '\(other)': use classification, box, polygon or mask"
            )
        }
    }

    private static func box(in container: KeyedDecodingContainer<Keys>) throws -> BoundingBox {
        let numbers = try container.decode([Double].self, forKey: .bbox)
        guard numbers.count == 4, numbers.allSatisfy(\.isFinite), numbers[2] > 0, numbers[3] > 0
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .bbox,
                in: container,
                debugDescription: "a box is [x, y, width, height] in pixels, width and height > 0"
            )
        }
        return BoundingBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    }

    /// Writes the shape that `init(from:)` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(category, forKey: .label)
        switch self {
        case .classification:
            try container.encode("classification", forKey: .type)
        case .detection(_, let box):
            try container.encode("box", forKey: .type)
            try container.encode([box.x, box.y, box.width, box.height], forKey: .bbox)
        case .polygon(_, let polygon):
            try container.encode("polygon", forKey: .type)
            try container.encode(polygon, forKey: .segmentation)
        case .mask(_, let mask):
            try container.encode("mask", forKey: .type)
            try container.encode(mask, forKey: .rle)
        }
    }
}
