/// What the file of a picture says of how it was taken (EXIF 2.32).
public struct ImageFacts: Sendable, Hashable, Codable {
    /// Maker and model of the camera, without what is said twice; nil when the file does not say.
    public let camera: String?
    /// When it was taken, by the camera's clock: `2026-01-31T12:00:00`, with the offset from UTC where
    /// the file has it; nil when the file does not say.
    public let capturedAt: String?
    /// Whether the file names a place on Earth, which itself is not read.
    public let hasLocation: Bool

    /// Takes the facts.
    public init(camera: String? = nil, capturedAt: String? = nil, hasLocation: Bool = false) {
        self.camera = camera
        self.capturedAt = capturedAt
        self.hasLocation = hasLocation
    }
}
