/// One image of the data set.
public struct Sample: Sendable, Hashable, Codable, Identifiable {
    /// The short number that names the row, the same as long as the data set lives.
    public typealias ID = Int64

    /// The number of the row.
    public let id: ID
    /// Where the file is: absolute.
    public let path: String
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
    /// A 64-bit hash of the upright pixels; near-duplicates differ in few bits.
    public let perceptualHash: UInt64

    /// Describes one image.
    public init(
        id: ID,
        path: String,
        sha256: ContentDigest,
        format: ImageFormat,
        width: Int,
        height: Int,
        bytes: Int,
        perceptualHash: UInt64
    ) {
        self.id = id
        self.path = path
        self.sha256 = sha256
        self.format = format
        self.width = width
        self.height = height
        self.bytes = bytes
        self.perceptualHash = perceptualHash
    }
}

/// An encoding of images, told by the first bytes of a file.
public enum ImageFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case jpeg, png, webp, gif, bmp, tiff, heic, avif
}

/// The part of a data set that a sample is used in.
public enum Split: String, Sendable, Hashable, Codable, CaseIterable {
    case train, validation, test

    /// The name on the command line and in shard names: `train`, `val`, `test`.
    public var shortName: String { self == .validation ? "val" : rawValue }
}
