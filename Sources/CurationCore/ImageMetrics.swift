/// Numbers read off a picture at import, from which issues are told.
public struct ImageMetrics: Sendable, Hashable, Codable {
    /// Mean of the brightness, 0 black to 1 white; the luma of BT.601.
    public var brightness = 0.0
    /// Brightness that 1 % of the pixels fall below.
    public var darkest = 0.0
    /// Brightness that 99 % of the pixels fall below.
    public var brightest = 0.0
    /// Standard deviation of the brightness, 0 to 0.5.
    public var contrast = 0.0
    /// Variance of the 4-neighbour Laplacian of the brightness in 0...255; blurry is low.
    public var sharpness = 0.0
    /// Shannon entropy of the 256-bin histogram of the brightness, 0 to 8 bits.
    public var entropy = 0.0
    /// Colourfulness M3 of Hasler and Susstrunk (2003); 0 grey, about 15 slightly and 82 highly
    /// colourful.
    public var colorfulness = 0.0
    /// Mean saturation of HSV, 0 to 1.
    public var saturation = 0.0
    /// Share of the pixels that are grey: whose channels differ by 8 of 255 at most.
    public var grayness = 0.0
    /// Share of the picture, 0 to 1, that lies in even borders along its edges.
    public var border = 0.0
    /// The quality, 1 to 100 on the scale of libjpeg, that the quantisation tables of a JPEG file are
    /// those of, or are nearest to; nil for other formats.
    public var jpegQuality: Int?

    /// Starts with zeros.
    public init() {}
}
