import CurationCore
import Imaging
import TestKit
import Testing

@Suite struct PerceptualHashTests {
    private static func distance(_ left: UInt64, _ right: UInt64) -> Int {
        (left ^ right).nonzeroBitCount
    }

    @Test(arguments: 0..<10)
    func `scaling and compressing change few bits`(seed: Int) throws {
        let picture = SyntheticPictures.blots(300, 220, seed: UInt64(seed))
        let hash = PerceptualHash.of(picture)
        let half = PerceptualHash.of(picture.resized(width: 150, height: 110))
        #expect(Self.distance(hash, half) <= 4)
        let file = JPEGEncoder.encode(picture, quality: 50)
        let poor = PerceptualHash.of(try ImageDecoder().decode(file).pixels)
        #expect(Self.distance(hash, poor) <= 6)
    }

    @Test(arguments: 0..<10)
    func `other pictures differ in many bits`(seed: Int) {
        let left = PerceptualHash.of(SyntheticPictures.blots(200, 200, seed: UInt64(seed)))
        let right = PerceptualHash.of(SyntheticPictures.blots(200, 200, seed: UInt64(seed + 100)))
        #expect(Self.distance(left, right) >= 12)
    }

    @Test func `a smaller scale of decoding changes few bits`() throws {
        let bytes = try Fixtures.bytes("images/baseline-420.jpg")
        let full = PerceptualHash.of(try ImageDecoder().decode(bytes).pixels)
        let small = PerceptualHash.of(try ImageDecoder().decode(bytes, atLeast: 64).pixels)
        #expect(Self.distance(full, small) <= 4)
    }

    @Test(arguments: [0, 1, 127, 255] as [UInt8])
    func `a flat picture has no bit set`(value: UInt8) {
        #expect(PerceptualHash.of(SyntheticPictures.flat(97, 61, value)) == 0)
    }

    @Test func `one wave across sets its own bit`() {
        // Brightness falls from left to right: (1, 0) is the one large positive coefficient.
        let picture = SyntheticPictures.drawn(32, 32) { x, _, _ in UInt8(255 - 8 * x) }
        #expect(PerceptualHash.of(picture) & 0b11 == 0b10)
        let turned = SyntheticPictures.drawn(32, 32) { _, y, _ in UInt8(255 - 8 * y) }
        #expect(PerceptualHash.of(turned) & (1 << 8) != 0)
        #expect(PerceptualHash.of(turned) & 0b10 == 0)
    }
}
