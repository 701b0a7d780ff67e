package import CurationCore

/// An image that was read and is about to enter the store.
package struct NewSample: Sendable {
    /// A label that came with the file.
    package struct GivenLabel: Sendable {
        /// What is said.
        package let label: Label
        /// Whether it counts as reviewed or waits for review.
        package let state: LabelState
        /// Where it came from: `import:imagefolder`.
        package let source: String

        /// Describes a label that came with the file.
        package init(label: Label, state: LabelState, source: String) {
            self.label = label
            self.state = state
            self.source = source
        }
    }

    /// Where the file is: absolute; for a member of an archive that of the archive, `!/`, and its name.
    package let path: String
    /// Which part of which archive it is; nil for a file of its own.
    package let archive: ArchivePlace?
    /// The digest of the file's bytes.
    package let sha256: ContentDigest
    /// How the file is encoded.
    package let format: ImageFormat
    /// Pixels across, upright.
    package let width: Int
    /// Pixels down, upright.
    package let height: Int
    /// The size of the file in bytes.
    package let bytes: Int
    /// When the file was changed last, in seconds since 1970.
    package let modifiedAt: Double
    /// What is wrong with the pixels; nil for a sound file.
    package let damage: ImageDamage?
    /// The digest of the upright pixels.
    package let pixelDigest: ContentDigest
    /// A hash of what the upright picture looks like.
    package let perceptualHash: PerceptualHash
    /// Numbers read off the pixels.
    package let metrics: ImageMetrics
    /// What the file says of how it was taken.
    package let facts: ImageFacts
    /// The labels that came with the file.
    package var labels: [GivenLabel]

    /// Describes an image that was read.
    package init(
        path: String,
        archive: ArchivePlace? = nil,
        sha256: ContentDigest,
        format: ImageFormat,
        width: Int,
        height: Int,
        bytes: Int,
        modifiedAt: Double,
        damage: ImageDamage? = nil,
        pixelDigest: ContentDigest,
        perceptualHash: PerceptualHash,
        metrics: ImageMetrics,
        facts: ImageFacts = ImageFacts(),
        labels: [GivenLabel] = []
    ) {
        self.path = path
        self.archive = archive
        self.sha256 = sha256
        self.format = format
        self.width = width
        self.height = height
        self.bytes = bytes
        self.modifiedAt = modifiedAt
        self.damage = damage
        self.pixelDigest = pixelDigest
        self.perceptualHash = perceptualHash
        self.metrics = metrics
        self.facts = facts
        self.labels = labels
    }
}

/// A file that could not be imported, with what tells whether it has changed since.
package struct FailedFile: Sendable {
    /// The reason.
    package let failure: ImportFailure
    /// The size of the file in bytes; 0 when unknown.
    package let bytes: Int
    /// When the file was changed last, in seconds since 1970; 0 when unknown.
    package let modifiedAt: Double

    /// Describes a file that failed.
    package init(failure: ImportFailure, bytes: Int = 0, modifiedAt: Double = 0) {
        self.failure = failure
        self.bytes = bytes
        self.modifiedAt = modifiedAt
    }
}
