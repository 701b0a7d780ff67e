package import CurationCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension ImageMetrics {
    /// Measures a picture; `jpegQuality` is that of its file.
    package init(measuring pixels: PixelBuffer, jpegQuality: Int? = nil) {
        self.init(PixelSums(pixels.resized(toFit: ImageMeasures.side)), jpegQuality: jpegQuality)
    }

    /// Makes the numbers from sums over the pixels.
    init(_ sums: PixelSums, jpegQuality: Int?) {
        self.init()
        let total = Double(sums.luma.count)
        let (mean, variance) = Self.moments(sums.histogram, total: total)
        brightness = mean / 255
        darkest = Self.percentile(0.01, of: sums.histogram, total: total)
        brightest = Self.percentile(0.99, of: sums.histogram, total: total)
        contrast = variance.squareRoot() / 255
        sharpness = sums.laplacian.variance
        entropy = Self.entropy(sums.histogram, total: total)
        colorfulness = Self.colorfulness(sums)
        saturation = sums.saturation / total
        grayness = Double(sums.gray) / total
        border = EvenBorder(sums).share
        self.jpegQuality = jpegQuality
    }

    /// Mean and variance of the brightness, in 0...255.
    private static func moments(
        _ histogram: [Int],
        total: Double
    ) -> (mean: Double, variance: Double) {
        var sum = 0
        var squares = 0
        for (value, count) in histogram.enumerated() {
            sum += value * count
            squares += value * value * count
        }
        let mean = Double(sum) / total
        return (mean, max(0, Double(squares) / total - mean * mean))
    }

    /// The lowest brightness, 0...1, that at least `share` of the pixels do not exceed.
    private static func percentile(_ share: Double, of histogram: [Int], total: Double) -> Double {
        var seen = 0
        for (value, count) in histogram.enumerated() {
            seen += count
            if Double(seen) >= share * total { return Double(value) / 255 }
        }
        return 1
    }

    private static func entropy(_ histogram: [Int], total: Double) -> Double {
        var bits = 0.0
        for count in histogram where count > 0 {
            let share = Double(count) / total
            bits -= share * log2(share)
        }
        return max(0, bits)
    }

    /// M3 of Hasler and Susstrunk, "Measuring colourfulness in natural images" (2003).
    private static func colorfulness(_ sums: PixelSums) -> Double {
        // Their yellow-blue axis is half of the sum's.
        let (rg, yb) = (sums.redGreen, sums.yellowBlue)
        let deviation = (rg.variance + yb.variance / 4).squareRoot()
        let mean = (rg.mean * rg.mean + yb.mean * yb.mean / 4).squareRoot()
        return deviation + 0.3 * mean
    }
}
