package import CurationCore

/// Computes what names a version.
package enum VersionDigest {
    /// The digest of images, labels and classes.
    ///
    /// Neither the order of import nor paths nor row numbers matter. Images of the same bytes count as
    /// often as they are there.
    package static func content(_ samples: [LabeledSample], categories: [String]) -> ContentDigest {
        ContentTree.root(
            categories: categories,
            leaves: samples.map { ContentTree.leaf(of: $0.sample.sha256, labels: $0.labels) }
        )
    }

    /// The id of a commit: over the content, the parents, branch, author, time, message and lineage.
    package static func id(
        content: ContentDigest,
        parents: [ContentDigest],
        branch: String,
        author: String,
        at moment: Timestamp,
        message: String,
        lineage: [String: String]
    ) -> ContentDigest {
        let commit = CanonicalJSON.object([
            "content": .string(content.hex),
            "parents": .array(parents.map { .string($0.hex) }),
            "branch": .string(branch),
            "author": .string(author),
            "at": .string(moment.description),
            "message": .string(message),
            "lineage": .object(lineage.mapValues { .string($0) }),
        ])
        return ContentDigest(of: commit.bytes)
    }
}
