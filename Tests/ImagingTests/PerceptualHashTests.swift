import CurationCore
import Imaging
import TestKit
import Testing

@Suite struct PerceptualHashTests {
    @Test(arguments: 0..<10 as Range<UInt64>)
    func `scaling and compressing change few bits`(seed: UInt64) throws {
        let picture = SyntheticPictures.strokes(300, 220, seed: seed)
        let hash = PerceptualHash(of: picture)
        let half = PerceptualHash(of: picture.resized(width: 150, height: 110))
        #expect(hash.distance(to: half) <= 12)
        let file = JPEGEncoder.encode(picture, quality: 50)
        let poor = PerceptualHash(of: try ImageDecoder().decode(file).pixels)
        #expect(hash.distance(to: poor) <= 12)
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `other pictures differ in many bits, however they are turned`(seed: UInt64) {
        let left = PerceptualHash(of: SyntheticPictures.strokes(200, 200, seed: seed))
        let right = PerceptualHash(of: SyntheticPictures.strokes(200, 200, seed: seed + 100))
        #expect(left.nearest(to: right).distance >= 70)
    }

    @Test func `a smaller scale of decoding changes few bits`() throws {
        let bytes = try Fixtures.bytes("images/baseline-420.jpg")
        let full = PerceptualHash(of: try ImageDecoder().decode(bytes).pixels)
        let small = PerceptualHash(of: try ImageDecoder().decode(bytes, atLeast: 64).pixels)
        #expect(full.distance(to: small) <= 24)
    }

    @Test(arguments: ImageTransform.allCases)
    func `the hash of a turned picture is the turned hash`(transform: ImageTransform) {
        for (seed, size) in [(300, 220), (220, 300), (257, 101), (64, 64), (50, 40)].enumerated() {
            let picture = SyntheticPictures.strokes(size.0, size.1, seed: UInt64(seed))
            let turned = PerceptualHash(of: picture.done(transform))
            let expected = PerceptualHash(of: picture).turned(transform)
            // Coefficients next to zero are 0 both ways.
            #expect(turned.distance(to: expected) <= 8)
            #expect(PerceptualHash(of: picture).nearest(to: turned).transform == transform)
        }
    }

    @Test(arguments: [0, 1, 127, 255] as [UInt8])
    func `a flat picture has no bit set`(value: UInt8) {
        let hash = PerceptualHash(of: SyntheticPictures.flat(97, 61, value))
        #expect(hash == PerceptualHash(words: .zero))
    }

    @Test func `noise of the last bit does not set bits`() {
        var generator = SeededGenerator(seed: 4)
        let picture = SyntheticPictures.drawn(320, 240) { _, _, _ in
            UInt8(127 + generator.next() % 2)
        }
        #expect(PerceptualHash(of: picture) == PerceptualHash(words: .zero))
    }

    @Test(arguments: [(1, 1), (1, 300), (300, 1), (2, 3), (65, 63)])
    func `a picture of any size has a hash`(width: Int, height: Int) {
        let picture = SyntheticPictures.noise(width, height, seed: 1)
        #expect(PerceptualHash(of: picture) == ImageMeasures(of: picture).perceptualHash)
        #expect(PerceptualHash(of: picture).words[0] & 1 == 0)
    }

    @Test func `one wave sets its own bit`() {
        // Brightness falls from left to right: (1, 0) is the one large positive coefficient.
        let picture = SyntheticPictures.drawn(32, 32) { x, _, _ in UInt8(255 - 8 * x) }
        #expect(PerceptualHash(of: picture).words[0] & 0b11 == 0b10)
        let turned = SyntheticPictures.drawn(32, 32) { _, y, _ in UInt8(255 - 8 * y) }
        #expect(PerceptualHash(of: turned).words[0] & 0x1_0003 == 0x1_0000)
    }

    // Straight from the definition, in double precision.
    @Test(arguments: [(128, 128), (100, 75)])
    func `the bits are the signs of the DCT of the averaged brightness`(width: Int, height: Int) {
        let picture = SyntheticPictures.strokes(width, height, seed: 9)
        let hash = PerceptualHash(of: picture)
        for (u, v, coefficient) in CosineTransform(picture).coefficients(16)
        where abs(coefficient - 0.5) > 0.01 && u + v > 0 {
            let isSet = hash.words[v / 4] >> UInt64(v % 4 * 16 + u) & 1 == 1
            #expect(isSet == (coefficient > 0.5), "(\(u), \(v)) is \(coefficient)")
        }
    }
}

/// The orthonormal DCT-II of the brightness of 64 x 64 cells, by its definition.
private struct CosineTransform {
    private let cells: [[Double]]

    init(_ picture: PixelBuffer) {
        func overlap(_ cell: Int, _ pixel: Int, _ size: Int) -> Double {
            let (start, end) = (Double(cell * size) / 64, Double((cell + 1) * size) / 64)
            return max(0, min(end, Double(pixel + 1)) - max(start, Double(pixel)))
        }
        let (width, height) = (picture.width, picture.height)
        let luma = (0..<height).map { y in
            (0..<width).map { x -> Double in
                let (r, g, b) = (
                    picture.value(x, y, 0), picture.value(x, y, 1), picture.value(x, y, 2)
                )
                return (0.299 * Double(r) + 0.587 * Double(g) + 0.114 * Double(b)).rounded()
            }
        }
        let area = Double(width * height) / 4096
        let rows = luma.map { row in
            (0..<64).map { across in
                (0..<width).reduce(0) { $0 + row[$1] * overlap(across, $1, width) }
            }
        }
        cells = (0..<64).map { down in
            (0..<64).map { across in
                (0..<height).reduce(0) { $0 + rows[$1][across] * overlap(down, $1, height) } / area
            }
        }
    }

    func coefficients(_ count: Int) -> [(u: Int, v: Int, value: Double)] {
        (0..<count * count).map { index in
            let (u, v) = (index % count, index / count)
            var sum = 0.0
            for y in 0..<64 {
                for x in 0..<64 { sum += cells[y][x] * Self.wave(u, x) * Self.wave(v, y) }
            }
            return (u, v, sum)
        }
    }

    private static func wave(_ frequency: Int, _ position: Int) -> Double {
        let length = (frequency == 0 ? 1.0 : 2.0) / 64
        return length.squareRoot() * cosine(Double((2 * position + 1) * frequency) / 128)
    }

    /// The cosine of half turns, by the sum of its series.
    private static func cosine(_ halfTurns: Double) -> Double {
        let angle = Double.pi * halfTurns.remainder(dividingBy: 2)
        var (term, sum) = (1.0, 1.0)
        for step in 1...20 {
            term *= -angle * angle / Double((2 * step - 1) * (2 * step))
            sum += term
        }
        return sum
    }
}
