import CurationCore
import Interchange
import Testing

@Suite struct CsvFormatTests {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `rows are read back as written`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pieces = ["a", "\"", ",", "\n", "\r\n", " ", "ü", "=1", "'", ""]
        let rows = (0..<5).map { _ in
            ["x"]
                + (0..<4).map { _ in
                    (0..<3).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
                }
        }
        let text = rows.flatMap { CsvFormat.write($0) }
        #expect(try CsvFormat.read(text).map(\.fields) == rows)
    }

    @Test(arguments: ["a,b\r\n1,\"x\ny\"\r\n2,z\r\n\r\n", "\u{FEFF}a,b\n1,\"x\ny\"\n2,z"])
    func `lines of either system and a byte order mark are read`(text: String) throws {
        let rows = try CsvFormat.read(Array(text.utf8))
        #expect(rows.map(\.fields) == [["a", "b"], ["1", "x\ny"], ["2", "z"]])
        #expect(rows.map(\.line) == [1, 2, 4])
    }

    @Test(arguments: [
        ("a,b\n\"x,y\n", 2, "a quote is never closed"),
        ("a,b\n\"x\"y,1\n", 2, "text follows a closing quote"),
        ("a,b\nx\"y,1\n", 2, "a quote stands in a field without quotes"),
        ("a,b\n1,2\n1\n", 3, "it has 1 fields, the first line 2"),
        ("a,b\n1,2\n\n3,4\n", 3, "it has 1 fields, the first line 2"),
        ("a,b\r1,2\n", 1, "a carriage return has no line feed after it"),
        ("a,b\n1,\u{0}\n", 2, "it has a zero byte"),
    ])
    func `what is not CSV is refused with its line`(text: String, line: Int, reason: String) {
        #expect(throws: InterchangeError.badCsv(line: line, reason: reason)) {
            try CsvFormat.read(Array(text.utf8))
        }
    }

    @Test func `bytes that are not UTF-8 are refused with their line`() {
        #expect(throws: InterchangeError.notText(line: 2)) {
            try CsvFormat.read(Array("a,b\n1,".utf8) + [0xFF, 10])
        }
    }

    @Test func `a sample is one row a label`() {
        let sample = Sample(
            id: 1,
            path: "/x/a.jpg",
            sha256: ContentDigest(of: "a"),
            format: .jpeg,
            width: 4,
            height: 3,
            bytes: 1,
            pixelDigest: ContentDigest(of: "pixels"),
            perceptualHash: PerceptualHash(words: .zero)
        )
        func rows(_ labels: [Label]) -> String {
            let bytes = CsvFormat.rows(
                of: sample,
                fileName: "images/a.jpg",
                split: .validation,
                labels: labels
            )
            return String(decoding: bytes, as: UTF8.self)
        }
        let start = "\(sample.sha256.hex),images/a.jpg,4,3,val"
        #expect(rows([]) == start + ",,,,,\n")
        let box = BoundingBox(x: 0.5, y: 1, width: 2, height: 1)
        let labels: [Label] = [
            .classification(category: "a,b"), .detection(category: "c", box: box),
        ]
        #expect(rows(labels) == start + ",\"a,b\",,,,\n" + start + ",c,0.5,1,2,1\n")
    }
}

@Suite struct CsvLabelsTests {
    @Test func `labels by path and by digest are read`() throws {
        let paths = try CsvLabels(Array("label,path,x\ncat,a/1.jpg,\n,a/2.jpg,\n".utf8))
        #expect(paths.rows.map(\.key) == [.path("a/1.jpg")])
        #expect(paths.rows.map(\.label) == ["cat"])
        #expect(paths.rows.map(\.line) == [2])
        let digest = ContentDigest(of: "a")
        let digests = try CsvLabels(Array("sha256,label\n\(digest),dog\n".utf8))
        #expect(digests.rows.map(\.key) == [.sha256(digest)])
    }

    @Test(arguments: ["", "path\na", "label\na", "sha256,label\nABC,x", "path,label\n,x"])
    func `a file that labels nothing sure is refused`(text: String) {
        #expect(throws: InterchangeError.self) { try CsvLabels(Array(text.utf8)) }
    }
}
