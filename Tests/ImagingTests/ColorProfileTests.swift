import CurationCore
import Imaging
import TestKit
import Testing

@Suite struct ColorProfileTests {
    private let decoder = ImageDecoder()

    @Test(arguments: [
        "profile-p3.jpg", "profile-adobe.png", "profile-p3.webp", "profile-gray.jpg",
        "profile-gray.png", "profile-cmyk.jpg", "profile-gamma22.png", "profile-srgb.jpg",
    ])
    func `the colors of a profile become those of sRGB as Pillow converts them`(
        file: String
    ) throws {
        let image = try decoder.decode(Fixtures.bytes("images/\(file)"))
        #expect(image.damage == nil)
        let golden = "images/expected-\(file.replacing(".", with: "-")).png"
        let expected = try decoder.decode(Fixtures.bytes(golden)).pixels
        #expect(image.pixels.largestDifference(from: expected) <= 2)
    }

    @Test func `a profile is converted at any scale`() throws {
        let bytes = try Fixtures.bytes("images/profile-p3.jpg")
        let half = try decoder.decode(bytes, atLeast: 18).pixels
        #expect(half.width == 24 && half.height == 18)
        let full = try decoder.decode(bytes).pixels.resized(width: 24, height: 18)
        #expect(half.meanDifference(from: full) < 3)
    }

    @Test func `a profile of sRGB changes nothing`() throws {
        let bytes = try Fixtures.bytes("images/profile-srgb.jpg")
        let without = try withoutProfile(bytes)
        #expect(without.count < bytes.count)
        #expect(try decoder.decode(bytes).pixels == decoder.decode(without).pixels)
    }

    @Test func `another profile does change the pixels`() throws {
        let bytes = try Fixtures.bytes("images/profile-p3.jpg")
        let plain = try decoder.decode(withoutProfile(bytes)).pixels
        #expect(try decoder.decode(bytes).pixels.largestDifference(from: plain) > 10)
    }

    @Test func `a broken profile is passed over`() throws {
        let bytes = try Fixtures.bytes("images/profile-broken.jpg")
        let image = try decoder.decode(bytes)
        #expect(image.damage == nil)
        #expect(try image.pixels == decoder.decode(withoutProfile(bytes)).pixels)
    }

    @Test(arguments: 0..<4)
    func `changed bytes of a profile never spoil the file`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let sound = try Fixtures.bytes("images/profile-p3.jpg")
        let start = try #require(
            sound.indices.first { sound[$0...].starts(with: "ICC_PROFILE".utf8) }
        )
        for _ in 0..<100 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = start + 14 + Int.random(in: 0..<584, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            let image = try decoder.decode(bytes)
            #expect(image.damage == nil && image.pixels.width == 48)
        }
    }

    @Test(arguments: [
        ("rgb-no-ycc.jpg", "profile-gray.jpg"), ("baseline-420.jpg", "profile-gray.jpg"),
        ("baseline-420.jpg", "profile-cmyk.jpg"), ("grey.jpg", "profile-p3.jpg"),
        ("cmyk.jpg", "profile-gray.jpg"), ("cmyk.jpg", "profile-p3.jpg"),
    ])
    func `a profile of another color model than the picture's is passed over`(
        file: String,
        donor: String
    ) throws {
        let bytes = try Fixtures.bytes("images/\(file)")
        let segment = try profileSegment(Fixtures.bytes("images/\(donor)"))
        let with = Array(bytes[..<2]) + segment + Array(bytes[2...])
        #expect(try decoder.decode(with).pixels == decoder.decode(bytes).pixels)
    }

    @Test func `a gray profile leaves a WebP its colors`() throws {
        let plain = try Fixtures.bytes("images/lossy.webp")
        // Behind the marker, the length, and the words that stand before a profile in a JPEG.
        let profile = try profileSegment(Fixtures.bytes("images/profile-gray.jpg")).dropFirst(18)
        let size = try decoder.probe(plain)
        let header =
            [0x20, 0, 0, 0] + littleEndian(size.width - 1).prefix(3)
            + littleEndian(size.height - 1).prefix(3)
        let chunks = riff("VP8X", header) + riff("ICCP", Array(profile)) + Array(plain[12...])
        let with = riff("RIFF", Array("WEBP".utf8) + chunks)
        let image = try decoder.decode(with)
        #expect(image.damage == nil)
        #expect(try image.pixels == decoder.decode(plain).pixels)
    }

    private func riff(_ name: String, _ payload: [UInt8]) -> [UInt8] {
        Array(name.utf8) + littleEndian(payload.count) + payload
            + [UInt8](repeating: 0, count: payload.count % 2)
    }

    private func littleEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// The first ICC segment of a JPEG file, with its marker.
    private func profileSegment(_ bytes: [UInt8]) throws -> [UInt8] {
        let name = try #require(
            bytes.indices.first { bytes[$0...].starts(with: "ICC_PROFILE".utf8) }
        )
        let length = Int(bytes[name - 2]) << 8 | Int(bytes[name - 1])
        return Array(bytes[(name - 4)..<(name - 2 + length)])
    }

    /// A JPEG file without its first ICC segment.
    private func withoutProfile(_ bytes: [UInt8]) throws -> [UInt8] {
        let name = try #require(
            bytes.indices.first { bytes[$0...].starts(with: "ICC_PROFILE".utf8) }
        )
        let length = Int(bytes[name - 2]) << 8 | Int(bytes[name - 1])
        return Array(bytes[..<(name - 4)] + bytes[(name - 2 + length)...])
    }
}
