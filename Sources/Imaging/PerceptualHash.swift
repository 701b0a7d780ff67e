package import CurationCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension PerceptualHash {
    /// The hash of a picture, which is scaled as for its metrics.
    package init(of pixels: PixelBuffer) {
        self.init(PixelSums(pixels.resized(toFit: ImageMeasures.side)))
    }

    /// The hash of the brightness of a picture, averaged over 64 x 64 cells.
    init(_ sums: PixelSums) {
        let coefficients = Self.lowFrequencies(sums.cells())
        var words = SIMD4<UInt64>()
        for (v, row) in coefficients.enumerated() {
            for u in 0..<16 where row[u] > Self.leastCoefficient {
                words[v / 4] |= 1 << UInt64(v % 4 * 16 + u)
            }
        }
        words[0] &= ~1
        self.init(words: words)
    }

    // Smaller ones are noise of the 8-bit brightness, which must not decide a bit of an even
    // picture; this is the wave of a height of 1/32 of a step of the brightness.
    private static let leastCoefficient: Float = 0.5

    /// The lowest 16 x 16 coefficients of the orthonormal DCT-II, those of 0...15 half waves down
    /// in turn, with those across as lanes.
    private static func lowFrequencies(_ cells: [Float]) -> [SIMD16<Float>] {
        let side = PixelSums.cellSide
        var coefficients = [SIMD16<Float>](repeating: .zero, count: 16)
        for y in 0..<side {
            var across = SIMD16<Float>()
            for x in 0..<side { across += waves[x] * cells[y * side + x] }
            for v in 0..<16 { coefficients[v] += across * waves[y][v] }
        }
        return coefficients
    }

    /// At each of 64 positions, the waves of 0...15 half periods, each of length one.
    private static let waves: [SIMD16<Float>] = (0..<PixelSums.cellSide).map { position in
        var values = SIMD16<Float>()
        for u in 0..<16 {
            let length = (u == 0 ? 1.0 : 2.0) / Double(PixelSums.cellSide)
            let angle = Double.pi * (Double(position) + 0.5) * Double(u)
            values[u] = Float(length.squareRoot() * cos(angle / Double(PixelSums.cellSide)))
        }
        return values
    }
}
