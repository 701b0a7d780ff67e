import CurationCore
import TestKit
import Testing

@Suite struct PathTextTests {
    @Test func `valid UTF-8 stays as it is`() {
        for text in [
            "", "a.jpg", "caf\u{E9}", "cafe\u{301}", "\u{1F600}", "\u{10FF7F}", "\u{F0000}",
        ] {
            #expect(PathText.text(of: Array(text.utf8)).utf8.elementsEqual(text.utf8))
        }
    }

    @Test func `bytes that are no UTF-8 become private scalars`() {
        #expect(PathText.text(of: [0x61, 0xFF, 0x62]) == "a\u{10FFFF}b")
        #expect(PathText.text(of: [0xC3]) == "\u{10FFC3}")
        #expect(PathText.bytes(of: "a\u{10FFFF}b") == [0x61, 0xFF, 0x62])
    }

    @Test func `a genuine private scalar is not taken for a byte`() {
        let genuine = Array("\u{10FFFF}".utf8)
        #expect(PathText.text(of: genuine) != PathText.text(of: [0xFF]))
        #expect(PathText.bytes(of: PathText.text(of: genuine)) == genuine)
    }

    @Test(arguments: 0..<500 as Range<UInt64>)
    func `any bytes come back, and no two share a text`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Bytes that begin, continue and break UTF-8, among them those of the scalars that escape.
        let pool: [UInt8] = [
            0x61, 0x2F, 0x80, 0xBF, 0xBE, 0x8F, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xED, 0xA0, 0xF0,
            0x9F,
            0xF4, 0xFE, 0xFF,
        ]
        var texts: [ExactText: [UInt8]] = [:]
        for _ in 0..<40 {
            let bytes = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
                pool[Int.random(in: pool.indices, using: &generator)]
            }
            let text = PathText.text(of: bytes)
            #expect(PathText.bytes(of: text) == bytes)
            #expect(texts.updateValue(bytes, forKey: ExactText(text)) ?? bytes == bytes)
        }
    }

    @Test func `the text of a path is that of its parts`() {
        let (folder, name): ([UInt8], [UInt8]) = ([0xE2, 0x82], [0xAC])
        let whole = PathText.text(of: folder + [0x2F] + name)
        #expect(whole == PathText.text(of: folder) + "/" + PathText.text(of: name))
    }

    @Test func `what is shown cannot move or hide text`() {
        let text = PathText.text(of: [0x61, 0xFF, 0x0A, 0x1B]) + "\u{202E}\u{200B}é"
        #expect(PathText.printable(text) == "a\\xFF\\x0A\\x1B\\xE2\\x80\\xAE\\xE2\\x80\\x8Bé")
    }
}
