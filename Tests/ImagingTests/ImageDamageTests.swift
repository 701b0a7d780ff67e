import CurationCore
import Imaging
import TestKit
import Testing

@Suite struct ImageDamageTests {
    private let decoder = ImageDecoder()

    @Test func `a picture cut in its pixels keeps the rows before the cut`() throws {
        for name in ["truncated-50pct.jpg", "cut-in-pixels.png"] {
            let image = try decoder.decode(Fixtures.bytes("hostile/\(name)"))
            #expect(image.damage == .truncated)
            #expect(image.pixels.width == 201 && image.pixels.height == 151)
            let whole = try decoder.decode(Fixtures.bytes("images/baseline-420.jpg")).pixels
            let rows = 0..<(201 * 3 * 40)
            let differences = rows.map { abs(Int(whole.bytes[$0]) - Int(image.pixels.bytes[$0])) }
            #expect(differences.reduce(0, +) < rows.count * 8)
        }
    }

    @Test func `a JPEG that lacks only its end marker is whole, but flagged`() throws {
        let image = try decoder.decode(Fixtures.bytes("hostile/no-eoi.jpg"))
        #expect(image.damage == .truncated)
        let whole = try decoder.decode(Fixtures.bytes("images/baseline-420.jpg"))
        #expect(whole.damage == nil && image.pixels == whole.pixels)
    }

    @Test(arguments: ["lossless.webp", "lossy.webp", "tbbn2c16.png"])
    func `the rows before a cut are those of the whole file, and the last are gray`(
        name: String
    ) throws {
        let bytes = try Fixtures.bytes("images/\(name)")
        let whole = try decoder.decode(bytes).pixels
        let image = try decoder.decode(Array(bytes[..<(bytes.count * 3 / 4)]))
        #expect(image.damage == .truncated)
        let row = whole.width * 3
        #expect(image.pixels.bytes[..<(4 * row)] == whole.bytes[..<(4 * row)])
        #expect(image.pixels.bytes.suffix(row).allSatisfy { $0 == 128 })
    }

    @Test func `an interlaced picture that is cut is shown coarsely and whole`() throws {
        let bytes = try Fixtures.bytes("images/basi6a08.png")
        let whole = try decoder.decode(bytes).pixels
        let image = try decoder.decode(Array(bytes[..<(bytes.count * 3 / 4)]))
        #expect(image.damage == .truncated)
        #expect(image.pixels.meanDifference(from: whole) < 12)
    }

    @Test func `wrong coded data is flagged as corrupt`() throws {
        for name in ["afl-4-damaged.jpg", "xcsn0g01.png"] {
            #expect(try decoder.decode(Fixtures.bytes("hostile/\(name)")).damage == .corrupt)
        }
    }

    @Test(arguments: ["baseline-420.jpg", "progressive.jpg"])
    func `coded bytes that no block was made of are damage, and padding is none`(
        name: String
    ) throws {
        let bytes = try Fixtures.bytes("images/\(name)")
        let whole = try decoder.decode(bytes)
        #expect(whole.damage == nil)
        for (filler, damage) in [(0x55, ImageDamage.corrupt), (0, nil)] as [(UInt8, ImageDamage?)] {
            let rest = [UInt8](repeating: filler, count: 60)
            let image = try decoder.decode(Array(bytes.dropLast(2)) + rest + bytes.suffix(2))
            #expect(image.damage == damage)
            #expect(image.pixels == whole.pixels)
        }
    }

    @Test func `a PNG whose deflated data breaks keeps the rows before`() throws {
        var bytes = try Fixtures.bytes("images/tbbn2c16.png")
        let whole = try decoder.decode(bytes).pixels
        bytes[1400] ^= 0xFF
        let image = try decoder.decode(bytes)
        #expect(image.damage == .corrupt)
        #expect(image.pixels.bytes[..<(4 * 96)] == whole.bytes[..<(4 * 96)])
        #expect(image.pixels != whole)
    }

    @Test func `a wrong checksum beside the pixels is flagged, and the pixels are whole`() throws {
        var bytes = try Fixtures.bytes("images/turned-6.png")
        let whole = try decoder.decode(bytes)
        #expect(whole.damage == nil)
        let exif = try #require(bytes.indices.first { bytes[$0...].starts(with: "eXIf".utf8) })
        // The last byte of the chunk before its checksum.
        let length = bytes[(exif - 4)..<exif].reduce(0) { $0 << 8 | Int($1) }
        bytes[exif + 4 + length] ^= 1
        let image = try decoder.decode(bytes)
        #expect(image.damage == .corrupt)
        #expect(image.pixels == whole.pixels)
    }

