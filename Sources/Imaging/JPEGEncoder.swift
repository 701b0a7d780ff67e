package import CurationCore

/// Writes pixels as baseline JPEG, 4:2:0, without metadata.
package enum JPEGEncoder {
    /// The longest side that JPEG can express.
    package static let longestSide = 65_500

    /// Encodes a picture; neither side may exceed `longestSide`.
    ///
    /// - Parameters:
    ///   - pixels: The picture.
    ///   - quality: 1 worst to 100 best, the scale of libjpeg.
    /// - Returns: The bytes of a JPEG file.
    package static func encode(_ pixels: PixelBuffer, quality: Int) -> [UInt8] {
        precondition(max(pixels.width, pixels.height) <= longestSide, "too large for JPEG")
        precondition((1...100).contains(quality), "quality is 1...100")
        return ImageCodecs.encodeJPEG(pixels, quality: quality)
    }
}

/// Makes the small pictures that the review page shows.
package enum Thumbnail {
    /// The longer side of a thumbnail; smaller pictures are not enlarged.
    package static let longestSide = 320
    /// The quality of its JPEG.
    package static let quality = 85

    /// The bytes of a JPEG file with a small copy of a picture.
    package static func jpeg(of pixels: PixelBuffer) -> [UInt8] {
        JPEGEncoder.encode(pixels.resized(toFit: longestSide), quality: quality)
    }
}
