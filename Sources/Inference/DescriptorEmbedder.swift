package import CurationCore

/// Embeds without a model: shapes as a histogram of oriented gradients, and coarse colour.
///
/// Three parts, each of a fixed share of the vector's length:
/// - gradients (Dalal and Triggs 2005): grey picture, cells of 12 pixels, 9 unsigned
///   orientations shared between the two nearest, blocks of 2 x 2 cells with L2-Hys;
/// - layout: mean and standard deviation of each channel in a grid of 4 x 4;
/// - palette: square roots of a histogram of 4 x 4 x 4 colours, each pixel shared between the
///   nearest bins.
///
/// Only additions, products, quotients and square roots are used, whose results IEEE 754 fixes, so
/// the same pixels give the same vector on every machine.
package struct DescriptorEmbedder: Embedder {
    package let id = EmbedderID(
        name: "descriptor",
        digest: ContentDigest(of: "descriptor 1: 96, HOG 12/9/2x2, moments 4x4, colours 4x4x4")
    )
    package let inputSide = 96
    package var dimension: Int { Self.palette.upperBound }

    /// Where the gradients are in a vector.
    package static let gradients = 0..<blocks * blocks * 4 * orientations
    /// Where the layout of colours is in a vector.
    package static let layout = gradients.upperBound..<gradients.upperBound + 6 * grid * grid
    /// Where the palette is in a vector.
    package static let palette = layout.upperBound..<layout.upperBound + levels * levels * levels

    private static let cellSide = 12
    private static let cells = 8
    private static let blocks = 7
    private static let orientations = 9
    private static let grid = 4
    private static let levels = 4

    /// Makes the embedder.
    package init() {}

    package func embed(_ images: [PixelBuffer]) throws(InferenceError) -> [Float] {
        try checkSizes(of: images)
        var vectors: [Float] = []
        vectors.reserveCapacity(images.count * dimension)
        for image in images {
            Self.append(Self.gradients(of: image), share: 0.6, to: &vectors)
            Self.append(Self.layout(of: image), share: 0.2, to: &vectors)
            Self.append(Self.palette(of: image), share: 0.2, to: &vectors)
            let last = vectors.count - dimension
            Self.normalize(&vectors, last..<vectors.count, to: 1)
        }
        return vectors
    }

    /// Appends a part, scaled so that its squares add up to `share`.
    private static func append(_ part: [Float], share: Float, to vectors: inout [Float]) {
        let start = vectors.count
        vectors += part
        normalize(&vectors, start..<vectors.count, to: share.squareRoot())
    }

    /// Scales a range to a length, unless it is all zero.
    private static func normalize(_ values: inout [Float], _ range: Range<Int>, to length: Float) {
        var sum: Float = 0
        for index in range { sum += values[index] * values[index] }
        guard sum > 0 else { return }
        let factor = length / sum.squareRoot()
        for index in range { values[index] *= factor }
    }
}

// MARK: - Gradients

extension DescriptorEmbedder {
    /// Cosine and sine of 0, 20, … 180 degrees: the borders between orientations.
    private static let directions: [(x: Float, y: Float)] = [
        (1, 0), (0.939_692_62, 0.342_020_14), (0.766_044_44, 0.642_787_61),
        (0.5, 0.866_025_4), (0.173_648_18, 0.984_807_75), (-0.173_648_18, 0.984_807_75),
        (-0.5, 0.866_025_4), (-0.766_044_44, 0.642_787_61), (-0.939_692_62, 0.342_020_14),
        (-1, 0),
    ]

    private static func gradients(of image: PixelBuffer) -> [Float] {
        let histograms = cellHistograms(grey(image), side: image.width)
        var descriptor: [Float] = []
        descriptor.reserveCapacity(gradients.count)
        for row in 0..<blocks {
            for column in 0..<blocks {
                let start = descriptor.count
                for cell in [row * cells + column, (row + 1) * cells + column] {
                    // Two cells side by side lie one after the other.
                    let first = cell * orientations
                    descriptor += histograms[first..<first + 2 * orientations]
                }
                clipAndNormalize(&descriptor, start..<descriptor.count)
            }
        }
        return descriptor
    }

    /// Luma after ITU-R BT.601, from 0 to 1.
    private static func grey(_ image: PixelBuffer) -> [Float] {
        let bytes = image.bytes.span
        var values = [Float](repeating: 0, count: image.width * image.height)
        var output = values.mutableSpan
        for pixel in output.indices {
            let red = 299 * Int32(bytes[3 * pixel])
            let green = 587 * Int32(bytes[3 * pixel + 1])
            let blue = 114 * Int32(bytes[3 * pixel + 2])
            output[pixel] = Float(red + green + blue) * (1 / 255_000)
        }
        return values
    }