    @Test func `a progressive JPEG cut in a table shows the scans before it`() throws {
        let bytes = try Fixtures.bytes("images/progressive.jpg")
        let whole = try decoder.decode(bytes).pixels
        let tables = bytes.indices.dropLast(8).filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC4 }
        let cut = try #require(tables.last) + 8
        let image = try decoder.decode(Array(bytes[..<cut]))
        #expect(image.damage == .truncated)
        #expect(image.pixels.meanDifference(from: whole) < 6)
    }

    @Test func `the first twentieth of a large photo is shown, not refused as a bomb`() throws {
        // An even picture has the fewest bytes for its pixels.
        let gray = [UInt8](repeating: 90, count: 4000 * 3000 * 3)
        let pixels = PixelBuffer(width: 4000, height: 3000, bytes: gray)
        let bytes = JPEGEncoder.encode(pixels, quality: 60)
        let image = try decoder.decode(Array(bytes[..<(bytes.count / 20)]), atLeast: 300)
        #expect(image.width == 4000 && image.damage == .truncated)
    }

    @Test(arguments: [ImageFormat.jpeg, .png, .webp])
    func `a header that names far more pixels than the bytes hold is a bomb`(
        format: ImageFormat
    ) throws {
        let error = #expect(throws: ImagingError.self) {
            try decoder.probe(liar(format, width: 10_001, height: 9_999))
        }
        #expect(error?.code == .bomb)
        #expect(error?.description.contains("10001 x 9999 pixels") == true)
    }

    @Test func `a large animation whose first frame is next to nothing of it is a bomb`() throws {
        var bytes = try Fixtures.bytes("images/animated.webp")
        // The sides less one stand behind the flags of the first chunk.
        let sides = [13_376, 13_376].flatMap { Array(bigEndian(UInt32($0)).reversed().prefix(3)) }
        bytes.replaceSubrange(24..<30, with: sides)
        bytes += [UInt8](repeating: 0, count: 16_000)
        let error = #expect(throws: ImagingError.self) { try decoder.probe(bytes) }
        #expect(error?.code == .bomb)
    }

    /// A sound small file with other sizes in its header.
    private func liar(_ format: ImageFormat, width: Int, height: Int) throws -> [UInt8] {
        switch format {
        case .jpeg:
            var bytes = try Fixtures.bytes("images/size-7x9.jpg")
            let header = try #require(
                bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC0]) }
            )
            bytes.replaceSubrange(
                (header + 5)..<(header + 9),
                with: [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) }
            )
            return bytes
        case .webp:
            // Nothing bounds the lossless coding; of VP8 the sizes follow the start code.
            var bytes = try Fixtures.bytes("images/lossy.webp")
            let sizes = [width & 255, width >> 8, height & 255, height >> 8].map { UInt8($0) }
            bytes.replaceSubrange(26..<30, with: sizes)
            return bytes
        default:
            let bytes = try Fixtures.bytes("hostile/liar-10000x10000.png")
            let sizes = [width, height].flatMap { bigEndian(UInt32($0)) }
            return Array(bytes[..<8]) + chunk("IHDR", sizes + bytes[24..<29]) + Array(bytes[33...])
        }
    }

    @Test func `a PNG whose pixels are not in one run of chunks is refused`() throws {
        let bytes = try Fixtures.bytes("images/basi0g02.png")
        let name = try #require(bytes.indices.first { bytes[$0...].starts(with: "IDAT".utf8) })
        let length = bytes[(name - 4)..<name].reduce(0) { $0 << 8 | Int($1) }
        let coded = Array(bytes[(name + 4)..<(name + 4 + length)])
        let halves = [coded[..<(length / 2)], coded[(length / 2)...]].map {
            chunk("IDAT", Array($0))
        }
        let before = Array(bytes[..<(name - 4)])
        let after = Array(bytes[(name + 8 + length)...])
        let text = chunk("tEXt", Array("a\0b".utf8))
        let sound = [before, halves[0], halves[1], after].flatMap { $0 }
        #expect(try decoder.decode(sound).damage == nil)
        let parted = [before, halves[0], text, halves[1], after].flatMap { $0 }
        let error = #expect(throws: ImagingError.self) { try decoder.decode(parted) }
        #expect(error?.code == .corrupt)
    }

    /// A PNG chunk with its length and checksum.
    private func chunk(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        let checked = Array(type.utf8) + payload
        return bigEndian(UInt32(payload.count)) + checked + bigEndian(crc32(checked))
    }

    private func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// The checksum of a PNG chunk.
    private func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
                crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1
            }
        }
    }
}
