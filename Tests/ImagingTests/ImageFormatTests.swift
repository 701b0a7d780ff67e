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
