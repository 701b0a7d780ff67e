/// The lines along the edges of a picture that are of one brightness.
struct EvenBorder {
    // A line is even when all but two of a hundred pixels are this near to the border's brightness.
    private static let tolerance = 12
    private static let strays = 0.02

    /// The share of the picture that lies in the border, 0 to 1.
    let share: Double

    /// Looks for lines along all four edges.
    init(_ sums: PixelSums) {
        let (width, height) = (sums.width, sums.height)
        let rows = Self.inside(height) { y in
            sums.luma[(y * width)..<((y + 1) * width)]
        }
        let columns = Self.inside(width) { x in
            rows.map { y in sums.luma[y * width + x] }[...]
        }
        share = 1 - Double(rows.count * columns.count) / Double(width * height)
    }

    /// The lines between the even ones at the beginning and those at the end.
    private static func inside(_ count: Int, _ line: (Int) -> ArraySlice<UInt8>) -> Range<Int> {
        let first = evenLines(0..<count, line)
        // The two borders may meet.
        return first..<max(first, count - evenLines((0..<count).reversed(), line))
    }

    /// How many lines are as even as the first of them, and of its brightness.
    private static func evenLines(
        _ lines: some Collection<Int>,
        _ line: (Int) -> ArraySlice<UInt8>
    ) -> Int {
        guard let outermost = lines.first.map(line), !outermost.isEmpty else { return 0 }
        let brightness = median(outermost)
        let allowed = Int(strays * Double(outermost.count))
        let uneven = lines.firstIndex { position in
            line(position).count { abs(Int($0) - brightness) > tolerance } > allowed
        }
        return lines.distance(from: lines.startIndex, to: uneven ?? lines.endIndex)
    }

    private static func median(_ values: ArraySlice<UInt8>) -> Int {
        var histogram = [Int](repeating: 0, count: 256)
        for value in values { histogram[Int(value)] += 1 }
        var seen = 0
        return histogram.firstIndex { count in
            seen += count
            return 2 * seen > values.count
        } ?? 0
    }
}
