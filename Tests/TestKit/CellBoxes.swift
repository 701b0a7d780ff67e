import Foundation

/// The boxes of the photos of blood cells in `fixtures/cells`, as `coco.json` gives them.
package struct CellBoxes {
    private struct File: Decodable {
        struct Image: Decodable {
            let id: Int
            let file_name: String
        }
        struct Thing: Decodable {
            let image_id: Int
            let category_id: Int
            let bbox: [Double]
        }
        struct Class: Decodable {
            let id: Int
            let name: String
        }
        let images: [Image]
        let annotations: [Thing]
        let categories: [Class]
    }

    /// A cell: its class, and x, y, width, height in pixels.
    package typealias Cell = (label: String, box: [Double])

    /// The classes, in their order.
    package let classes: [String]
    /// The cells of each photo, by file name.
    package let cells: [String: [Cell]]

    /// Reads them.
    package init() throws {
        let data = Data(try Fixtures.bytes("cells/coco.json"))
        let file = try JSONDecoder().decode(File.self, from: data)
        let names = Dictionary(uniqueKeysWithValues: file.categories.map { ($0.id, $0.name) })
        classes = file.categories.map(\.name)
        cells = Dictionary(
            uniqueKeysWithValues: file.images.map { image in
                let own = file.annotations.filter { $0.image_id == image.id }
                return (image.file_name, own.map { (names[$0.category_id] ?? "", $0.bbox) })
            }
        )
    }
}
