import CImageCodecs
import CurationCore

/// The brightness of each pixel of a picture, and sums over its pixels.
struct PixelSums {
    /// Pixels across.
    let width: Int
    /// Pixels down.
    let height: Int
    /// The brightness of each pixel, 0...255, weighed as in ITU-R BT.601.
    let luma: [UInt8]
    /// How many pixels have each brightness.
    let histogram: [Int]
    /// The 4-neighbour Laplacian of the brightness of the inner pixels.
    let laplacian: Moments
    /// Red minus green.
    let redGreen: Moments
    /// Red plus green minus twice blue.
    let yellowBlue: Moments
    /// The sum of the saturation of HSV.
    let saturation: Double
    /// Pixels whose channels differ by 8 at most.
    let gray: Int

    /// Mean and variance of some values.
    struct Moments {
        let mean: Double
        let variance: Double

        /// 0 of no values.
        init(sum: Int64, squares: Int64, count: Int) {
            let count = Double(max(1, count))
            mean = Double(sum) / count
            variance = max(0, Double(squares) / count - mean * mean)
        }
    }

    /// Measures a picture of at least one pixel.
    init(_ pixels: PixelBuffer) {
        let (width, height) = (pixels.width, pixels.height)
        let count = width * height
        var sums = cic_sums()
        luma = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe pixels.bytes.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress, let target = target.baseAddress else {
                    preconditionFailure("a picture has at least one pixel")
                }
                unsafe cic_measure(source, UInt32(width), UInt32(height), target, &sums)
            }
            initialized = count
        }
        self.width = width
        self.height = height
        histogram = unsafe withUnsafeBytes(of: sums.histogram) { bins in
            unsafe bins.bindMemory(to: UInt32.self).map { Int($0) }
        }
        let inner = max(0, width - 2) * max(0, height - 2)
        laplacian = Moments(sum: sums.laplacian, squares: sums.laplacian_squared, count: inner)
        redGreen = Moments(sum: sums.red_green, squares: sums.red_green_squared, count: count)
        yellowBlue = Moments(
            sum: sums.yellow_blue,
            squares: sums.yellow_blue_squared,
            count: count
        )
        saturation = Double(sums.saturation) / 65_536
        gray = Int(sums.gray)
    }

    /// The cells of a side of `cells`.
    static let cellSide = Int(CIC_CELLS)

    /// The mean brightness of 64 rows of 64 cells of equal area.
    func cells() -> [Float] {
        let count = Self.cellSide * Self.cellSide
        var row = [Float](repeating: 0, count: width)
        return unsafe [Float](unsafeUninitializedCapacity: count) { target, initialized in
            unsafe luma.withUnsafeBufferPointer { source in
                unsafe row.withUnsafeMutableBufferPointer { row in
                    guard let source = source.baseAddress, let row = row.baseAddress,
                        let target = target.baseAddress
                    else { return }
                    unsafe cic_luma_cells(source, UInt32(width), UInt32(height), row, target)
                }
            }
            initialized = count
        }
    }
}
