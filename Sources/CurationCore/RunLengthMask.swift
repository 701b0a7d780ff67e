/// Which pixels of an image belong to a thing, as the lengths of runs: the RLE of COCO.
///
/// The runs go down the columns, the leftmost column first, and are in turn outside and inside of
/// the thing. Masks are equal when their runs are; a run of no pixels but the first one, which no
/// tool of COCO writes, is kept as it was read.
public struct RunLengthMask: Sendable, Hashable {
    /// Pixels down, 1 or more.
    public let height: Int
    /// Pixels across, 1 or more; `height * width` fits 32 bits.
    public let width: Int
    /// The lengths of the runs in pixels, `height * width` in all; the first one is outside, and 0
    /// when the pixel at the top left is inside.
    public let counts: [UInt32]

    /// Takes the runs of an image of `height` by `width` pixels.
    ///
    /// - Throws: `RunLengthMaskError` when the size is none, or the runs do not fill it.
    public init(height: Int, width: Int, counts: [UInt32]) throws(RunLengthMaskError) {
        var left = try Self.pixelCount(height: height, width: width)
        for (index, count) in counts.enumerated() {
            guard count <= left else { throw .beyondSize(run: index) }
            left -= Int(count)
        }
        guard left == 0 else { throw .tooShort(missing: left) }
        self.init(height: height, width: width, filledBy: counts)
    }

    /// Takes the pixels that `polygon` covers in an image of `height` by `width` pixels.
    ///
    /// They are those of pycocotools (`frPyObjects` of the rings, then `merge`), bit for bit; what
    /// lies outside of the image is cut off. It takes time for each side of the polygon times the
    /// columns that it passes, whatever its length outside of the image.
    ///
    /// - Throws: `RunLengthMaskError` when the size is none.
    public init(
        rasterizing polygon: Polygon,
        height: Int,
        width: Int
    ) throws(RunLengthMaskError) {
        _ = try Self.pixelCount(height: height, width: width)
        var raster = PolygonRaster(height: height, width: width)
        for ring in polygon.rings { raster.add(ring) }
        self.init(height: height, width: width, filledBy: raster.counts())
    }

    /// Takes runs that were seen to fill the size.
    init(height: Int, width: Int, filledBy counts: [UInt32]) {
        (self.height, self.width, self.counts) = (height, width, counts)
    }

    /// How many pixels an image has, 1 to `UInt32.max`.
    static func pixelCount(height: Int, width: Int) throws(RunLengthMaskError) -> Int {
        let (pixels, overflows) = height.multipliedReportingOverflow(by: width)
        guard height > 0, width > 0, !overflows, pixels <= UInt32.max else {
            throw .badSize(height: height, width: width)
        }
        return pixels
    }
}

// MARK: - Measures

extension RunLengthMask {
    /// How many pixels are inside, 0 to `height * width`.
    public var area: Int {
        stride(from: 1, to: counts.count, by: 2).reduce(0) { $0 + Int(counts[$1]) }
    }

    /// The smallest rectangle around the pixels inside, in whole pixels; all zeros when there are
    /// none (`toBbox` of pycocotools).
    public var boundingBox: BoundingBox {
        var (left, top, right, bottom) = (Int.max, Int.max, -1, -1)
        var position = 0
        for (index, count) in counts.enumerated() {
            let (start, end) = (position, position + Int(count) - 1)
            position += Int(count)
            guard !index.isMultiple(of: 2), count > 0 else { continue }
            (left, right) = (min(left, start / height), end / height)
            // A run that goes on in the next column reaches the bottom and the top of the image.
            let isWhole = start / height < end / height
            top = isWhole ? 0 : min(top, start % height)
            bottom = isWhole ? height - 1 : max(bottom, end % height)
        }
        guard right >= 0 else { return BoundingBox(x: 0, y: 0, width: 0, height: 0) }
        return BoundingBox(
            x: Double(left),
            y: Double(top),
            width: Double(right - left + 1),
            height: Double(bottom - top + 1)
        )
    }

    /// How many pixels are inside of both masks; nil when their images differ in size.
    public func intersection(with other: RunLengthMask) -> Int? {
        guard height == other.height, width == other.width else { return nil }
        var shared = 0
        var (mine, its) = (RunCursor(counts), RunCursor(other.counts))
        while let count = mine.left, let itsCount = its.left {
            let step = min(count, itsCount)
            if mine.isInside, its.isInside { shared += Int(step) }
            mine.advance(by: step)
            its.advance(by: step)
        }
        return shared
    }

    /// How many pixels are inside of one mask or both; nil when their images differ in size.
    public func union(with other: RunLengthMask) -> Int? {
        intersection(with: other).map { area + other.area - $0 }
    }

    /// The intersection as a share of the union, 0 to 1, and 0 for two empty masks (`iou` of
    /// pycocotools); nil when the images differ in size.
    public func intersectionOverUnion(_ other: RunLengthMask) -> Double? {
        guard let shared = intersection(with: other) else { return nil }
        guard shared > 0 else { return 0 }
        return Double(shared) / Double(area + other.area - shared)
    }
}

/// A place in a list of runs.
private struct RunCursor {
    private let counts: [UInt32]
    private var index = 0
    /// Pixels of the run that are left; nil after the last run.
    private(set) var left: UInt32?

    init(_ counts: [UInt32]) {
        self.counts = counts
        left = counts.first
    }

    var isInside: Bool { !index.isMultiple(of: 2) }

    /// Goes on by no more pixels than the run has left.
    mutating func advance(by step: UInt32) {
        guard let left else { return }
        guard left == step else {
            self.left = left - step
            return
        }
        index += 1
        self.left = index < counts.count ? counts[index] : nil
    }
}
