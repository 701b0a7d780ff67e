/// Pixels of an image that hang together by their sides, row after row.
package struct MaskRegion: Sendable {
    /// Pixels across the image.
    package let width: Int
    /// Pixels down the image.
    package let height: Int
    /// How many pixels belong to it.
    package let area: Int
    /// Whether each pixel belongs to it: `width * height`.
    package let pixels: [Bool]

    /// The parts of a mask that hang together, in the order of their first pixels.
    ///
    /// - Parameters:
    ///   - pixels: Whether each pixel belongs to the mask, row after row: `width * height`.
    ///   - width: Pixels across.
    ///   - height: Pixels down.
    ///   - least: Parts of fewer pixels are left out.
    /// - Returns: The parts.
    package static func regions(
        of pixels: [Bool],
        width: Int,
        height: Int,
        atLeast least: Int = 1
    ) -> [MaskRegion] {
        precondition(pixels.count == width * height, "a mask is as large as its image")
        var isLeft = pixels
        var regions: [MaskRegion] = []
        for first in pixels.indices where isLeft[first] {
            var own: [Int] = [first]
            isLeft[first] = false
            var next = 0
            while next < own.count {
                let (row, column) = (own[next] / width, own[next] % width)
                next += 1
                for (r, c) in [
                    (row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1),
                ] where r >= 0 && r < height && c >= 0 && c < width && isLeft[r * width + c] {
                    isLeft[r * width + c] = false
                    own.append(r * width + c)
                }
            }
            guard own.count >= least else { continue }
            var part = [Bool](repeating: false, count: pixels.count)
            for index in own { part[index] = true }
            regions.append(
                MaskRegion(width: width, height: height, area: own.count, pixels: part)
            )
        }
        return regions
    }

    private func has(_ x: Int, _ y: Int) -> Bool {
        x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x]
    }

    /// The outline along the sides of the pixels, clockwise, as x1, y1, x2, y2, … in pixels; holes are
    /// passed over.
    package var outline: [Double] {
        guard let first = pixels.firstIndex(of: true) else { return [] }
        let start = (x: first % width, y: first / width)
        // Right, down, left, up; the region is always on the right-hand side.
        let steps = [(1, 0), (0, 1), (-1, 0), (0, -1)]
        let left = [(0, -1), (0, 0), (-1, 0), (-1, -1)]
        let right = [(0, 0), (-1, 0), (-1, -1), (0, -1)]
        var ring: [Double] = []
        var (at, direction) = (start, 0)
        repeat {
            let before = direction
            if !has(at.x + right[direction].0, at.y + right[direction].1) {
                direction = (direction + 1) % 4
            } else if has(at.x + left[direction].0, at.y + left[direction].1) {
                direction = (direction + 3) % 4
            }
            if direction != before || ring.isEmpty { ring += [Double(at.x), Double(at.y)] }
            at = (at.x + steps[direction].0, at.y + steps[direction].1)
        } while at != start
        return ring
    }
}

extension Polygon {
    /// The polygon of a ring without the corners that lie nearer than `tolerance` to the line that is
    /// left (Douglas and Peucker 1973); nil where less than three corners are left.
    ///
    /// - Parameters:
    ///   - ring: x1, y1, x2, y2, … in pixels.
    ///   - tolerance: In pixels, 0 or more.
    /// - Returns: The polygon, of one ring.
    package static func simplified(_ ring: [Double], tolerance: Double) -> Polygon? {
        let points = stride(from: 0, to: ring.count - 1, by: 2).map { (ring[$0], ring[$0 + 1]) }
        guard points.count >= 3 else { return nil }
        // The corner that is furthest from the first one stays with it.
        let far = points.indices.max {
            distance(points[$0], points[0]) < distance(points[$1], points[0])
        }
        let closed = points + [points[0]]
        var kept = Set([0, far ?? 0])
        for (from, to) in [(0, far ?? 0), (far ?? 0, points.count)] {
            var open = [(from, to)]
            while let (first, last) = open.popLast() {
                guard last - first > 1 else { continue }
                let inner = (first + 1..<last).map {
                    ($0, distance(closed[$0], closed[first], closed[last]))
                }
                guard let worst = inner.max(by: { $0.1 < $1.1 }), worst.1 > tolerance else {
                    continue
                }
                kept.insert(worst.0)
                open += [(first, worst.0), (worst.0, last)]
            }
        }
        let corners = kept.sorted().flatMap { [points[$0].0, points[$0].1] }
        return try? Polygon(rings: [corners])
    }

    private static func distance(_ a: (Double, Double), _ b: (Double, Double)) -> Double {
        let (x, y) = (a.0 - b.0, a.1 - b.1)
        return (x * x + y * y).squareRoot()
    }

    /// From a point to the line through two others, or to the first where both are one.
    private static func distance(
        _ point: (Double, Double),
        _ first: (Double, Double),
        _ last: (Double, Double)
    ) -> Double {
        let length = distance(first, last)
        guard length > 0 else { return distance(point, first) }
        let across =
            (last.0 - first.0) * (first.1 - point.1) - (first.0 - point.0) * (last.1 - first.1)
        return abs(across) / length
    }
}

extension RunLengthMask {
    /// Takes the pixels of a region.
    package init(_ region: MaskRegion) {
        var counts: [UInt32] = []
        var (isInside, length) = (false, UInt32(0))
        for column in 0..<region.width {
            for row in 0..<region.height {
                let pixel = region.pixels[row * region.width + column]
                if pixel != isInside {
                    counts.append(length)
                    (isInside, length) = (pixel, 0)
                }
                length += 1
            }
        }
        counts.append(length)
        self.init(height: region.height, width: region.width, filledBy: counts)
    }
}
