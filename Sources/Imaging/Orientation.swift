import CurationCore

/// How stored pixels must be turned to stand upright (EXIF 2.32, tag 0x0112).
package enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirrored, halfTurn, flipped
    case transposed, rightTurn, transversed, leftTurn

    /// Whether the upright picture is as wide as the stored one is high.
    package var swapsSides: Bool { rawValue >= 5 }

    /// Reads the orientation of a file; upright when it has none, or none that can be trusted.
    init(of bytes: [UInt8], format: ImageFormat) {
        self = ExifBlock.find(in: bytes, format: format).flatMap { Self(exif: $0) } ?? .upright
    }

    /// Reads the tag from the first directory of a TIFF structure.
    private init?(exif block: ArraySlice<UInt8>) {
        // A SHORT; some programs write a LONG, which others read too.
        guard let reader = TIFFReader(block),
            let value = reader.integer(0x0112, of: reader.firstDirectory())
        else { return nil }
        self.init(rawValue: value)
    }
}
