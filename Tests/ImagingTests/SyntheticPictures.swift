import CurationCore

/// Pictures drawn by a formula.
enum SyntheticPictures {
    /// A picture whose pixels are computed, one channel after the other.
    static func drawn(
        _ width: Int,
        _ height: Int,
        _ value: (_ x: Int, _ y: Int, _ channel: Int) -> UInt8
    ) -> PixelBuffer {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * height * 3)
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<3 { bytes.append(value(x, y, channel)) }
            }
        }
        return PixelBuffer(width: width, height: height, bytes: bytes)
    }

    /// One colour everywhere.
    static func flat(_ width: Int, _ height: Int, _ value: UInt8) -> PixelBuffer {
        drawn(width, height) { _, _, _ in value }
    }

    /// Random bytes.
    static func noise(_ width: Int, _ height: Int, seed: UInt64) -> PixelBuffer {
        var generator = SeededGenerator(seed: seed)
        return drawn(width, height) { _, _, _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// Random coarse blots, which survive scaling and compression.
    static func blots(_ width: Int, _ height: Int, seed: UInt64) -> PixelBuffer {
        noise(7, 5, seed: seed).enlarged(width, height)
    }

    /// Squares of black and white.
    static func checkerboard(_ width: Int, _ height: Int, square: Int) -> PixelBuffer {
        drawn(width, height) { x, y, _ in (x / square + y / square).isMultiple(of: 2) ? 0 : 255 }
    }
}

extension PixelBuffer {
    /// The channel of the pixel at `x`, `y`.
    func value(_ x: Int, _ y: Int, _ channel: Int) -> UInt8 {
        bytes[(y * width + x) * 3 + channel]
    }

    /// Interpolated linearly between the corners, unlike any code that is tested.
    fileprivate func enlarged(_ wide: Int, _ high: Int) -> PixelBuffer {
        SyntheticPictures.drawn(wide, high) { x, y, channel in
            let across = Double(x) / Double(wide) * Double(width - 1)
            let down = Double(y) / Double(high) * Double(height - 1)
            let (left, top) = (Int(across), Int(down))
            let (right, bottom) = (across - Double(left), down - Double(top))
            func at(_ x: Int, _ y: Int) -> Double { Double(value(x, y, channel)) }
            let upper = at(left, top) * (1 - right) + at(left + 1, top) * right
            let lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right
            return UInt8(upper * (1 - bottom) + lower * bottom)
        }
    }

    /// The largest difference of any two bytes at the same place.
    func largestDifference(from other: PixelBuffer) -> Int {
        precondition(width == other.width && height == other.height, "pictures differ in size")
        return zip(bytes, other.bytes).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
    }

    /// The mean of the absolute differences of all bytes.
    func meanDifference(from other: PixelBuffer) -> Double {
        precondition(width == other.width && height == other.height, "pictures differ in size")
        let sum = zip(bytes, other.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(bytes.count)
    }
}

extension SyntheticPictures {
    /// Random rectangles of random colours, large ones first, which have detail at all scales.
    static func strokes(_ width: Int, _ height: Int, seed: UInt64) -> PixelBuffer {
        var generator = SeededGenerator(seed: seed)
        var bytes = [UInt8](repeating: 128, count: width * height * 3)
        for stroke in 0..<120 {
            let share = 0.6 / (1 + Double(stroke) / 8)
            let left = Int(generator.unit() * Double(width))
            let top = Int(generator.unit() * Double(height))
            let right = min(width, left + 1 + Int(generator.unit() * share * Double(width)))
            let bottom = min(height, top + 1 + Int(generator.unit() * share * Double(height)))
            let color = (0..<3).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for y in top..<bottom {
                for x in left..<right {
                    for channel in 0..<3 { bytes[(y * width + x) * 3 + channel] = color[channel] }
                }
            }
        }
        return PixelBuffer(width: width, height: height, bytes: bytes)
    }
}

extension PixelBuffer {
    /// Turned and mirrored, pixel by pixel.
    func done(_ transform: ImageTransform) -> PixelBuffer {
        let (right, bottom) = (width - 1, height - 1)
        let swapsSides = [.transpose, .rotate90, .transverse, .rotate270].contains(transform)
        let (wide, high) = swapsSides ? (height, width) : (width, height)
        return SyntheticPictures.drawn(wide, high) { x, y, channel in
            switch transform {
            case .identity: value(x, y, channel)
            case .flipHorizontal: value(right - x, y, channel)
            case .rotate180: value(right - x, bottom - y, channel)
            case .flipVertical: value(x, bottom - y, channel)
            case .transpose: value(y, x, channel)
            case .rotate90: value(y, bottom - x, channel)
            case .transverse: value(right - y, bottom - x, channel)
            case .rotate270: value(right - y, x, channel)
            }
        }
    }
}
