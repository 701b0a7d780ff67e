import CurationCore
import Imaging
import TestKit
import Testing

@Suite struct OrientationTests {
    private let decoder = ImageDecoder()

    @Test(arguments: 1...8)
    func `all eight orientations show the same upright picture`(value: Int) throws {
        let upright = try decoder.decode(Fixtures.bytes("images/orientation-1.jpg")).pixels
        let bytes = try Fixtures.bytes("images/orientation-\(value).jpg")
        #expect(try decoder.probe(bytes).orientation == Orientation(rawValue: value))
        let pixels = try decoder.decode(bytes).pixels
        #expect(pixels.width == 60 && pixels.height == 40)
        #expect(pixels.meanDifference(from: upright) < 2)
    }

    @Test func `the eXIf chunk of a PNG turns it`() throws {
        let upright = try decoder.decode(Fixtures.bytes("images/orientation-1.jpg")).pixels
        let image = try decoder.decode(Fixtures.bytes("images/orientation-6.png"))
        #expect(image.width == 60 && image.height == 40)
        #expect(image.pixels.meanDifference(from: upright) < 3)
    }

    @Test(arguments: 1...8, ["png", "webp"])
    func `all eight orientations of PNG and WebP show the very same picture`(
        value: Int,
        suffix: String
    ) throws {
        let upright = try decoder.decode(Fixtures.bytes("images/turned-1.png")).pixels
        #expect(upright.width == 24 && upright.height == 16)
        let bytes = try Fixtures.bytes("images/turned-\(value).\(suffix)")
        #expect(try decoder.probe(bytes).orientation == Orientation(rawValue: value))
        #expect(try decoder.decode(bytes).pixels == upright)
    }

    @Test func `a turned picture is scaled by its upright sides`() throws {
        let bytes = try Fixtures.bytes("images/orientation-6.jpg")
        let image = try decoder.decode(bytes, atLeast: 20)
        #expect(image.pixels.width == 30 && image.pixels.height == 20)
        #expect(image.width == 60 && image.height == 40)
    }

    @Test func `both byte orders are read`() throws {
        let little: [UInt8] =
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0]
            + [0x12, 0x01, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0]
        let big: [UInt8] =
            [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1]
            + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0]
        #expect(try orientation(exif: little) == .leftTurn)
        #expect(try orientation(exif: big) == .leftTurn)
    }

    @Test func `an orientation of type LONG counts in both byte orders`() throws {
        let little: [UInt8] =
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0]
            + [0x12, 0x01, 4, 0, 1, 0, 0, 0, 6, 0, 0, 0]
        let big: [UInt8] =
            [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1]
            + [0x01, 0x12, 0, 4, 0, 0, 0, 1, 0, 0, 0, 6]
        #expect(try orientation(exif: little) == .rightTurn)
        #expect(try orientation(exif: big) == .rightTurn)
    }

    @Test(
        arguments: [
            // Value 0 and 9; LONG beyond 8; type BYTE; count 2; a directory beyond the end; a byte order of nobody.
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 9, 0, 0, 0],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 4, 0, 1, 0, 0, 0, 6, 0, 1, 0],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 1, 0, 1, 0, 0, 0, 6, 0, 0, 0],
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 2, 0, 0, 0, 6, 0, 0, 0],
            [0x49, 0x49, 42, 0, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x4D, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0],
            [],
        ] as [[UInt8]]
    )
    func `an orientation that cannot be trusted is upright`(exif: [UInt8]) throws {
        #expect(try orientation(exif: exif) == .upright)
    }

    @Test func `EXIF of a WebP is read with and without the words before it`() throws {
        let exif: [UInt8] =
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0]
            + [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
        let sound = try Fixtures.bytes("images/turned-1.webp")
        let name = try #require(sound.indices.first { sound[$0...].starts(with: "EXIF".utf8) })
        for block in [exif, Array("Exif\0\0".utf8) + exif] {
            let chunk = Array("EXIF".utf8) + [UInt8(block.count), 0, 0, 0] + block
            let bytes = Array(sound[..<name]) + chunk
            #expect(try decoder.probe(bytes).orientation == .rightTurn)
        }
    }

    @Test func `EXIF cut at any length is upright or read`() throws {
        let exif: [UInt8] =
            [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0]
            + [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
        for length in 0...exif.count {
            let found = try orientation(exif: Array(exif[..<length]))
            // The value ends two bytes before the entry does.
            #expect(found == (length >= exif.count - 2 ? .rightTurn : .upright))
        }
    }

    /// The orientation of a JPEG file with `exif` as its first segment.
    private func orientation(exif: [UInt8]) throws -> Orientation {
        let sound = try Fixtures.bytes("images/size-7x9.jpg")
        let segment: [UInt8] = [0xFF, 0xE1, 0, UInt8(exif.count + 8)] + Array("Exif\0\0".utf8)
        return try decoder.probe(Array(sound[..<2]) + segment + exif + sound[2...]).orientation
    }
}
