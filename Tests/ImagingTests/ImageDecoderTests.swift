import CurationCore
import Foundation
import Imaging
import TestKit
import Testing

/// What another decoder reads from a file of `fixtures/images`.
struct ExpectedImage: Sendable, CustomTestStringConvertible {
    let file: String
    let width: Int
    let height: Int
    let means: [Double]
    let sha256: ContentDigest?

    var testDescription: String { file }

    static let all: [ExpectedImage] = {
        guard let bytes = try? Fixtures.bytes("images/expected.csv") else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst()
        return lines.map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(
                String.init
            )
            return ExpectedImage(
                file: cells[0],
                width: Int(cells[1]) ?? 0,
                height: Int(cells[2]) ?? 0,
                means: cells[3...5].compactMap { Double($0) },
                sha256: ContentDigest(hex: cells[6])
            )
        }
    }()
}

@Suite struct ImageDecoderTests {
    private let decoder = ImageDecoder()

    @Test func `the table of expected pictures is there`() {
        #expect(ExpectedImage.all.count >= 60)
    }

    @Test(arguments: ExpectedImage.all)
    func `odd but sound files decode to the pixels of another decoder`(
        expected: ExpectedImage
    ) throws {
        let image = try decoder.decode(Fixtures.bytes("images/\(expected.file)"))
        #expect(image.width == expected.width && image.height == expected.height)
        #expect(image.pixels.width == expected.width && image.pixels.height == expected.height)
        #expect(image.damage == nil)
        #expect(
            image.format == ImageFormat(signature: try Fixtures.bytes("images/\(expected.file)"))
        )
        if let sha256 = expected.sha256 {
            #expect(ContentDigest(of: image.pixels.bytes) == sha256)
        }
        for (channel, mean) in expected.means.enumerated() {
            let values = stride(from: channel, to: image.pixels.bytes.count, by: 3)
            let sum = values.reduce(0) { $0 + Int(image.pixels.bytes[$1]) }
            #expect(abs(Double(sum * 3) / Double(image.pixels.bytes.count) - mean) < 0.6)
        }
    }

    @Test(arguments: [1, 19, 20, 38, 76, 151])
    func `a JPEG is decoded at a smaller scale that keeps the wanted side`(side: Int) throws {
        let bytes = try Fixtures.bytes("images/baseline-420.jpg")
        let image = try decoder.decode(bytes, atLeast: side)
        #expect(image.width == 201 && image.height == 151)
        #expect(image.pixels.height >= side)
        let full = try decoder.decode(bytes).pixels
        let same = full.resized(width: image.pixels.width, height: image.pixels.height)
        #expect(image.pixels.meanDifference(from: same) < 6)
        // One step smaller would not have been enough.
        #expect(image.pixels.height == 19 || (image.pixels.height + 1) / 2 < side)
    }

    @Test func `a picture that is already small enough is decoded at full size`() throws {
        let bytes = try Fixtures.bytes("images/baseline-420.jpg")
        #expect(try decoder.decode(bytes, atLeast: 5000).pixels.width == 201)
    }

    @Test func `no hostile file passes as a sound picture`() throws {
        let folder = Fixtures.url("hostile").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".jpg") || $0.hasSuffix(".png") || $0.hasSuffix(".webp") }
        #expect(names.count >= 25)
        for name in names {
            let bytes = try Fixtures.bytes("hostile/\(name)")
            let image = try? decoder.decode(bytes)
            #expect(image == nil || image?.damage != nil, "\(name)")
        }
    }

    @Test(arguments: [
        ("600-scans.jpg", ImportFailure.Code.corrupt),
        ("badcrc.png", .corrupt), ("badadler.png", .corrupt),
        ("xd0n2c08.png", .corrupt), ("sof-height-0.jpg", .corrupt),
        ("huge-IDAT.png", .truncated), ("huge-eXIf-chunk.png", .truncated),
        ("truncated-in-header.jpg", .truncated),
        ("liar-10000x10000.png", .bomb), ("liar-12000x12000.jpg", .bomb),
        // Ten rows of a picture that needs more than 256 MiB.
        ("cut-10000x9000.png", .truncated), ("corrupt-10000x9000.png", .corrupt),
        // Lossless pixels are refused by the header when they need more.
        ("liar-10000x9000.webp", .unsupported),
        ("sof-says-12-bit.jpg", .unsupported),
        ("sof-says-65535x65535.jpg", .tooLarge), ("bomb-30000x30000.png", .tooLarge),
    ])
    func `a hostile file is refused with its code`(
        name: String,
        code: ImportFailure.Code
    ) throws {
        let bytes = try Fixtures.bytes("hostile/\(name)")
        let error = #expect(throws: ImagingError.self) { try decoder.decode(bytes) }
        #expect(error?.code == code)
    }

    @Test func `the limit of pixels is exact and can be set`() throws {
        let bytes = try Fixtures.bytes("images/size-7x9.jpg")
        #expect(try ImageDecoder(pixelLimit: 63).probe(bytes).width == 7)
        #expect(throws: ImagingError.tooLarge(width: 7, height: 9, limit: 62)) {
            try ImageDecoder(pixelLimit: 62).probe(bytes)
        }
        let png = try Fixtures.bytes("hostile/bomb-30000x30000.png")
        #expect(
            throws: ImagingError.tooLarge(width: 30000, height: 30000, limit: 178_956_970)
        ) { try decoder.probe(png) }
    }

    @Test func `nothing and text are no image`() {
        for bytes in [[], Array("hello, world".utf8), [0xFF], [0x89, 0x50]] as [[UInt8]] {
            #expect(throws: ImagingError.notAnImage) { try decoder.decode(bytes) }
        }
    }

    @Test func `a known format that is not read names the command that converts it`() {
        let error = #expect(throws: ImagingError.self) {
            try decoder.decode(Array("GIF89a".utf8))
        }
        #expect(error == .unsupported(.gif))
        #expect(error?.code == .unsupported)
        #expect(error?.description.contains("magick 'in.gif[0]' out.png") == true)
    }
}
