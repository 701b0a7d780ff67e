package import CurationCore

/// Computes what names a version.
package enum VersionDigest {
    /// The digest of images, labels and classes.
    ///
    /// Each image is one line of canonical JSON with its SHA-256 and its labels; lines are sorted, so
    /// neither the order of import nor paths nor row numbers matter. Images of the same bytes count
    /// as often as they are there.
    package static func content(_ samples: [LabeledSample], categories: [String]) -> ContentDigest {
        var hasher = ContentHasher()
        hasher.update(CanonicalJSON.array(categories.map { .string($0) }).bytes + [10])
        for line in samples.map(line).sorted() {
            hasher.update(Array(line.utf8) + [10])
        }
        return hasher.finish()
    }

    /// The id of a commit: over the content, the parents, author, time, message and lineage.
    package static func id(
        content: ContentDigest,
        parents: [ContentDigest],
        author: String,
        at moment: Timestamp,
        message: String,
        lineage: [String: String]
    ) -> ContentDigest {
        let commit = CanonicalJSON.object([
            "content": .string(content.hex),
            "parents": .array(parents.map { .string($0.hex) }),
            "author": .string(author),
            "at": .string(moment.description),
            "message": .string(message),
            "lineage": .object(lineage.mapValues { .string($0) }),
        ])
        return ContentDigest(of: commit.bytes)
    }

    private static func line(_ sample: LabeledSample) -> String {
        let value = CanonicalJSON.object([
            "sha256": .string(sample.sample.sha256.hex),
            "annotations": .array(sample.labels.map(\.canonical)),
        ])
        return String(decoding: value.bytes, as: UTF8.self)
    }
}
