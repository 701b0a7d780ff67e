package import CurationCore

/// What is read off the pixels of a picture at import.
package struct ImageMeasures: Sendable, Equatable {
    /// Numbers from which issues are told.
    package let metrics: ImageMetrics
    /// A hash of what the picture looks like.
    package let perceptualHash: PerceptualHash

    /// The longer side that pictures are scaled down to before they are measured.
    ///
    /// Sharpness depends on the scale, so pictures can be compared only at the same one. Smaller
    /// pictures are measured as they are. It is the side of a thumbnail, so that one scaled picture
    /// serves both.
    package static let side = Thumbnail.longestSide

    /// Measures a picture; `jpegQuality` is that of its file.
    package init(of pixels: PixelBuffer, jpegQuality: Int? = nil) {
        let sums = PixelSums(pixels.resized(toFit: Self.side))
        metrics = ImageMetrics(sums, jpegQuality: jpegQuality)
        perceptualHash = PerceptualHash(sums)
    }
}
