package import CurationCore

extension PixelBuffer {
    /// Scales to exactly `width` x `height`, without regard to the aspect.
    ///
    /// Along an axis that shrinks, each pixel is the average of the area that it covers; along one
    /// that grows, pixels are interpolated linearly.
    package func resized(width: Int, height: Int) -> PixelBuffer {
        precondition(width > 0 && height > 0, "a picture has at least one pixel")
        guard width != self.width || height != self.height else { return self }
        return ImageCodecs.resize(self, width: width, height: height, plainly: false)
    }

    /// The same by the code that every processor runs, which the faster code is held to.
    package func resizedPlainly(width: Int, height: Int) -> PixelBuffer {
        ImageCodecs.resize(self, width: width, height: height, plainly: true)
    }

    /// Scales so that the longer side has at most `side` pixels; never enlarges.
    package func resized(toFit side: Int) -> PixelBuffer {
        let longer = max(width, height)
        guard longer > side else { return self }
        // Rounded to the nearest, and never to nothing.
        let shorter = max(1, (min(width, height) * side * 2 + longer) / (longer * 2))
        return width >= height
            ? resized(width: side, height: shorter) : resized(width: shorter, height: side)
    }

    /// The pixels turned upright.
    func turned(_ orientation: Orientation) -> PixelBuffer {
        orientation == .upright ? self : ImageCodecs.turn(self, orientation)
    }
}
