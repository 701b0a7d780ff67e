/// What the content digest of a version is made of: a leaf for each image, a bucket for the leaves that
/// begin with the same two bytes, and the root over all buckets and the class list.
///
/// So it is the same on any machine and in any order of import, and after a change only the leaves and
/// buckets that it touches are computed again (a Merkle tree of fixed shape). Leaves and buckets are
/// the 32 bytes of a SHA-256.
package enum ContentTree {
    /// The leaf of an image: the SHA-256 of its canonical JSON, with the digest of its bytes and its
    /// labels, in the order of their own JSON.
    package static func leaf(of image: ContentDigest, labels: [Label]) -> [UInt8] {
        leaf(of: image.hex, annotations: labels.map(\.canonical.bytes))
    }

    /// The same of labels that are canonical JSON already.
    package static func leaf(of image: String, annotations: [[UInt8]]) -> [UInt8] {
        var text = Array("{\"annotations\":[".utf8)
        let sorted = annotations.sorted { $0.lexicographicallyPrecedes($1) }
        for (index, annotation) in sorted.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += annotation
        }
        text += Array("],\"sha256\":\"\(image)\"}".utf8)
        var hasher = ContentHasher()
        hasher.update(text)
        return hasher.finishBytes()
    }

    /// A label as canonical JSON, from the words of its row: what `Label.canonical` gives, without the
    /// way through numbers.
    package static func annotation(
        kind: String,
        quotedName: [UInt8],
        geometry: String?
    ) -> [UInt8] {
        let shape = geometry ?? "null"
        var text: [UInt8] = []
        // Keys stand in the order of the alphabet.
        if kind == "box" {
            text += "{\"bbox\":".utf8
            text += shape.utf8
            text += ",\"label\":".utf8
        } else {
            text += "{\"label\":".utf8
        }
        text += quotedName
        if kind == "mask" { text += ",\"rle\":\(shape)".utf8 }
        if kind == "polygon" { text += ",\"segmentation\":\(shape)".utf8 }
        text += ",\"type\":\"".utf8
        text += kind.utf8
        text += "\"}".utf8
        return text
    }

    /// The bucket of a leaf, by its first two bytes: 0 to 65,535.
    package static func bucket(of leaf: [UInt8]) -> Int { Int(leaf[0]) << 8 | Int(leaf[1]) }

    /// The content digest: the SHA-256 over the class names as canonical JSON, and each bucket that is
    /// not empty, by its number, in their order.
    ///
    /// A bucket is the SHA-256 over its leaves, sorted; images
    /// of the same bytes and labels count as often as they are there.
    package static func root(
        categories: [String],
        buckets: [(bucket: Int, digest: [UInt8])]
    ) -> ContentDigest {
        var hasher = ContentHasher()
        hasher.update(CanonicalJSON.array(categories.map { .string($0) }).bytes + [10])
        for (bucket, digest) in buckets {
            hasher.update([UInt8(bucket >> 8), UInt8(bucket & 255)] + digest)
        }
        return hasher.finish()
    }

    /// The content digest of a whole state at once.
    package static func root(categories: [String], leaves: [[UInt8]]) -> ContentDigest {
        var buckets: [(bucket: Int, digest: [UInt8])] = []
        let sorted = leaves.sorted { $0.lexicographicallyPrecedes($1) }
        var start = 0
        while start < sorted.count {
            let bucket = bucket(of: sorted[start])
            let end = sorted[start...].firstIndex { Self.bucket(of: $0) != bucket } ?? sorted.count
            var hasher = ContentHasher()
            for leaf in sorted[start..<end] { hasher.update(leaf) }
            buckets.append((bucket, hasher.finishBytes()))
            start = end
        }
        return root(categories: categories, buckets: buckets)
    }
}
