import CurationCore
import Foundation
import Interchange
import Testing

@Suite struct CocoFormatTests {
    private static let categories = [Category(id: 1, name: "cat"), Category(id: 2, name: "d\"og")]
    private static let box = BoundingBox(x: 1.5, y: 2, width: 10, height: 0.5)

    @Test func `a document is as COCO describes it`() {
        var format = CocoFormat(categories: Self.categories, description: "v1")
        let image = CocoFormat.Image(
            fileName: "images/a.jpg",
            width: 40,
            height: 30,
            labels: [
                .classification(category: "cat"), .detection(category: "d\"og", box: Self.box),
            ]
        )
        let text = Self.write([image], with: &format)
        let expected = #"""
            {"annotations":[{"area":1200,"bbox":[0,0,40,30],"category_id":1,"id":1,"image_id":1,"image_level":true,"iscrowd":0},
            {"area":5,"bbox":[1.5,2,10,0.5],"category_id":2,"id":2,"image_id":1,"iscrowd":0}],
            "categories":[{"id":1,"name":"cat","supercategory":""},{"id":2,"name":"d\"og","supercategory":""}],
            "images":[{"file_name":"images/a.jpg","height":30,"id":1,"width":40}],
            "info":{"description":"v1"},
            "licenses":[]}

            """#
        #expect(text == expected)
    }

    @Test func `numbers go on from split to split`() throws {
        var format = CocoFormat(categories: Self.categories, description: "")
        let image = CocoFormat.Image(
            fileName: "a",
            width: 1,
            height: 1,
            labels: [.classification(category: "cat")]
        )
        _ = Self.write([image, image], with: &format)
        let second = Self.write([image], with: &format)
        #expect(second.contains("\"id\":3,\"image_id\":3"))
        #expect(second.contains("\"height\":1,\"id\":3"))
    }

    @Test func `a large document comes in parts and is JSON`() throws {
        var format = CocoFormat(categories: Self.categories, description: "")
        let images = (0..<5000).map {
            CocoFormat.Image(
                fileName: "images/\($0).jpg",
                width: 9,
                height: 9,
                labels: [.detection(category: "cat", box: Self.box)]
            )
        }
        var parts: [Int] = []
        var text: [UInt8] = []
        format.write(images) {
            parts.append($0.count)
            text += $0
        }
        #expect(parts.count > 5 && parts.allSatisfy { $0 < 70_000 })
        let document = try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]
        #expect((document?["annotations"] as? [Any])?.count == 5000)
        #expect((document?["images"] as? [Any])?.count == 5000)
    }

    @Test func `no images is a document too`() throws {
        var format = CocoFormat(categories: [], description: "")
        let text = Self.write([], with: &format)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }

    private static func write(
        _ images: [CocoFormat.Image],
        with format: inout CocoFormat
    ) -> String {
        var text: [UInt8] = []
        format.write(images) { text += $0 }
        return String(decoding: text, as: UTF8.self)
    }
}
