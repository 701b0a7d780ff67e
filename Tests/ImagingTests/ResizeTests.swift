import CurationCore
import Imaging
import Testing

@Suite struct ResizeTests {
    @Test(arguments: 0..<12)
    func `shrinking averages the area of each pixel`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let width = Int.random(in: 1...70, using: &generator)
        let height = Int.random(in: 1...70, using: &generator)
        let picture = SyntheticPictures.noise(width, height, seed: UInt64(seed))
        let narrow = Int.random(in: 1...width, using: &generator)
        let low = Int.random(in: 1...height, using: &generator)
        let small = picture.resized(width: narrow, height: low)
        for y in 0..<low {
            for x in 0..<narrow {
                let exact = areaMean(picture, x, y, narrow, low, channel: 1)
                #expect(abs(Double(small.value(x, y, 1)) - exact) <= 0.51)
            }
        }
    }

    @Test(arguments: 0..<40)
    func `the fast code differs from the plain one by a level at most`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let sides = (0..<4).map { _ in Int.random(in: 1...300, using: &generator) }
        let picture = SyntheticPictures.noise(sides[0], sides[1], seed: UInt64(seed))
        let fast = picture.resized(width: sides[2], height: sides[3])
        let plain = picture.resizedPlainly(width: sides[2], height: sides[3])
        #expect(fast.largestDifference(from: plain) <= 1)
    }

    @Test func `the same size is the same picture`() {
        let picture = SyntheticPictures.noise(31, 17, seed: 1)
        #expect(picture.resized(width: 31, height: 17) == picture)
    }

    @Test func `growing interpolates linearly between the centres`() {
        let picture = PixelBuffer(width: 2, height: 1, bytes: [0, 0, 0, 200, 100, 40])
        let wide = picture.resized(width: 4, height: 1)
        #expect(wide.bytes == [0, 0, 0, 50, 25, 10, 150, 75, 30, 200, 100, 40])
    }

    @Test(arguments: [(1, 1), (1, 50), (50, 1), (3, 200), (199, 7)])
    func `a flat picture stays flat at any size`(width: Int, height: Int) {
        let flat = SyntheticPictures.flat(53, 29, 255).resized(width: width, height: height)
        #expect(flat == SyntheticPictures.flat(width, height, 255))
    }

    @Test(arguments: [
        (640, 480, 320, 320, 240), (480, 640, 320, 240, 320), (1000, 1, 320, 320, 1),
        (100, 80, 320, 100, 80), (321, 320, 320, 320, 319), (320, 10, 320, 320, 10),
    ])
    func `fitting keeps the aspect and never enlarges`(
        width: Int,
        height: Int,
        side: Int,
        fittedWidth: Int,
        fittedHeight: Int
    ) {
        let fitted = SyntheticPictures.flat(width, height, 9).resized(toFit: side)
        #expect(fitted.width == fittedWidth && fitted.height == fittedHeight)
    }

    /// The mean of one channel over the area that a smaller pixel covers, computed directly.
    private func areaMean(
        _ picture: PixelBuffer,
        _ x: Int,
        _ y: Int,
        _ width: Int,
        _ height: Int,
        channel: Int
    ) -> Double {
        let across = Double(picture.width) / Double(width)
        let down = Double(picture.height) / Double(height)
        func covered(_ index: Int, _ start: Double, _ length: Double) -> Double {
            max(0, min(start + length, Double(index + 1)) - max(start, Double(index)))
        }
        var sum = 0.0
        for row in 0..<picture.height {
            for column in 0..<picture.width {
                let weight =
                    covered(column, Double(x) * across, across)
                    * covered(row, Double(y) * down, down)
                sum += weight * Double(picture.value(column, row, channel))
            }
        }
        return sum / (across * down)
    }
}
