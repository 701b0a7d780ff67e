/// Decoded, upright pixels: 8 bits a channel, RGB, row-major, no padding.
public struct PixelBuffer: Sendable, Equatable {
    /// Pixels across.
    public let width: Int
    /// Pixels down.
    public let height: Int
    /// Red, green, blue of each pixel; `width * height * 3` bytes.
    public let bytes: [UInt8]

    /// Takes pixels; the count of bytes must be `width * height * 3`.
    public init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(bytes.count == width * height * 3, "RGB needs three bytes a pixel")
        self.width = width
        self.height = height
        self.bytes = bytes
    }
}

extension PixelBuffer {
    /// A part of the picture, which it must hold: `width` x `height` pixels from `left`, `top` on.
    package func cropped(_ left: Int, _ top: Int, _ width: Int, _ height: Int) -> PixelBuffer {
        guard width != self.width || height != self.height else { return self }
        var part: [UInt8] = []
        part.reserveCapacity(width * height * 3)
        for row in top..<top + height {
            let start = (row * self.width + left) * 3
            part += bytes[start..<start + width * 3]
        }
        return PixelBuffer(width: width, height: height, bytes: part)
    }
}

extension ContentDigest {
    /// The digest of pixels: of width and height, 4 bytes each with the lowest first, and the RGB bytes.
    public init(ofPixels pixels: PixelBuffer) {
        var hasher = ContentHasher()
        hasher.update(LittleEndian.bytes(of: [Int32(pixels.width), Int32(pixels.height)]))
        hasher.update(pixels.bytes)
        self = hasher.finish()
    }
}
