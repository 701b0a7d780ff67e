/// The eight ways to turn and mirror a picture: what maps the one onto the other.
///
/// Each is written as it is done to a picture, after `identity`: mirrored left to right
/// (`flip-horizontal`), top to bottom, turned clockwise by quarter turns, and mirrored along one of
/// the diagonals.
public enum ImageTransform: String, Sendable, Hashable, Codable, CaseIterable {
    case identity
    case flipHorizontal = "flip-horizontal"
    case rotate180 = "rotate-180"
    case flipVertical = "flip-vertical"
    case transpose
    case rotate90 = "rotate-90"
    case transverse
    case rotate270 = "rotate-270"
}
