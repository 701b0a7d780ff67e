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

    /// The `file_name` of each record of `images` of a COCO file, numbered from 1; a record without
    /// one is a fault.
    ///
    /// - Throws: `InterchangeError.badJSON` with the place of what is wrong with the file.
    package static func coco(_ bytes: [UInt8]) throws(InterchangeError) -> Found {
        var reader = JSONReader(bytes)
        var found: Found?
        try reader.object { reader, name throws(InterchangeError) in
            guard name.elementsEqual("images".utf8) else { return try reader.skip() }
            guard reader.peek() == UInt8(ascii: "[") else {
                throw reader.error("'images' is not an array")
            }
            var images = Found()
            try reader.array { reader, index throws(InterchangeError) in
                switch try text(of: ["file_name"], in: &reader) {
                case .text(let name):
                    images.references.append(ImageReference(name: name, number: index + 1))
                case .fault(let reason):
                    images.faults.append(Fault(number: index + 1, reason: reason))
                }
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
        let found = try text(of: ["imagePath"], in: &reader)
        try reader.end()
        switch found {
        case .text(let name): return ImageReference(name: name, number: 1)
        case .fault(let reason): throw reader.error(reason)
        }
    }

    /// The path in each line of JSON Lines, by the first of the usual names that is there; a line
    /// without one is a fault.
    ///
    /// - Throws: `InterchangeError.badRow` with the first line that is wrong when no other names a
    ///   picture.
    package static func jsonLines(_ bytes: [UInt8]) throws(InterchangeError) -> Found {
        var found = Found()
        PathList.forEach(in: bytes) { line, number in
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
            do throws(InterchangeError) {
                var reader = JSONReader(Array(line))
                let result = try text(of: pathKeys, in: &reader)
                try reader.end()
                switch result {
                case .text(let name):
                    found.references.append(ImageReference(name: name, number: number))
                case .fault(let reason): throw reader.error(reason)
                }
            } catch {
                found.faults.append(Fault(number: number, reason: error.description))
            }
        }
        if found.references.isEmpty, let fault = found.faults.first {
            throw .badRow(line: fault.number, reason: fault.reason)
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

    private enum Member {
        case text([UInt8])
        /// Why there is no text.
        case fault(String)
    }

    // The text of the first of `keys` that the object has.
    private static func text(
        of keys: [String],
        in reader: inout JSONReader
    ) throws(InterchangeError) -> Member {
        guard reader.peek() == UInt8(ascii: "{") else {
            try reader.skip()
            return .fault("it is not an object")
        }
        var (found, rank) = (Member?.none, keys.count)
        try reader.object { reader, name throws(InterchangeError) in
            let place = keys.firstIndex { name.elementsEqual($0.utf8) }
            guard let place, place < rank else { return try reader.skip() }
            guard reader.peek() == UInt8(ascii: "\"") else {
                try reader.skip()
                if found == nil { found = .fault("'\(keys[place])' is not a text") }
                return
            }
            (found, rank) = (.text(try reader.string()), place)
        }
        let isOne = keys.count == 1
        let missing = isOne ? "no '\(keys[0])'" : "none of \(keys.joined(separator: ", "))"
        return found ?? .fault("it has \(missing)")
    }
}
