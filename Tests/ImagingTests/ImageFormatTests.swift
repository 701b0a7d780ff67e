import CurationCore
import Imaging
import Testing

@Suite struct ImageFormatTests {
    @Test(arguments: [
        ("\u{0}\u{0}\u{0}\u{18}ftypheic\0\0\0\0mif1heic", ImageFormat.heic),
        ("\u{0}\u{0}\u{0}\u{18}ftypmif1\0\0\0\0mif1avif", .avif),
        ("\u{0}\u{0}\u{0}\u{14}ftypavif\0\0\0\0avif", .avif),
        ("GIF89a\u{1}", .gif), ("GIF87a\u{1}", .gif),
        ("II*\0", .tiff), ("MM\0*", .tiff),
        ("RIFF\u{10}\0\0\0WEBPVP8L", .webp),
        ("BM\u{46}\0\0\0\0\0\0\0\u{36}\0\0\0\u{28}\0\0\0", .bmp),
    ])
    func `formats are told by their first bytes`(start: String, format: ImageFormat) {
        #expect(ImageFormat(signature: Array(start.utf8)) == format)
    }

    @Test(
        arguments: [
            ([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 13, 10, 0x87, 10, 0], .jp2),
            ([0xFF, 0x4F, 0xFF, 0x51, 0, 41], .jp2),
            ([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 13, 10, 0x87, 10, 0], .jxl),
            ([0xFF, 0x0A, 0xFA, 0x1F], .jxl),
            (Array("8BPS\u{0}\u{1}".utf8), .psd), (Array("8BPS\u{0}\u{2}".utf8), .psd),
            ([0, 0, 1, 0, 2, 0, 16, 16, 0, 0], .ico),
            (Array("P6\n640 480\n255\n".utf8), .pnm), (Array("P2\n# by hand\n".utf8), .pnm),
            (Array("P4 8 8\n".utf8), .pnm), (Array("P7\nWIDTH 4\n".utf8), .pnm),
        ] as [([UInt8], ImageFormat)]
    )
    func `pictures that are seldom in data sets are told, and how to convert them`(
        start: [UInt8],
        format: ImageFormat
    ) {
        #expect(throws: ImagingError.unsupported(format)) { try ImageDecoder().probe(start) }
    }

    @Test func `what is not known may be a picture, and is not just to be removed`() {
        let error = #expect(throws: ImagingError.self) {
            try ImageDecoder().probe(Array("<svg xmlns=\"http://www.w3.org/2000/svg\"/>".utf8))
        }
        #expect(error == .notAnImage && error?.code == .notAnImage)
        #expect(error?.description.contains("convert it to JPEG or PNG") == true)
    }

    @Test(arguments: [
        "P6", "P5 of the plan", "P8\n1 1", "P9", "P7\nWINDOW", "8BPS", "8BPS\u{0}\u{3}",
        "\0\u{1}\0\0\u{4}\0\0\0\0\0", "\0\0\u{1}\0", "\0\0\u{1}\0\0\0\0\0\0\0",
    ])
    func `what only nearly starts like a picture is none`(start: String) {
        #expect(ImageFormat(signature: Array(start.utf8)) == nil)
    }

    @Test(arguments: ["", "BM", "BMW is a car maker", "RIFF\0\0\0\0WAVE", "GIF", "II"])
    func `other bytes are no image`(start: String) {
        #expect(ImageFormat(signature: Array(start.utf8)) == nil)
    }

    @Test func `a video is no image`() {
        let start = Array("\u{0}\u{0}\u{0}\u{14}ftypisom\0\0\0\0mp42".utf8)
        #expect(ImageFormat(signature: start) == nil)
        #expect(ImageFormat(signature: Array("\u{0}\u{0}\u{0}\u{14}ftyp".utf8)) == nil)
    }

    @Test(arguments: ImageFormat.allCases)
    func `each format has a command that converts it`(format: ImageFormat) {
        #expect(format.conversion.contains("in.\(format.rawValue)"))
        #expect(!format.title.isEmpty)
    }
}
