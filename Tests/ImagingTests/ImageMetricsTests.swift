import CurationCore
import Imaging
import Testing

@Suite struct ImageMetricsTests {
    @Test(arguments: [(0, 0.0), (51, 0.2), (255, 1.0)] as [(UInt8, Double)])
    func `a flat picture has its brightness and nothing else`(value: UInt8, brightness: Double) {
        let metrics = ImageMetrics(measuring: SyntheticPictures.flat(40, 30, value))
        #expect(abs(metrics.brightness - brightness) < 1e-9)
        #expect(metrics.darkest == metrics.brightest)
        #expect(metrics.contrast == 0 && metrics.sharpness == 0 && metrics.entropy == 0)
    }

    @Test func `black and white squares have the extremes`() {
        let metrics = ImageMetrics(
            measuring: SyntheticPictures.checkerboard(64, 64, square: 8)
        )
        #expect(abs(metrics.brightness - 0.5) < 1e-9)
        #expect(metrics.darkest == 0 && metrics.brightest == 1)
        #expect(abs(metrics.contrast - 0.5) < 1e-9)
        #expect(abs(metrics.entropy - 1) < 1e-9)
    }

    @Test func `the Laplacian of alternating pixels is as large as can be`() {
        let metrics = ImageMetrics(measuring: SyntheticPictures.checkerboard(8, 8, square: 1))
        // Inner pixels are 4 * 255 above and below in turn: variance (1020)^2.
        #expect(abs(metrics.sharpness - 1020 * 1020) < 1e-6)
    }

    @Test(arguments: [(50, 0.4), (150, 0.0)])
    func `the ends leave out one percent of the pixels`(outliers: Int, darkest: Double) {
        // Of 10,000 pixels the first are black and the last white, the others grey.
        let picture = SyntheticPictures.drawn(100, 100) { x, y, _ in
            let index = y * 100 + x
            return index < outliers ? 0 : index >= 10000 - outliers ? 255 : 102
        }
        let metrics = ImageMetrics(measuring: picture)
        #expect(abs(metrics.darkest - darkest) < 1e-9)
        #expect(abs(metrics.brightest - (outliers > 100 ? 1 : 0.4)) < 1e-9)
    }

    @Test func `noise is sharper than its blurred copy and has more entropy than a ramp`() {
        let noise = SyntheticPictures.noise(256, 256, seed: 5)
        let blurred = noise.resized(width: 64, height: 64).resized(width: 256, height: 256)
        let sharp = ImageMetrics(measuring: noise)
        let soft = ImageMetrics(measuring: blurred)
        #expect(sharp.sharpness > 50 * soft.sharpness)
        #expect(sharp.entropy > 7 && sharp.entropy <= 8)
    }

    @Test func `large pictures are measured at one scale`() {
        let large = SyntheticPictures.blots(1024, 768, seed: 2)
        let small = large.resized(width: 256, height: 192)
        #expect(ImageMetrics(measuring: large) == ImageMetrics(measuring: small))
    }

    @Test(arguments: [(1, 1), (2, 5), (5, 2), (1, 900)])
    func `a picture without inner pixels has no sharpness`(width: Int, height: Int) {
        let metrics = ImageMetrics(measuring: SyntheticPictures.noise(width, height, seed: 3))
        #expect(metrics.sharpness == 0)
        #expect((0...1).contains(metrics.brightness))
    }
}
