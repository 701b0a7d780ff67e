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
        let small = large.resized(width: 320, height: 240)
        #expect(ImageMetrics(measuring: large) == ImageMetrics(measuring: small))
        #expect(ImageMeasures(of: large) == ImageMeasures(of: small))
    }

    @Test(arguments: [(1, 1), (2, 5), (5, 2), (1, 900)])
    func `a picture without inner pixels has no sharpness`(width: Int, height: Int) {
        let metrics = ImageMetrics(measuring: SyntheticPictures.noise(width, height, seed: 3))
        #expect(metrics.sharpness == 0)
        #expect((0...1).contains(metrics.brightness))
    }

    @Test func `a flat colour has the saturation and colourfulness of its channels`() {
        let orange: [UInt8] = [200, 120, 40]
        let metrics = ImageMetrics(
            measuring: SyntheticPictures.drawn(30, 20) { _, _, channel in orange[channel] }
        )
        #expect(abs(metrics.saturation - 160.0 / 200) < 1e-4)
        // Red minus green is 80, and the mean of both minus blue 120; nothing deviates.
        let expected = 0.3 * (80.0 * 80 + 120 * 120).squareRoot()
        #expect(abs(metrics.colorfulness - expected) < 1e-9)
        #expect(metrics.grayness == 0)
    }

    @Test func `red and blue halves are as colourful as Hasler and Susstrunk say`() {
        let metrics = ImageMetrics(
            measuring: SyntheticPictures.drawn(40, 40) { x, _, channel in
                channel == (x < 20 ? 0 : 2) ? 255 : 0
            }
        )
        // Red minus green: 255 and 0. The mean of both minus blue: 127.5 and -255.
        let deviation = (127.5 * 127.5 + 191.25 * 191.25).squareRoot()
        let mean = (127.5 * 127.5 + 63.75 * 63.75).squareRoot()
        #expect(abs(metrics.colorfulness - (deviation + 0.3 * mean)) < 1e-9)
        #expect(abs(metrics.saturation - 1) < 1e-4)
    }

    @Test(arguments: [(8, 1.0), (9, 0.0)])
    func `channels that hardly differ are grey`(difference: Int, grayness: Double) {
        let picture = SyntheticPictures.drawn(10, 10) { _, _, channel in
            UInt8(channel == 2 ? 100 + difference : 100)
        }
        #expect(ImageMetrics(measuring: picture).grayness == grayness)
    }

    @Test func `black has no saturation`() {
        let metrics = ImageMetrics(measuring: SyntheticPictures.flat(9, 9, 0))
        #expect(metrics.saturation == 0 && metrics.colorfulness == 0 && metrics.grayness == 1)
    }

    @Test func `even bars around a picture are its border`() {
        let noise = SyntheticPictures.noise(100, 80, seed: 8)
        let framed = SyntheticPictures.drawn(100, 80) { x, y, channel in
            (10..<90).contains(x) && (8..<72).contains(y) ? noise.value(x, y, channel) : 250
        }
        #expect(abs(ImageMetrics(measuring: framed).border - 0.36) < 1e-9)
        let boxed = SyntheticPictures.drawn(100, 80) { x, y, channel in
            (20..<60).contains(y) ? noise.value(x, y, channel) : 0
        }
        #expect(abs(ImageMetrics(measuring: boxed).border - 0.5) < 1e-9)
        #expect(ImageMetrics(measuring: noise).border == 0)
        #expect(ImageMetrics(measuring: SyntheticPictures.flat(30, 20, 77)).border == 1)
    }

    @Test func `borders that meet are the whole picture`() {
        let ramp = SyntheticPictures.drawn(60, 40) { _, y, _ in UInt8(100 + y / 2) }
        let border = ImageMetrics(measuring: ramp).border
        #expect(border == 1)
    }

    // Sums over parts of a row must not depend on how long it is.
    @Test(arguments: [(1, 1), (3, 3), (7, 311), (320, 1), (320, 240), (319, 2), (511, 3)])
    func `the numbers are those of the definitions`(width: Int, height: Int) {
        let picture = SyntheticPictures.noise(width, height, seed: UInt64(width + height))
        let small = picture.resized(toFit: ImageMeasures.side)
        let metrics = ImageMetrics(measuring: picture)
        let truth = DirectMetrics(small)
        #expect(abs(metrics.brightness - truth.brightness) < 1e-9)
        #expect(abs(metrics.sharpness - truth.sharpness) < 1e-6 * max(1, truth.sharpness))
        #expect(abs(metrics.colorfulness - truth.colorfulness) < 1e-6)
        // Each saturation is rounded down to a 65,536th.
        #expect(abs(metrics.saturation - truth.saturation) < 2e-5)
        #expect(abs(metrics.grayness - truth.grayness) < 1e-12)
    }

    @Test func `the quality of the file is kept`() {
        let picture = SyntheticPictures.flat(3, 3, 3)
        #expect(ImageMetrics(measuring: picture).jpegQuality == nil)
        #expect(ImageMetrics(measuring: picture, jpegQuality: 85).jpegQuality == 85)
        #expect(ImageMeasures(of: picture, jpegQuality: 7).metrics.jpegQuality == 7)
    }
}

/// The metrics pixel by pixel, in double precision.
private struct DirectMetrics {
    var brightness = 0.0
    var sharpness = 0.0
    var colorfulness = 0.0
    var saturation = 0.0
    var grayness = 0.0

    init(_ picture: PixelBuffer) {
        let (width, height) = (picture.width, picture.height)
        func luma(_ x: Int, _ y: Int) -> Double {
            let sum =
                19595 * Int(picture.value(x, y, 0)) + 38470 * Int(picture.value(x, y, 1))
                + 7471 * Int(picture.value(x, y, 2))
            return Double((sum + 32768) >> 16)
        }
        var (lumas, laplacians): ([Double], [Double]) = ([], [])
        var (redGreen, yellowBlue): ([Double], [Double]) = ([], [])
        for y in 0..<height {
            for x in 0..<width {
                let (r, g, b) = (
                    Double(picture.value(x, y, 0)), Double(picture.value(x, y, 1)),
                    Double(picture.value(x, y, 2))
                )
                lumas.append(luma(x, y))
                redGreen.append(r - g)
                yellowBlue.append((r + g) / 2 - b)
                let (high, low) = (max(r, g, b), min(r, g, b))
                saturation += high > 0 ? (high - low) / high : 0
                grayness += high - low <= 8 ? 1 : 0
                guard x > 0, y > 0, x < width - 1, y < height - 1 else { continue }
                let around = luma(x - 1, y) + luma(x + 1, y) + luma(x, y - 1) + luma(x, y + 1)
                laplacians.append(around - 4 * luma(x, y))
            }
        }
        let count = Double(width * height)
        brightness = Self.mean(lumas) / 255
        sharpness = Self.variance(laplacians)
        let deviation = (Self.variance(redGreen) + Self.variance(yellowBlue)).squareRoot()
        let (rg, yb) = (Self.mean(redGreen), Self.mean(yellowBlue))
        colorfulness = deviation + 0.3 * (rg * rg + yb * yb).squareRoot()
        saturation /= count
        grayness /= count
    }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(max(1, values.count))
    }

    private static func variance(_ values: [Double]) -> Double {
        let mean = mean(values)
        return Self.mean(values.map { ($0 - mean) * ($0 - mean) })
    }
}
