package import CurationCore

/// Why the bytes of a file did not become pixels.
package enum ImagingError: Error, Equatable, CustomStringConvertible {
    /// The first bytes are those of no image format that is known here.
    case notAnImage
    /// An image, of a format that is not read here.
    case unsupported(ImageFormat)
    /// An image that uses a rare part of its format; the decoder's own words.
    case unsupportedFeature(ImageFormat, reason: String)
    /// More pixels than the limit, by the header.
    case tooLarge(width: Int, height: Int, limit: Int)
    /// The header names far more pixels than the file's bytes can hold.
    case bomb(ImageFormat, width: Int, height: Int, bytes: Int)
    /// The file ends before there is anything to show.
    case truncated(ImageFormat, reason: String)
    /// The bytes contradict the format; the decoder's own words.
    case corrupt(ImageFormat, reason: String)
    /// The machine has no memory left for the pixels.
    case outOfMemory(width: Int, height: Int)

    /// The reason as the stable code of a failed import.
    package var code: ImportFailure.Code {
        switch self {
        case .notAnImage: .notAnImage
        case .unsupported, .unsupportedFeature: .unsupported
        case .tooLarge, .outOfMemory: .tooLarge
        case .bomb: .bomb
        case .truncated: .truncated
        case .corrupt: .corrupt
        }
    }

    /// A sentence: what is wrong and what can be done.
    package var description: String {
        switch self {
        case .notAnImage:
            "This starts like no picture that is known here. If it is one, convert it to JPEG or PNG; "
                + "else remove it."
        case .unsupported(let format):
            "\(format.title) is not read. Convert it: \(format.conversion)"
        case .unsupportedFeature(let format, let reason):
            "This kind of \(format.title) is not read (\(reason)). "
                + "Convert it: \(format.conversion)"
        case .tooLarge(let width, let height, let limit):
            "The image has \(width) x \(height) pixels; the limit is \(limit) pixels. "
                + "Scale it down."
        case .bomb(let format, let width, let height, let bytes):
            "This \(format.title) file says that it has \(width) x \(height) pixels, which its "
                + "\(bytes) bytes cannot hold. Remove it."
        case .truncated(let format, let reason):
            "This \(format.title) file ends before there is anything to show (\(reason)). "
                + "Copy it again."
        case .corrupt(let format, let reason):
            "This \(format.title) file is damaged (\(reason)). Copy it again, or remove it."
        case .outOfMemory(let width, let height):
            "There is no memory for \(width) x \(height) pixels. Scale the image down."
        }
    }
}

extension ImageDamage {
    /// A sentence: what is wrong and what can be done.
    package var description: String {
        switch self {
        case .truncated:
            "The file ends early: part of the picture may be missing. Copy it again, or remove it."
        case .corrupt:
            "Some of the picture's data is damaged. Copy the file again, or remove it."
        }
    }
}
