package import CurationCore

/// Writes COCO object-detection JSON: `images`, `annotations`, `categories`.
///
/// Numbers go on from one document to the next, so that no two splits share one. A label of an
/// image as a whole is an annotation whose box is the image, marked `"image_level": true`.
package struct CocoFormat {
    /// An image as it stands in a document.
    package struct Image: Sendable, Equatable {
        /// The path of the file, relative to the document.
        package let fileName: String
        /// Pixels across, upright.
        package let width: Int
        /// Pixels down, upright.
        package let height: Int
        /// What is said about it.
        package let labels: [Label]

        /// Describes an image.
        package init(fileName: String, width: Int, height: Int, labels: [Label]) {
            self.fileName = fileName
            self.width = width
            self.height = height
            self.labels = labels
        }
    }

    // Bytes that are gathered before they are handed on.
    private static let chunkSize = 1 << 16

    private let categories: [Category]
    private let numbers: [String: Int]
    private let description: String
    private var nextImage = 1
    private var nextAnnotation = 1

    /// Starts with number 1; `description` goes into `info`.
    package init(categories: [Category], description: String) {
        self.categories = categories
        self.description = description
        let pairs = categories.map { ($0.name, $0.id) }
        numbers = Dictionary(pairs) { first, _ in first }
    }

    /// Writes one document, numbering `images` in their order; labels must be of the categories.
    package mutating func write<Failure: Error>(
        _ images: [Image],
        to emit: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var text: [UInt8] = []
        text.append(contentsOf: "{\"annotations\":[".utf8)
        var separator = ""
        for (offset, image) in images.enumerated() {
            for label in image.labels {
                text.append(contentsOf: separator.utf8)
                annotation(label, of: image, number: nextImage + offset).append(to: &text)
                separator = ",\n"
            }
            try Self.pass(&text, above: Self.chunkSize, to: emit)
        }
        text.append(contentsOf: "],\n\"categories\":".utf8)
        CanonicalJSON.array(categories.map(Self.category)).append(to: &text)
        text.append(contentsOf: ",\n\"images\":[".utf8)
        for (offset, image) in images.enumerated() {
            if offset > 0 { text.append(contentsOf: ",\n".utf8) }
            entry(image).append(to: &text)
            try Self.pass(&text, above: Self.chunkSize, to: emit)
        }
        text.append(contentsOf: "],\n\"info\":".utf8)
        CanonicalJSON.object(["description": .string(description)]).append(to: &text)
        text.append(contentsOf: ",\n\"licenses\":[]}\n".utf8)
        try Self.pass(&text, above: 0, to: emit)
    }

    private static func pass<Failure: Error>(
        _ text: inout [UInt8],
        above limit: Int,
        to emit: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        guard text.count > limit else { return }
        try emit(text)
        text.removeAll(keepingCapacity: true)
    }

    private mutating func annotation(
        _ label: Label,
        of image: Image,
        number: Int
    ) -> CanonicalJSON {
        guard let category = numbers[label.category] else {
            preconditionFailure("the labels of an export are of its categories")
        }
        var members: [String: CanonicalJSON] = [
            "id": .integer(nextAnnotation),
            "image_id": .integer(number),
            "category_id": .integer(category),
            "iscrowd": .integer(0),
        ]
        nextAnnotation += 1
        let whole = BoundingBox(
            x: 0,
            y: 0,
            width: Double(image.width),
            height: Double(image.height)
        )
        let box = label.boundingBox ?? whole
        members["bbox"] = .array([box.x, box.y, box.width, box.height].map { .number($0) })
        members["area"] = .number(box.width * box.height)
        switch label {
        case .classification: members["image_level"] = .bool(true)
        case .detection: break
        case .polygon(_, let polygon):
            members["segmentation"] = label.canonicalShape
            members["area"] = .number(polygon.area)
        case .mask(_, let mask):
            members["segmentation"] = label.canonicalShape
            members["area"] = .integer(mask.area)
        }
        return .object(members)
    }

    private mutating func entry(_ image: Image) -> CanonicalJSON {
        defer { nextImage += 1 }
        return .object([
            "id": .integer(nextImage),
            "file_name": .string(image.fileName),
            "width": .integer(image.width),
            "height": .integer(image.height),
        ])
    }

    private static func category(_ category: Category) -> CanonicalJSON {
        .object([
            "id": .integer(category.id),
            "name": .string(category.name),
            "supercategory": .string(""),
        ])
    }
}
