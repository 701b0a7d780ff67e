package import CurationCore

/// What the first bytes of an image file say.
package struct ImageHeader: Sendable, Equatable {
    /// How the file is encoded.
    package let format: ImageFormat
    /// Pixels across, upright.
    package let width: Int
    /// Pixels down, upright.
    package let height: Int
    /// How the stored pixels must be turned.
    package let orientation: Orientation

    /// The size of the pixels as they are stored.
    var storedSize: PixelSize {
        orientation.swapsSides
            ? PixelSize(width: height, height: width) : PixelSize(width: width, height: height)
    }
}

/// Pixels across and down.
struct PixelSize {
    let width: Int
    let height: Int
}

/// The pixels of an image file, and what is known of the file.
package struct DecodedImage: Sendable {
    /// The upright pixels, perhaps fewer than the file has.
    package let pixels: PixelBuffer
    /// How the file is encoded.
    package let format: ImageFormat
    /// Pixels across in the file, upright.
    package let width: Int
    /// Pixels down in the file, upright.
    package let height: Int
    /// What is wrong with the pixels; nil for a sound file.
    package let damage: ImageDamage?
}

/// Turns the bytes of JPEG, PNG and WebP files into upright 8-bit RGB pixels.
///
/// Gray, palette, CMYK and 16-bit pictures become RGB; alpha is blended onto white; the colors of an
/// embedded profile become those of sRGB; PNG's gamma chunk is ignored, as most training code does.
/// Of an animation the first picture is shown.
package struct ImageDecoder: Sendable {
    /// The limit of pixels that is used unless another is given: that of Pillow, 178,956,970.
    package static let defaultPixelLimit = 178_956_970

    /// Files whose header names more pixels are refused before anything is allocated for them.
    package let pixelLimit: Int

    /// Makes a decoder; `pixelLimit` must be positive.
    package init(pixelLimit: Int = defaultPixelLimit) {
        precondition(pixelLimit > 0, "a decoder that may decode nothing is of no use")
        self.pixelLimit = pixelLimit
    }

    /// Reads the header of a file.
    ///
    /// - Throws: When the bytes are not an image that can be read, or name too many pixels.
    package func probe(_ bytes: [UInt8]) throws(ImagingError) -> ImageHeader {
        guard let format = ImageFormat(signature: bytes) else { throw .notAnImage }
        let stored = try ImageCodecs.probe(bytes, format: format, pixelLimit: pixelLimit)
        if format == .png, let reason = PNGChunks.fault(in: bytes) {
            throw .corrupt(format, reason: reason)
        }
        let orientation = Orientation(of: bytes, format: format)
        return ImageHeader(
            format: format,
            width: orientation.swapsSides ? stored.height : stored.width,
            height: orientation.swapsSides ? stored.width : stored.height,
            orientation: orientation
        )
    }

    /// Decodes a file.
    ///
    /// - Parameters:
    ///   - bytes: All of the file.
    ///   - side: When given, a JPEG is decoded at a half, a quarter or an eighth of its size, which
    ///     is faster, as long as its shorter side keeps at least that many pixels; so is a PNG of more
    ///     than 16 megapixels, which needs less memory, unless it is interlaced.
    /// - Returns: The pixels; `damage` is set when some of them could not be decoded.
    /// - Throws: When there are no pixels to show at all, or when there are faults in a picture that
    ///   needs more than 256 MiB.
    package func decode(
        _ bytes: [UInt8],
        atLeast side: Int? = nil
    ) throws(ImagingError) -> DecodedImage {
        let header = try probe(bytes)
        let eighths = side.map { Self.eighths(for: header, of: bytes, atLeast: $0) } ?? 8
        // No format needs more bytes for a pixel than 12 while it is decoded.
        if header.width * header.height > (256 << 20) / 12 {
            try ImageCodecs.check(bytes, header: header, eighths: eighths)
        }
        let (stored, damage) = try ImageCodecs.decode(bytes, header: header, eighths: eighths)
        return DecodedImage(
            pixels: stored.turned(header.orientation),
            format: header.format,
            width: header.width,
            height: header.height,
            damage: damage
        )
    }

    /// The smallest scale, with a fast inverse DCT, whose result has a side of at least `side`.
    private static func eighths(
        for header: ImageHeader,
        of bytes: [UInt8],
        atLeast side: Int
    ) -> Int {
        switch header.format {
        case .jpeg: break
        case .png where header.width * header.height > 1 << 24 && !PNGChunks.isInterlaced(bytes):
            break
        default: return 8
        }
        let shorter = min(header.width, header.height)
        return [1, 2, 4].first { (shorter * $0 + 7) / 8 >= side } ?? 8
    }
}
