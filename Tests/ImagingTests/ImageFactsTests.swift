import CurationCore
import Imaging
import TestKit
import Testing

@Suite struct ImageFactsTests {
    private static let whole = ExifFile(
        make: "Canon",
        model: "Canon EOS 5D",
        time: "2026:01:31 12:34:56",
        offset: "+09:00",
        latitude: [(52, 1), (31, 1), (12, 10)]
    )

    @Test(arguments: [true, false], [ImageFormat.jpeg, .png, .webp])
    func `the facts are read from every format in both byte orders`(
        isLittleEndian: Bool,
        format: ImageFormat
    ) {
        var exif = Self.whole
        exif.isLittleEndian = isLittleEndian
        let facts = ImageFacts(of: exif.file(format), format: format)
        let expected = ImageFacts(
            camera: "Canon EOS 5D",
            capturedAt: "2026-01-31T12:34:56+09:00",
            hasLocation: true
        )
        #expect(facts == expected)
    }

    @Test func `a file without EXIF data has no facts`() {
        let file = JPEGEncoder.encode(SyntheticPictures.flat(8, 8, 9), quality: 80)
        #expect(ImageFacts(of: file, format: .jpeg) == ImageFacts())
        #expect(ImageFacts(of: [], format: .png) == ImageFacts())
    }

    @Test(arguments: ["bare", "packed", "text"])
    func `EXIF data in the text of a PNG file, as ImageMagick writes it, are read`(
        name: String
    ) throws {
        let bytes = try Fixtures.bytes("images/raw-profile-\(name).png")
        #expect(ImageFacts(of: bytes, format: .png).camera == "Canon EOS 5D")
        let image = try ImageDecoder().decode(bytes)
        #expect(image.width == 8 && image.height == 12)
        for length in bytes.indices {
            _ = ImageFacts(of: Array(bytes[..<length]), format: .png)
        }
    }