    /// The strength of each orientation in each cell.
    private static func cellHistograms(_ grey: [Float], side: Int) -> [Float] {
        var histograms = [Float](repeating: 0, count: cells * cells * orientations)
        var output = histograms.mutableSpan
        let grey = grey.span
        let directions = directions.span
        for y in 0..<side {
            let above = max(y - 1, 0) * side
            let below = min(y + 1, side - 1) * side
            for x in 0..<side {
                var dx = grey[y * side + min(x + 1, side - 1)] - grey[y * side + max(x - 1, 0)]
                var dy = grey[below + x] - grey[above + x]
                let square = dx * dx + dy * dy
                guard square > 0 else { continue }
                // A gradient and its opposite are the same edge.
                if dy < 0 || (dy == 0 && dx < 0) { (dx, dy) = (-dx, -dy) }
                var bin = 0
                var past = dy
                var ahead = dx * directions[1].y - dy * directions[1].x
                while ahead <= 0, bin < orientations - 1 {
                    bin += 1
                    past = -ahead
                    ahead = dx * directions[bin + 1].y - dy * directions[bin + 1].x
                }
                // The sines of the angles to both borders share the strength.
                let strength = square.squareRoot() / (past + ahead)
                let cell = (y / cellSide * cells + x / cellSide) * orientations
                output[cell + bin] += strength * ahead
                output[cell + (bin + 1) % orientations] += strength * past
            }
        }
        return histograms
    }

    /// L2-Hys: to length 1, no number above 0.2, to length 1 again.
    private static func clipAndNormalize(_ values: inout [Float], _ range: Range<Int>) {
        // Keeps the noise of an even block from being blown up to full strength.
        let floor: Float = 1
        for limit: Float in [0.2, 1] {
            var sum = floor
            for index in range { sum += values[index] * values[index] }
            let factor = 1 / sum.squareRoot()
            for index in range { values[index] = min(values[index] * factor, limit) }
        }
    }
}

// MARK: - Colour

extension DescriptorEmbedder {
    /// Mean, from the middle of the range, and standard deviation of each channel in each field.
    private static func layout(of image: PixelBuffer) -> [Float] {
        let bytes = image.bytes.span
        let fieldSide = image.width / grid
        let area = Float(fieldSide * fieldSide)
        var moments: [Float] = []
        for field in 0..<grid * grid {
            let left = field % grid * fieldSide
            let top = field / grid * fieldSide
            for channel in 0..<3 {
                var sum = 0
                var squares = 0
                for y in top..<top + fieldSide {
                    for x in left..<left + fieldSide {
                        let value = Int(bytes[3 * (y * image.width + x) + channel])
                        sum += value
                        squares += value * value
                    }
                }
                let mean = Float(sum) / area
                let variance = max(0, Float(squares) / area - mean * mean)
                moments.append((mean - 127.5) / 255)
                moments.append(variance.squareRoot() / 255)
            }
        }
        return moments
    }

    /// Square roots of how much of the picture each colour takes.
    private static func palette(of image: PixelBuffer) -> [Float] {
        let bytes = image.bytes.span
        var shares = [Int32](repeating: 0, count: levels * levels * levels)
        var output = shares.mutableSpan
        for pixel in 0..<image.width * image.height {
            let red = level(bytes[3 * pixel])
            let green = level(bytes[3 * pixel + 1])
            let blue = level(bytes[3 * pixel + 2])
            for corner in 0..<8 {
                let r = corner & 4 == 0 ? red.low : red.high
                let g = corner & 2 == 0 ? green.low : green.high
                let b = corner & 1 == 0 ? blue.low : blue.high
                output[(r.bin * levels + g.bin) * levels + b.bin] += r.weight * g.weight * b.weight
            }
        }
        let whole = Float(image.width * image.height) * 32 * 32 * 32
        return shares.map { (Float($0) / whole).squareRoot() }
    }

    /// The two levels nearest to a byte, with weights that add up to 32.
    private static func level(
        _ byte: UInt8
    ) -> (low: (bin: Int, weight: Int32), high: (bin: Int, weight: Int32)) {
        let position = Int(byte) * (levels - 1) * 32 / 255
        let bin = position / 32
        let weight = Int32(position % 32)
        return ((bin, 32 - weight), (min(bin + 1, levels - 1), weight))
    }
}
