/// A finding about a sample.
public struct Issue: Sendable, Hashable, Codable {
    /// What is wrong.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case dark, light, blurry
        case lowInformation = "low-information"
        case oddSize = "odd-size"
        case oddAspect = "odd-aspect"
    }

    /// The sample it is about.
    public let sample: Sample.ID
    /// What is wrong.
    public let kind: Kind
    /// 0 is worst, 1 is best.
    public let score: Double

    /// Describes a finding.
    public init(sample: Sample.ID, kind: Kind, score: Double) {
        self.sample = sample
        self.kind = kind
        self.score = score
    }
}

/// Numbers read off the upright pixels at import, from which issues are told.
public struct ImageMetrics: Sendable, Hashable, Codable {
    /// Mean of the brightness, 0 black to 1 white; the luma of BT.601.
    public let brightness: Double
    /// Brightness that 1 % of the pixels fall below.
    public let darkest: Double
    /// Brightness that 99 % of the pixels fall below.
    public let brightest: Double
    /// Standard deviation of the brightness, 0 to 0.5.
    public let contrast: Double
    /// Variance of the 4-neighbour Laplacian of the brightness in 0...255; blurry is low.
    public let sharpness: Double
    /// Shannon entropy of the 256-bin histogram of the brightness, 0 to 8 bits.
    public let entropy: Double

    /// Takes the numbers.
    public init(
        brightness: Double,
        darkest: Double,
        brightest: Double,
        contrast: Double,
        sharpness: Double,
        entropy: Double
    ) {
        self.brightness = brightness
        self.darkest = darkest
        self.brightest = brightest
        self.contrast = contrast
        self.sharpness = sharpness
        self.entropy = entropy
    }
}

/// A file that could not be imported, with the reason.
public struct ImportFailure: Sendable, Hashable, Codable {
    /// The reason as a stable code.
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        case notAnImage = "not-an-image"
        case truncated, corrupt, unsupported, unreadable
        case tooLarge = "too-large"
        case outsideRoot = "outside-root"
    }

    /// The file.
    public let path: String
    /// The reason as a code.
    public let code: Code
    /// A sentence: what is wrong and what can be done.
    public let message: String

    /// Describes a failure.
    public init(path: String, code: Code, message: String) {
        self.path = path
        self.code = code
        self.message = message
    }
}
