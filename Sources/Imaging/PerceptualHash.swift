package import CurationCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A 64-bit hash of what a picture looks like (Zauner, "pHash", 2010).
///
/// The brightness is averaged to 32 x 32 and transformed by an orthonormal DCT-II. Bit `8v + u` says
/// whether the coefficient of `u` half waves across and `v` down, of 0...7, is above the median of
/// all of them but the mean (0, 0), whose own bit is always 0.
package enum PerceptualHash {
    private static let side = 32
    private static let kept = 8

    /// The hash of a picture.
    package static func of(_ pixels: PixelBuffer) -> UInt64 {
        let coefficients = lowFrequencies(pixels.resized(width: side, height: side).luma)
        let sorted = coefficients.dropFirst().sorted()
        let median = sorted[sorted.count / 2]
        var hash: UInt64 = 0
        for index in coefficients.indices.dropFirst() where coefficients[index] > median {
            hash |= 1 << UInt64(index)
        }
        return hash
    }

    /// The lowest 8 x 8 coefficients, row by row.
    ///
    /// They are rounded to whole numbers: what is smaller is noise of the 8-bit brightness, and
    /// must not decide a bit of an even picture.
    private static func lowFrequencies(_ luma: [UInt8]) -> [Float] {
        var across = [Float](repeating: 0, count: side * kept)
        for y in 0..<side {
            for u in 0..<kept {
                var sum: Float = 0
                for x in 0..<side { sum += Float(luma[y * side + x]) * basis[u * side + x] }
                across[y * kept + u] = sum
            }
        }
        var coefficients = [Float](repeating: 0, count: kept * kept)
        for v in 0..<kept {
            for u in 0..<kept {
                var sum: Float = 0
                for y in 0..<side { sum += across[y * kept + u] * basis[v * side + y] }
                coefficients[v * kept + u] = sum.rounded()
            }
        }
        return coefficients
    }

    /// Row `u` is the wave of `u` half periods over 32 positions, of length one.
    private static let basis: [Float] = (0..<kept).flatMap { u in
        (0..<side).map { x in
            let length = (u == 0 ? 1.0 : 2.0) / Double(side)
            let angle = Double.pi * (Double(x) + 0.5) * Double(u) / Double(side)
            return Float(length.squareRoot() * cos(angle))
        }
    }
}
