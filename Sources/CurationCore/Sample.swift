/// One image of the data set.
public struct Sample: Sendable, Hashable, Codable, Identifiable {
    /// The short number that names the row, the same as long as the data set lives.
    public typealias ID = Int64

    /// The number of the row.
    public let id: ID
    /// Where the file is: absolute; for a member of an archive that of the archive, `!/`, and its name.
    public let path: String
    /// Which part of which archive it is; nil for a file of its own.
    public let archive: ArchivePlace?
    /// The digest of the file's bytes, which names the content.
    public let sha256: ContentDigest
    /// How the file is encoded.
    public let format: ImageFormat
    /// Pixels across, upright.
    public let width: Int
    /// Pixels down, upright.
    public let height: Int
    /// The size of the file in bytes.
    public let bytes: Int
    /// What is wrong with the pixels; nil for a sound file.
    public let damage: ImageDamage?
    /// The digest of the upright pixels: the same for files that differ in metadata alone.
    public let pixelDigest: ContentDigest
    /// A hash of what the upright picture looks like; near-duplicates differ in few bits.
    public let perceptualHash: PerceptualHash

    /// Describes one image.
    public init(
        id: ID,
        path: String,
        archive: ArchivePlace? = nil,
        sha256: ContentDigest,
        format: ImageFormat,
        width: Int,
        height: Int,
        bytes: Int,
        damage: ImageDamage? = nil,
        pixelDigest: ContentDigest,
        perceptualHash: PerceptualHash
    ) {
        self.id = id
        self.path = path
        self.archive = archive
        self.sha256 = sha256
        self.format = format
        self.width = width
        self.height = height
        self.bytes = bytes
        self.damage = damage
        self.pixelDigest = pixelDigest
        self.perceptualHash = perceptualHash
    }
}

/// A picture inside an archive.
public struct ArchivePlace: Sendable, Hashable, Codable {
    /// Where the archive is: absolute.
    public let file: String
    /// The name of the member in the archive.
    public let member: String
    /// Where its bytes begin in the archive, when they lie there as they are (in a plain tar); nil when
    /// they are compressed.
    public let offset: Int?

    /// Describes a member.
    public init(file: String, member: String, offset: Int? = nil) {
        self.file = file
        self.member = member
        self.offset = offset
    }
}

/// What is wrong with pixels that could be decoded nevertheless.
public enum ImageDamage: String, Sendable, Hashable, Codable {
    /// The file ends early: the pixels after that are filler.
    case truncated
    /// Some of the coded data is wrong: pixels after that may be wrong.
    case corrupt
}

/// An encoding of images, told by the first bytes of a file.
public enum ImageFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case jpeg, png, webp, gif, bmp, tiff, heic, avif, jp2, jxl, psd, ico, pnm
}

/// The part of a data set that a sample is used in.
public enum Split: String, Sendable, Hashable, Codable, CaseIterable {
    case train, validation, test

    /// The name on the command line and in shard names: `train`, `val`, `test`.
    public var shortName: String { self == .validation ? "val" : rawValue }
}