    @Test func `a PNG file's text that is no EXIF data is passed over`() throws {
        let bytes = try Fixtures.bytes("images/raw-profile-bare.png")
        let start = try #require(
            bytes.indices.first { bytes[$0...].starts(with: Array("\nexif\n".utf8)) }
        )
        for (offset, byte) in [(12, UInt8(ascii: "x")), (13, UInt8(ascii: "9")), (40, 0xFF)] {
            var altered = bytes
            altered[start + offset] = byte
            #expect(ImageFacts(of: altered, format: .png) == ImageFacts())
        }
        // A length that would overflow when it is doubled, instead of the digits.
        var huge = bytes
        let length = Array(" 9223372036854775807\n00".utf8)
        huge.replaceSubrange((start + 6)..<(start + 6 + length.count), with: length)
        #expect(ImageFacts(of: huge, format: .png) == ImageFacts())
    }

    @Test(
        arguments: [
            ("Canon", "Canon EOS 5D", "Canon EOS 5D"), ("SONY", "DSC-W80", "SONY DSC-W80"),
            ("NIKON CORPORATION", "NIKON D90", "NIKON D90"), ("", "Pixel 9", "Pixel 9"),
            ("Apple", "", "Apple"), ("  Leica  Camera AG ", " M11\t", "Leica Camera AG M11"),
            ("", "", nil), ("   ", "\u{7}", nil),
            ("Evil\u{1B}[31m", "a\nb\u{202E}c\u{0}", "Evil [31m a b c"),
            ("Café", "Ünï", "Café Ünï"),
        ] as [(String, String, String?)]
    )
    func `maker and model are one clean line`(make: String, model: String, camera: String?) {
        let exif = ExifFile(make: make, model: model)
        #expect(ImageFacts(of: exif.file(.jpeg), format: .jpeg).camera == camera)
    }

    @Test func `a camera has at most a hundred characters`() {
        let accents = "e" + String(repeating: "\u{301}", count: 5000)
        for name in [String(repeating: "x", count: 5000), accents] {
            let exif = ExifFile(make: "", model: name)
            let camera = ImageFacts(of: exif.file(.png), format: .png).camera ?? ""
            #expect(camera.unicodeScalars.count == 100)
        }
    }

    @Test func `bytes that are no text are left out`() {
        let exif = ExifFile(modelBytes: [0xFF, 0xFE, 0x41, 0xC3, 0x28])
        #expect(ImageFacts(of: exif.file(.jpeg), format: .jpeg).camera == "A (")
    }

    @Test(
        arguments: [
            ("2024:02:29 23:59:59", nil, "2024-02-29T23:59:59"),
            ("2024-02-29T23:59:59", nil, "2024-02-29T23:59:59"),
            ("2023:02:29 00:00:00", nil, nil), ("1900:02:29 00:00:00", nil, nil),
            ("2000:02:29 00:00:00", "-03:30", "2000-02-29T00:00:00-03:30"),
            ("2026:04:31 00:00:00", nil, nil), ("2026:13:01 00:00:00", nil, nil),
            ("2026:00:10 00:00:00", nil, nil), ("0000:00:00 00:00:00", nil, nil),
            ("2026:01:01 24:00:00", nil, nil), ("2026:01:01 12:60:00", nil, nil),
            ("    :  :     :  :  ", nil, nil), ("2026:01:01", nil, nil), ("", nil, nil),
            ("2026:01:01 12:00:00+01:00", nil, nil),
            ("2026:01:01 12:00:00", "+15:00", "2026-01-01T12:00:00"),
            ("2026:01:01 12:00:00", "09:00", "2026-01-01T12:00:00"),
            ("2026:01:01 12:00:00", "+09:00:00", "2026-01-01T12:00:00"),
            ("2026:01:01 12:00:00", "   :  ", "2026-01-01T12:00:00"),
        ] as [(String, String?, String?)]
    )
    func `a time counts when there is such a time`(time: String, offset: String?, read: String?) {
        let exif = ExifFile(time: time, offset: offset)
        #expect(ImageFacts(of: exif.file(.jpeg), format: .jpeg).capturedAt == read)
    }

    @Test func `a latitude of nothing is no place`() {
        for (latitude, isPlace) in [
            ([(0, 0), (0, 0), (0, 0)], false), ([(0, 1), (0, 1), (0, 1)], true),
            ([(52, 1), (0, 0), (0, 0)], true), ([(52, 1)], false),
        ] {
            let exif = ExifFile(latitude: latitude.map { (UInt32($0.0), UInt32($0.1)) })
            #expect(ImageFacts(of: exif.file(.jpeg), format: .jpeg).hasLocation == isPlace)
        }
    }

    @Test func `directories that lead in circles or outside are passed over`() {
        for offset in [0, 8, 9, 10, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32] {
            var exif = Self.whole
            exif.directoryOffset = offset
            let facts = ImageFacts(of: exif.file(.jpeg), format: .jpeg)
            #expect(facts.camera == "Canon EOS 5D")
            #expect(facts.hasLocation == false)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a file with any wrong bytes is read without harm`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for format in [ImageFormat.jpeg, .png, .webp] {
            let whole = Self.whole.file(format)
            for _ in 0..<25 {
                var file = whole
                for _ in 0..<Int.random(in: 1...8, using: &generator) {
                    file[Int.random(in: 12..<file.count, using: &generator)] = UInt8.random(
                        in: 0...255,
                        using: &generator
                    )
                }
                file.removeLast(Int.random(in: 0..<file.count / 2, using: &generator))
                let facts = ImageFacts(of: file, format: format)
                #expect((facts.camera ?? "x").unicodeScalars.count <= 100)
                #expect((facts.camera ?? "x").unicodeScalars.allSatisfy { $0.value >= 0x20 })
                #expect([nil, 19, 25].contains(facts.capturedAt?.utf8.count))
            }
        }
    }
}
