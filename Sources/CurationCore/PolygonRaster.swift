/// The pixels of an image that any of some rings covers, by the rule of COCO.
///
/// A ring is drawn on a grid five times as fine as the pixels (`rleFrPoly` of maskApi). Where it
/// passes the middle of a column of pixels, that column changes between outside and inside. Here
/// only those places are computed, not the whole line, so that a side of any length costs no more
/// than the columns that it passes.
struct PolygonRaster {
    /// Some pixels one after the other, down the columns; the end is not one of them.
    private struct Run {
        var start: UInt32
        var end: UInt32
    }

    /// Grid points to a pixel.
    private static let scale = 5

    private let height: Int
    private let width: Int
    private var runs: [Run] = []
    /// The number of runs or crossings at which they are tidied: it is what bounds the memory that
    /// rings on top of each other take.
    private var fullRuns = 4096
    private var fullCrossings = 4096

    /// Starts with no pixels of an image that has 1 to `UInt32.max`.
    init(height: Int, width: Int) {
        (self.height, self.width) = (height, width)
    }

    /// Adds the pixels of a ring of a `Polygon`.
    mutating func add(_ ring: [Double]) {
        // Rounded as a cast does in C: towards zero.
        let points = ring.map { Int(Double(Self.scale) * $0 + 0.5) }
        var crossings: [UInt32] = []
        for index in stride(from: 0, to: points.count, by: 2) {
            let next = (index + 2) % points.count
            addCrossings(
                from: (points[index], points[index + 1]),
                to: (points[next], points[next + 1]),
                to: &crossings
            )
            if crossings.count > fullCrossings {
                Self.cancelPairs(&crossings)
                fullCrossings = max(fullCrossings, 2 * crossings.count)
            }
        }
        Self.cancelPairs(&crossings)
        // A ring is closed, so that every column changes an even number of times.
        for index in stride(from: 0, to: crossings.count - 1, by: 2) {
            runs.append(Run(start: crossings[index], end: crossings[index + 1]))
        }
        if runs.count > fullRuns {
            mergeRuns()
            fullRuns = max(fullRuns, 2 * runs.count)
        }
    }

    /// The lengths of the runs outside and inside in turn, `height * width` pixels in all.
    mutating func counts() -> [UInt32] {
        mergeRuns()
        var counts: [UInt32] = []
        var position: UInt32 = 0
        for run in runs {
            counts.append(run.start - position)
            counts.append(run.end - run.start)
            position = run.end
        }
        let end = UInt32(height * width)
        if position < end || counts.isEmpty { counts.append(end - position) }
        return counts
    }
}

// MARK: - Where a side passes the columns

extension PolygonRaster {
    /// Adds the pixels at which the side from one grid point to another changes the columns.
    private func addCrossings(
        from first: (x: Int, y: Int),
        to second: (x: Int, y: Int),
        to crossings: inout [UInt32]
    ) {
        let (across, down) = (abs(first.x - second.x), abs(first.y - second.y))
        let isFlat = across >= down
        // Drawn from left to right or from top to bottom, whichever is longer.
        let isBackward = isFlat ? first.x > second.x : first.y > second.y
        let (start, end) = isBackward ? (second, first) : (first, second)
        // The middle of a column is between the grid points 5 column + 2 and 5 column + 3.
        let (low, high) = (min(start.x, end.x), max(start.x, end.x))
        guard high >= 3 else { return }
        let firstColumn = max(0, (low + 2) / Self.scale)
        let lastColumn = min(width - 1, (high - 3) / Self.scale)
        guard firstColumn <= lastColumn else { return }
        for column in firstColumn...lastColumn {
            let left = Self.scale * column + 2
            let y =
                isFlat
                ? Self.flatCrossing(of: left, from: start, to: end)
                : Self.steepCrossing(of: left, from: start, to: end)
            crossings.append(UInt32(column * height + row(y)))
        }
    }

    /// The upper one of the grid points of a flat side at `left` and right of it.
    private static func flatCrossing(
        of left: Int,
        from start: (x: Int, y: Int),
        to end: (x: Int, y: Int)
    ) -> Int {
        let slope = Double(end.y - start.y) / Double(end.x - start.x)
        let steps = left - start.x
        return min(
            point(at: steps, from: start.y, slope: slope),
            point(at: steps + 1, from: start.y, slope: slope)
        )
    }

    /// The upper one of the two grid points between which a steep side passes from `left` to the
    /// right of it, or back.
    private static func steepCrossing(
        of left: Int,
        from start: (x: Int, y: Int),
        to end: (x: Int, y: Int)
    ) -> Int {
        let slope = Double(end.x - start.x) / Double(end.y - start.y)
        // The first step on the other side; rounding keeps the order of the points.
        var (before, after) = (0, end.y - start.y)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            let isRight = point(at: middle, from: start.x, slope: slope) > left
            if isRight == (slope > 0) { after = middle } else { before = middle }
        }
        return start.y + before
    }

    /// A coordinate after some steps along the other axis, in the order of operations of maskApi.
    private static func point(at steps: Int, from start: Int, slope: Double) -> Int {
        Int(Double(start) + slope * Double(steps) + 0.5)
    }

    /// The first row of pixels, 0 to `height`, whose middle is not above a grid point.
    private func row(_ y: Int) -> Int {
        let place = (Double(y) + 0.5) / Double(Self.scale) - 0.5
        return Int(min(max(place, 0), Double(height)).rounded(.up))
    }
}

// MARK: - Tidying

extension PolygonRaster {
    /// Sorts the crossings, and drops those that undo each other.
    private static func cancelPairs(_ crossings: inout [UInt32]) {
        crossings.sort()
        var kept = 0
        for index in crossings.indices {
            if kept > 0, crossings[kept - 1] == crossings[index] {
                kept -= 1
            } else {
                crossings[kept] = crossings[index]
                kept += 1
            }
        }
        crossings.removeSubrange(kept...)
    }

    /// Sorts the runs, and joins those that overlap or touch.
    private mutating func mergeRuns() {
        runs.sort { $0.start < $1.start }
        var merged: [Run] = []
        for run in runs {
            if let last = merged.last, run.start <= last.end {
                merged[merged.count - 1].end = max(last.end, run.end)
            } else {
                merged.append(run)
            }
        }
        runs = merged
    }
}
