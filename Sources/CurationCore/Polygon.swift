/// The outline of a thing: one or more rings, in pixels of the upright image, origin at its top left.
///
/// It is the `segmentation` of COCO. The rings together cover what any of them covers: none is a
/// hole in another one.
public struct Polygon: Sendable, Hashable {
    /// The largest distance of a corner from the origin along either axis, in pixels: far more than
    /// any image has, and so few that five times the length of a side fits 32 bits.
    public static let limit = 100_000_000.0

    /// Each ring as x1, y1, x2, y2, …, of three corners or more; the last one joins the first.
    public let rings: [[Double]]

    /// Takes rings of x1, y1, x2, y2, … in pixels, each number from `-limit` to `limit`.
    ///
    /// - Throws: `PolygonError` when there is no ring, or one that is not three corners or more.
    public init(rings: [[Double]]) throws(PolygonError) {
        guard !rings.isEmpty else { throw .noRings }
        for (index, ring) in rings.enumerated() {
            guard ring.count.isMultiple(of: 2) else {
                throw .oddCount(ring: index, count: ring.count)
            }
            guard ring.count >= 6 else { throw .tooFewCorners(ring: index, count: ring.count / 2) }
            // A number that is none is in no range.
            guard ring.allSatisfy({ (-Self.limit...Self.limit).contains($0) }) else {
                throw .outOfRange(ring: index)
            }
        }
        self.rings = rings
    }

    /// The smallest rectangle around all corners, in pixels; it is flat when they are on one line
    /// along an axis.
    public var boundingBox: BoundingBox {
        var (left, top) = (Double.infinity, Double.infinity)
        var (right, bottom) = (-Double.infinity, -Double.infinity)
        for ring in rings {
            for index in stride(from: 0, to: ring.count, by: 2) {
                (left, right) = (min(left, ring[index]), max(right, ring[index]))
                (top, bottom) = (min(top, ring[index + 1]), max(bottom, ring[index + 1]))
            }
        }
        return BoundingBox(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The areas of the rings added up, in square pixels, 0 or more, by the shoelace formula.
    ///
    /// Where rings overlap it counts twice, and where a ring crosses itself its parts may cancel;
    /// `RunLengthMask(rasterizing:height:width:)` counts each pixel that is covered once.
    public var area: Double {
        rings.reduce(0) { $0 + Self.area(of: $1) }
    }

    private static func area(of ring: [Double]) -> Double {
        var twice = 0.0
        // Seen from its first corner, so that a small ring far from the origin loses no digits.
        for index in stride(from: 2, to: ring.count - 2, by: 2) {
            let (x, y) = (ring[index] - ring[0], ring[index + 1] - ring[1])
            let (nextX, nextY) = (ring[index + 2] - ring[0], ring[index + 3] - ring[1])
            twice += x * nextY - nextX * y
        }
        return abs(twice) / 2
    }
}

/// Why a list of rings is no polygon; `ring` counts them from 0.
public enum PolygonError: Error, Equatable, CustomStringConvertible {
    /// There is no ring.
    case noRings
    /// An x of the ring has no y.
    case oddCount(ring: Int, count: Int)
    /// The ring has less than three corners.
    case tooFewCorners(ring: Int, count: Int)
    /// A number of the ring is not finite, or further from 0 than `Polygon.limit`.
    case outOfRange(ring: Int)

    /// What is wrong, and with which ring.
    public var description: String {
        switch self {
        case .noRings: "a polygon has one ring or more"
        case .oddCount(let ring, let count):
            "ring \(ring) of the polygon has \(count) numbers: x and y are pairs"
        case .tooFewCorners(let ring, let count):
            "ring \(ring) of the polygon has \(count) corners: three are the least"
        case .outOfRange(let ring):
            "ring \(ring) of the polygon has a number that is no place in an image"
        }
    }
}

// MARK: - JSON as in COCO: a list of rings

extension Polygon: Codable {
    /// Reads `[[x1,y1,x2,y2,x3,y3,…],…]`.
    ///
    /// - Throws: `DecodingError` when that is not what is there, or `init(rings:)` refuses it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let rings = try container.decode([[Double]].self)
        do {
            try self.init(rings: rings)
        } catch {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: error.description
            )
        }
    }

    /// Writes the list of rings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rings)
    }
}
