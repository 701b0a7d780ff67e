package import CurationCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension ImageMetrics {
    /// The longer side that pictures are scaled down to before they are measured.
    ///
    /// Sharpness depends on the scale, so pictures can be compared only at the same one. Smaller
    /// pictures are measured as they are.
    package static let measuredSide = 256

    /// Measures a picture.
    package init(measuring pixels: PixelBuffer) {
        let measured = pixels.resized(toFit: Self.measuredSide)
        let luma = measured.luma
        var histogram = [Int](repeating: 0, count: 256)
        for value in luma { histogram[Int(value)] += 1 }
        let total = luma.count
        let (mean, variance) = Self.moments(histogram, total: total)
        self.init(
            brightness: mean / 255,
            darkest: Self.percentile(0.01, of: histogram, total: total),
            brightest: Self.percentile(0.99, of: histogram, total: total),
            contrast: variance.squareRoot() / 255,
            sharpness: Self.laplacianVariance(luma, width: measured.width),
            entropy: Self.entropy(histogram, total: total)
        )
    }

    /// Mean and variance of the brightness, in 0...255.
    private static func moments(_ histogram: [Int], total: Int) -> (mean: Double, variance: Double)
    {
        var sum = 0
        var squares = 0
        for (value, count) in histogram.enumerated() {
            sum += value * count
            squares += value * value * count
        }
        let mean = Double(sum) / Double(total)
        return (mean, max(0, Double(squares) / Double(total) - mean * mean))
    }

    /// The lowest brightness, 0...1, that at least `share` of the pixels do not exceed.
    private static func percentile(_ share: Double, of histogram: [Int], total: Int) -> Double {
        let wanted = share * Double(total)
        var seen = 0
        for (value, count) in histogram.enumerated() {
            seen += count
            if Double(seen) >= wanted { return Double(value) / 255 }
        }
        return 1
    }

    private static func entropy(_ histogram: [Int], total: Int) -> Double {
        var bits = 0.0
        for count in histogram where count > 0 {
            let share = Double(count) / Double(total)
            bits -= share * log2(share)
        }
        return max(0, bits)
    }

    /// Variance of the 4-neighbour Laplacian of the inner pixels; 0 when there are none.
    private static func laplacianVariance(_ luma: [UInt8], width: Int) -> Double {
        let height = luma.count / width
        guard width > 2, height > 2 else { return 0 }
        var sum = 0
        var squares = 0
        for y in 1..<(height - 1) {
            for index in (y * width + 1)..<(y * width + width - 1) {
                let around =
                    Int(luma[index - 1]) + Int(luma[index + 1]) + Int(luma[index - width])
                    + Int(luma[index + width])
                let laplacian = around - 4 * Int(luma[index])
                sum += laplacian
                squares += laplacian * laplacian
            }
        }
        let count = Double((width - 2) * (height - 2))
        let mean = Double(sum) / count
        return max(0, Double(squares) / count - mean * mean)
    }
}
