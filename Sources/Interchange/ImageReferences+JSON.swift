/// Reads which pictures annotation files name; what they say about them is read elsewhere.
package enum ImageReferences {
    /// What the first bytes of a JSON file say it is.
    package enum JSONKind: Sendable, Equatable {
        /// An object with `images`.
        case coco
        /// An object with `imagePath`.
        case labelMe
    }

    // The names that tools give to the path of a picture, the more telling first.
    static let pathKeys = [
        "path", "file_name", "filename", "file_path", "filepath", "image_path", "image", "file",
    ]

    /// The `file_name` of each record of `images` of a COCO file, numbered from 1.
    ///
    /// - Throws: `InterchangeError.badJSON` with the place of what is wrong.
    package static func coco(_ bytes: [UInt8]) throws(InterchangeError) -> [ImageReference] {
        var reader = JSONReader(bytes)
        var found: [ImageReference]?
        try reader.object { reader, name throws(InterchangeError) in
            guard name.elementsEqual("images".utf8) else { return try reader.skip() }
            guard reader.peek() == UInt8(ascii: "[") else {
                throw reader.error("'images' is not an array")
            }
            var images: [ImageReference] = []
            try reader.array { reader, index throws(InterchangeError) in
                let place = "images[\(index)]"
                let name = try text(of: ["file_name"], in: &reader, at: place)
                guard let name else { throw reader.error("\(place) has no 'file_name'") }
                images.append(ImageReference(name: name, number: index + 1))
            }
            guard found == nil else { throw reader.error("'images' is there twice") }
            found = images
        }
        try reader.end()
        guard let found else { throw reader.error("it has no 'images'") }
        return found
    }

    /// The `imagePath` of a LabelMe file.
    ///
    /// - Throws: `InterchangeError.badJSON` with the place of what is wrong.
    package static func labelMe(_ bytes: [UInt8]) throws(InterchangeError) -> ImageReference {
        var reader = JSONReader(bytes)
        let name = try text(of: ["imagePath"], in: &reader, at: "it")
        try reader.end()
        guard let name else { throw reader.error("it has no 'imagePath'") }
        return ImageReference(name: name, number: 1)
    }

    /// The path in each line of JSON Lines, by the first of the usual names that is there.
    ///
    /// - Throws: `InterchangeError.badRow` with the line.
    package static func jsonLines(_ bytes: [UInt8]) throws(InterchangeError) -> [ImageReference] {
        var found: [ImageReference] = []
        try PathList.forEach(in: bytes) { line, number throws(InterchangeError) in
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
            var reader = JSONReader(Array(line))
            do throws(InterchangeError) {
                let name = try text(of: pathKeys, in: &reader, at: "it")
                try reader.end()
                guard let name else {
                    throw reader.error("it has none of \(pathKeys.joined(separator: ", "))")
                }
                found.append(ImageReference(name: name, number: number))
            } catch {
                throw .badRow(line: number, reason: error.description)
            }
        }
        return found
    }

    /// What a JSON file is, as far as it can be told; nil for another.
    package static func kind(ofJSON bytes: [UInt8]) -> JSONKind? {
        var reader = JSONReader(bytes)
        var kind: JSONKind?
        try? reader.object { reader, name throws(InterchangeError) in
            if name.elementsEqual("images".utf8) {
                kind = .coco
            } else if name.elementsEqual("imagePath".utf8) {
                kind = .labelMe
            }
            // Nothing more is needed, and the rest may be large.
            if kind != nil { throw reader.error("") }
            try reader.skip()
        }
        return kind
    }

    // The text of the first of `keys` that the object has.
    private static func text(
        of keys: [String],
        in reader: inout JSONReader,
        at place: String
    ) throws(InterchangeError) -> [UInt8]? {
        guard reader.peek() == UInt8(ascii: "{") else {
            throw reader.error("\(place) is not an object")
        }
        var found: (rank: Int, text: [UInt8])?
        try reader.object { reader, name throws(InterchangeError) in
            guard let rank = keys.firstIndex(where: { name.elementsEqual($0.utf8) }),
                rank < found?.rank ?? keys.count
            else { return try reader.skip() }
            guard reader.peek() == UInt8(ascii: "\"") else {
                guard keys.count == 1 else { return try reader.skip() }
                throw reader.error("'\(keys[rank])' of \(place) is not a text")
            }
            found = (rank, try reader.string())
        }
        return found?.text
    }
}
