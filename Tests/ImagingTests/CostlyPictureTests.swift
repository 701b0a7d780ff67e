import CurationCore
import Imaging
import TestKit
import Testing

/// Pictures whose pixels need more than 256 MiB: sound ones may have them.
@Suite struct CostlyPictureTests {
    private let decoder = ImageDecoder()

    @Test func `a white lossless WebP of 38 megapixels in 38 bytes is decoded`() throws {
        let image = try decoder.decode(white)
        #expect(image.width == 6200 && image.height == 6200 && image.damage == nil)
        let bytes = image.pixels.bytes
        #expect(stride(from: 0, to: bytes.count, by: 997).allSatisfy { bytes[$0] == 255 })
    }

    @Test func `a lossless WebP that ends early is refused before there is room for it`() {
        let error = #expect(throws: ImagingError.self) {
            try decoder.decode(Array(white.dropLast(4)))
        }
        #expect(error?.code == .truncated)
    }

    @Test(arguments: ["large-1bit.png", "large-palette.png"])
    func `a large PNG is averaged while it is read`(name: String) throws {
        let bytes = try Fixtures.bytes("images/\(name)")
        let image = try decoder.decode(bytes, atLeast: 240)
        #expect(image.width == 5003 && image.height == 3501 && image.damage == nil)
        #expect(image.pixels.width == 626 && image.pixels.height == 438)
        let whole = try decoder.decode(bytes).pixels
        // Squares of 8 x 8, of which the last ones are narrower.
        for (x, y) in [(0, 0), (17, 5), (300, 201), (625, 100), (40, 437), (625, 437)] {
            let average = mean(
                of: whole,
                8 * x..<min(8 * x + 8, 5003),
                8 * y..<min(8 * y + 8, 3501)
            )
            let place = 3 * (y * 626 + x)
            #expect(Array(image.pixels.bytes[place..<(place + 3)]) == average)
        }
    }

    @Test func `a large PNG that is cut is gray from the first row that is not whole`() throws {
        let bytes = try Fixtures.bytes("images/large-1bit.png")
        let whole = try decoder.decode(bytes, atLeast: 240).pixels
        let cut = try decoder.decode(Array(bytes[..<(bytes.count / 2)]), atLeast: 240)
        #expect(cut.damage == .truncated)
        #expect(cut.pixels.bytes[..<(626 * 3 * 100)] == whole.bytes[..<(626 * 3 * 100)])
        #expect(cut.pixels.bytes.suffix(626 * 3 * 100).allSatisfy { $0 == 128 })
    }

    private func mean(of pixels: PixelBuffer, _ columns: Range<Int>, _ rows: Range<Int>) -> [UInt8]
    {
        let count = columns.count * rows.count
        return (0..<3).map { channel in
            let sum = rows.reduce(0) { sum, y in
                columns.reduce(sum) {
                    $0 + Int(pixels.bytes[3 * (y * pixels.width + $1) + channel])
                }
            }
            return UInt8((sum + count / 2) / count)
        }
    }

    /// What libwebp makes of 6200 x 6200 white pixels.
    private let white: [UInt8] =
        Array("RIFF".utf8) + [30, 0, 0, 0] + Array("WEBPVP8L".utf8) + [17, 0, 0, 0]
        + [0x2F, 0x37, 0xD8, 0x0D, 0x06, 0x07, 0xD0, 0xFF, 0xFE, 0xF7, 0xBF, 0xFF]
        + [0x81, 0x88, 0xE8, 0x7F, 0x00, 0x00]

    @Test func `a lossy WebP that names far more pixels than it has is refused`() throws {
        var bytes = try Fixtures.bytes("images/lossy.webp")
        bytes.replaceSubrange(26..<30, with: littleEndian(16_000, 6_000))
        // Bytes that are no part of the picture.
        bytes += [UInt8](repeating: 0, count: 8_000)
        #expect(refusal(of: bytes) == .truncated || refusal(of: bytes) == .corrupt)
    }

    private func littleEndian(_ values: Int...) -> [UInt8] {
        values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    }

    private func refusal(of bytes: [UInt8]) -> ImportFailure.Code? {
        do throws(ImagingError) {
            _ = try decoder.decode(bytes, atLeast: 240)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `bytes after a progressive JPEG do not count for its pixels`() throws {
        let bytes = try progressive()
        #expect(refusal(of: bytes) == .bomb)
        #expect(refusal(of: bytes + [UInt8](repeating: 7, count: 340_000)) == .bomb)
        #expect(refusal(of: bytes + [UInt8](repeating: 0xFF, count: 340_000)) == .bomb)
    }

    @Test(arguments: [UInt8(0), 7, 0x55, 0xFE])
    func `a progressive JPEG with bytes in the wrong scan, or wrong bytes, is refused`(
        filler: UInt8
    ) throws {
        let filler = [UInt8](repeating: filler, count: 520_000)
        // The last scan; the first, of the mean colors; and that which refines it.
        #expect(refusal(of: try progressive { [$0.last: filler] }) == .truncated)
        #expect(refusal(of: try progressive { [$0.first: filler] }) == .truncated)
        let all = try progressive { [$0.first: filler, $0.refining: filler] }
        #expect(refusal(of: all) == .corrupt)
        #expect(refusal(of: Array(all.dropLast(2))) == .truncated)
    }

    /// A progressive JPEG of 201 x 151 pixels that says it has 13,000 x 13,000, with some bytes put
    /// before its scans end.
    private func progressive(
        _ insertions: (Scans) -> [Int: [UInt8]] = { _ in [:] }
    ) throws -> [UInt8] {
        var bytes = try Fixtures.bytes("images/progressive.jpg")
        let header = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xFF, 0xC2]) })
        bytes.replaceSubrange((header + 5)..<(header + 9), with: [0x32, 0xC8, 0x32, 0xC8])
        let starts = bytes.indices.filter { bytes[$0...].starts(with: [0xFF, 0xDA, 0]) }
        let scans = Scans(
            first: starts[0] + 14,
            refining: try #require(starts.first { bytes[$0 + 13] == 0x10 && bytes[$0 + 3] == 12 })
                + 14,
            last: bytes.count - 2
        )
        for (place, inserted) in insertions(scans).sorted(by: { $0.key > $1.key }) {
            bytes.insert(contentsOf: inserted, at: place)
        }
        return bytes
    }

    /// Places in the coded bytes.
    private struct Scans {
        let first: Int
        let refining: Int
        let last: Int
    }
}
