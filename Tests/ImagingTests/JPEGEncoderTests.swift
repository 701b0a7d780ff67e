import CurationCore
import Imaging
import Testing

@Suite struct JPEGEncoderTests {
    @Test(arguments: [(1, 1), (7, 9), (320, 240), (17, 300)])
    func `what was encoded decodes to nearly the same picture`(width: Int, height: Int) throws {
        let picture = SyntheticPictures.drawn(width, height) { x, y, channel in
            UInt8(60 + 3 * (x % 50) / (channel + 1) + y % 40)
        }
        let image = try ImageDecoder().decode(JPEGEncoder.encode(picture, quality: 95))
        #expect(image.format == .jpeg && image.damage == nil)
        #expect(image.pixels.meanDifference(from: picture) < 4)
    }

    @Test func `better quality means more bytes and less difference`() throws {
        let picture = SyntheticPictures.blots(160, 120, seed: 6)
        let poor = JPEGEncoder.encode(picture, quality: 20)
        let good = JPEGEncoder.encode(picture, quality: 95)
        #expect(poor.count < good.count)
        let poorPixels = try ImageDecoder().decode(poor).pixels
        let goodPixels = try ImageDecoder().decode(good).pixels
        #expect(
            goodPixels.meanDifference(from: picture) < poorPixels.meanDifference(from: picture)
        )
    }

    @Test func `noise of the best quality is whole`() throws {
        let noise = SyntheticPictures.noise(400, 300, seed: 8)
        let file = JPEGEncoder.encode(noise, quality: 100)
        #expect(file.suffix(2) == [0xFF, 0xD9])
        #expect(try ImageDecoder().decode(file).damage == nil)
    }

    @Test func `the same picture gives the same bytes, without metadata`() {
        let picture = SyntheticPictures.blots(64, 64, seed: 9)
        let file = JPEGEncoder.encode(picture, quality: 85)
        #expect(file == JPEGEncoder.encode(picture, quality: 85))
        // Only the JFIF segment stands before the quantization tables.
        #expect(file[2...3] == [0xFF, 0xE0] && file[20...21] == [0xFF, 0xDB])
    }

    @Test func `a thumbnail has a long side of 320 and never grows`() throws {
        let decoder = ImageDecoder()
        let large = try decoder.probe(Thumbnail.jpeg(of: SyntheticPictures.flat(1000, 500, 40)))
        #expect(large.width == 320 && large.height == 160)
        let small = try decoder.probe(Thumbnail.jpeg(of: SyntheticPictures.flat(30, 50, 40)))
        #expect(small.width == 30 && small.height == 50)
    }
}
