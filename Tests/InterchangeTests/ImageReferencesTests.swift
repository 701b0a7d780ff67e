import CurationCore
import Interchange
import TestKit
import Testing

@Suite struct ImageReferencesTests {
    private func names(_ found: ImageReferences.Found) -> [String] { names(found.references) }

    private func names(_ references: [ImageReference]) -> [String] {
        references.map { String(decoding: $0.name, as: UTF8.self) }
    }

    // MARK: - COCO

    @Test func `the names of COCO records are read, wherever they stand`() throws {
        let text = """
            \u{FEFF}{"info": {"a": [1, {"b": null}], "images": "no"}, "annotations": [{"segmentation":
            [[1.5, -2e3]], "file_name": "no.jpg"}], "images": [{"id": 1, "file_name": "a\\u00e9\\n.jpg"},
            {"file_name": "\\ud83d\\ude00.jpg", "x": [true, false, NaN]}], "licenses": []}
            """
        let found = try ImageReferences.coco(Array(text.utf8))
        #expect(names(found) == ["a\u{E9}\n.jpg", "\u{1F600}.jpg"])
        #expect(found.references.map(\.number) == [1, 2])
    }

    @Test func `bytes that are no UTF-8 come through, raw or as Python escapes them`() throws {
        let raw = Array(#"{"images":[{"file_name":"a"#.utf8) + [0xFF] + Array(#""}]}"#.utf8)
        #expect(try ImageReferences.coco(raw).references[0].name == [0x61, 0xFF])
        let escaped = Array(#"{"images":[{"file_name":"a\udcff"}]}"#.utf8)
        #expect(try ImageReferences.coco(escaped).references[0].name == [0x61, 0xFF])
    }

    @Test(
        arguments: [
            ("", "'{' is missing"), ("[]", "'{' is missing"), ("{}", "no 'images'"),
            (#"{"images": {}}"#, "'images' is not an array"),
            (#"{"images": [{"file_name": "a}]}"#, "never closed"),
            (#"{"images": [{"file_name": "\ud800"}]}"#, "half a character"),
            (#"{"images": [{"file_name": "\q"}]}"#, "an escape is unknown"),
            (#"{"images": [], "images": []}"#, "twice"), (#"{"images": []} x"#, "follows the end"),
            (#"{"images": [] "a": 1}"#, "',' or '}' is missing"),
        ]
    )
    func `what is wrong with COCO is named`(_ text: String, _ reason: String) {
        let error = #expect(throws: InterchangeError.self) {
            try ImageReferences.coco(Array(text.utf8))
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func `a record of COCO without a name leaves the others`() throws {
        let text =
            #"{"images": [1, {"file_name": "a"}, {"id": [2]}, {"file_name": {"b": 7}}, {"file_name": "c"}]}"#
        let found = try ImageReferences.coco(Array(text.utf8))
        #expect(names(found) == ["a", "c"] && found.references.map(\.number) == [2, 5])
        #expect(found.faults.map(\.number) == [1, 3, 4])
        let reasons = [
            "it is not an object", "it has no 'file_name'", "'file_name' is not a text",
        ]
        #expect(found.faults.map(\.reason) == reasons)
    }

    @Test func `a line of JSON Lines that is wrong leaves the others`() throws {
        let text =
            "{\"path\": \"a\"}\n{\"path\": \n7\n{\"path\": 7, \"image\": \"b\"}\n{\"x\": 1}\n"
        let found = try ImageReferences.jsonLines(Array(text.utf8))
        #expect(names(found) == ["a", "b"] && found.faults.map(\.number) == [2, 3, 5])
    }

    @Test func `a row of CSV that is wrong leaves the others`() throws {
        let text = "path,x\na,1\n\nb\n\"c,2\nd\"e,3\nf,\"4\n5\"\n\u{0},6\ng,7\n\"h,8\n"
        let found = try ImageReferences.csv(Array(text.utf8) + [0xFF] + Array(",9\ni,10\n".utf8))
        #expect(names(found) == ["a", "f", "g", "i"])
        #expect(found.references.map(\.number) == [2, 7, 10, 13])
        #expect(found.faults.map(\.number) == [4, 5, 6, 9, 11, 12])
    }

    @Test func `megabytes of empty lines cost no more than others`() throws {
        let lines = String(repeating: "\n", count: 2_000_000)
        let found = try ImageReferences.csv(Array("path\na\n\(lines)b\n\(lines)".utf8))
        #expect(names(found) == ["a", "b"])
    }

    @Test func `JSON that is nested a million deep is refused`() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let deep = String(repeating: open, count: 1_000_000) + "1"
            let text = #"{"images": [], "x": "# + deep + String(repeating: close, count: 1_000_000)
            #expect(throws: InterchangeError.self) {
                try ImageReferences.coco(Array((text + "}").utf8))
            }
        }
    }

    @Test func `every beginning of a COCO file is refused`() throws {
        let text = Array(
            #"{"images": [{"file_name": "a\u0041", "x": {"y": [1, "z"]}}], "b": 1}"#.utf8
        )
        #expect(try names(ImageReferences.coco(text)) == ["aA"])
        for end in text.indices {
            #expect(throws: InterchangeError.self) { try ImageReferences.coco(Array(text[..<end])) }
        }
    }

    @Test func `COCO and LabelMe are told apart`() {
        #expect(ImageReferences.kind(ofJSON: Array(#"{"a": [], "images": ["#.utf8)) == .coco)
        #expect(ImageReferences.kind(ofJSON: Array(#"{"imagePath": "#.utf8)) == .labelMe)
        for text in [#"{"a": 1}"#, "[]", "", "no"] {
            #expect(ImageReferences.kind(ofJSON: Array(text.utf8)) == nil)
        }
    }

    // MARK: - LabelMe, JSON Lines, CSV

    @Test func `the path of a LabelMe file is read`() throws {
        let text =
            #"{"shapes": [{"imagePath": "no"}], "imagePath": "..\\x\\a.jpg", "imageData": null}"#
        let found = try ImageReferences.labelMe(Array(text.utf8))
        #expect(names([found]) == [#"..\x\a.jpg"#])
        for text in ["{}", #"{"imagePath": null}"#, "[]"] {
            #expect(throws: InterchangeError.self) {
                try ImageReferences.labelMe(Array(text.utf8))
            }
        }
    }

    @Test func `JSON Lines name pictures by the most telling member`() throws {
        let text = "{\"label\": 1, \"image\": \"b\", \"path\": \"a\"}\r\n\n{\"image\": \"c\"}\n"
        let found = try ImageReferences.jsonLines(Array(text.utf8))
        #expect(names(found) == ["a", "c"])
        #expect(found.references.map(\.number) == [1, 3])
        #expect(throws: InterchangeError.self) {
            try ImageReferences.jsonLines(Array("{\"a\": 1}".utf8))
        }
    }

    @Test func `a column of CSV or TSV names pictures`() throws {
        let csv = "Label,file_name,image\nx,\"a,\"\"1\"\".jpg\",no\ny,,no\nz,b.jpg,no\n"
        let found = try ImageReferences.csv(Array(csv.utf8))
        #expect(names(found) == ["a,\"1\".jpg", "b.jpg"])
        #expect(found.references.map(\.number) == [2, 4])
        let tsv = "path\tlabel\na,b.jpg\t1\n"
        #expect(try names(ImageReferences.csv(Array(tsv.utf8), separator: 0x09)) == ["a,b.jpg"])
        #expect(throws: InterchangeError.self) {
            try ImageReferences.csv(Array("label,score\n1,2\n".utf8))
        }
    }

    // MARK: - Pascal VOC

    @Test func `the filename of a VOC file is read, with entities and CDATA`() throws {
        for (inner, name) in [
            ("a.jpg", "a.jpg"), ("a &amp; &#233;&#x1F600;.jpg", "a & \u{E9}\u{1F600}.jpg"),
            ("<![CDATA[a<b>.jpg]]>", "a<b>.jpg"), (" a.jpg ", " a.jpg "), ("\n\t a.jpg\n", "a.jpg"),
        ] {
            let text = """
                \u{FEFF}<?xml version="1.0"?><!-- <filename>no</filename> --><annotation verified="a>b">
                <object><filename>no.jpg</filename></object><filename>\(inner)</filename>
                <path>/x/no.jpg</path><empty/></annotation>

                """
            #expect(try names([ImageReferences.voc(Array(text.utf8))]) == [name])
        }
    }

    @Test(
        arguments: [
            "", "<annotation>", "<annotation></annotation>", "<a><b></a></b>", "text",
            "<annotation><filename/></annotation>",
            "<annotation><filename>a&x;</filename></annotation>",
            "<annotation><filename>a&#0;</filename></annotation>",
            "<annotation><filename>a&</filename>",
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><annotation></annotation>",
            "<annotation><filename>a</filename><filename>b</filename></annotation>",
            "<annotation><filename>a</filename></annotation><b/>", "<annotation", "<>",
            "</annotation>",
            "<annotation><![CDATA[", "<annotation><!-- ",
        ]
    )
    func `XML that is wrong or declares entities is refused`(_ text: String) {
        #expect(throws: InterchangeError.self) { try ImageReferences.voc(Array(text.utf8)) }
    }

    @Test func `XML that is nested deeply is refused`() {
        let text = String(repeating: "<annotation>", count: 1_000_000)
        #expect(throws: InterchangeError.self) { try ImageReferences.voc(Array(text.utf8)) }
    }

    @Test(arguments: 0..<500 as Range<UInt64>)
    func `no bytes crash a reader`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let texts = [
            #"{"images": [{"file_name": "a\u00e9"}], "imagePath": "b", "path": "c"}"#,
            "<annotation a='b'><filename>a&amp;<![CDATA[b]]></filename><c/></annotation>",
            "path: x\ntrain: [a, 'b']\nval:\n  - c # d\nnames: {0: a}\n",
            "path,label\n\"a\"\"\",1\n",
        ]
        var bytes = Array(texts[Int(seed % 4)].utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: bytes.indices, using: &generator)
            bytes[place] = UInt8.random(in: 0...255, using: &generator)
        }
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator) / 4)
        let limit = bytes.count
        let found = [
            (try? ImageReferences.coco(bytes).references) ?? [],
            (try? ImageReferences.jsonLines(bytes).references) ?? [],
            (try? ImageReferences.csv(bytes).references) ?? [],
            (try? YoloDataFile(bytes).images) ?? [],
            (try? ImageReferences.labelMe(bytes)).map { [$0] } ?? [],
            (try? ImageReferences.voc(bytes)).map { [$0] } ?? [],
        ]
        #expect(found.joined().allSatisfy { $0.name.count <= limit && $0.number > 0 })
    }
}
