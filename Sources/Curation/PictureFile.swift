package import CurationCore
import Imaging

/// Reads the bytes of picture files that may be anything.
package enum PictureFile {
    /// Why a file was not read.
    package struct Refusal: Error, Equatable {
        /// The reason as a code.
        package let code: ImportFailure.Code
        /// A sentence: what is wrong and what can be done.
        package let message: String
    }

    /// More than any picture within the limit of pixels that was saved with compression.
    package static let largest = 512 << 20

    // Enough to tell every format.
    private static let startSize = 4096

    /// Reads a plain file; of one that is no picture, or too large, only the beginning.
    ///
    /// - Parameters:
    ///   - path: Where it is: a text of `PathText`.
    ///   - limit: The most bytes that it may have.
    ///   - followingLinks: Whether a link is followed; only one that was seen to stay inside the
    ///     source should be.
    /// - Returns: All bytes of the file.
    /// - Throws: `Refusal` with the code and the sentence of the failure.
    package static func read(
        _ path: String,
        limit: Int = largest,
        followingLinks: Bool = true
    ) throws(Refusal) -> [UInt8] {
        let file: OpenPicture
        let start: [UInt8]
        do {
            file = try OpenPicture(PathText.bytes(of: path), followingLinks: followingLinks)
            start = try file.read(startSize)
        } catch {
            throw refusal(for: error)
        }
        guard file.facts.kind == .file else {
            let other = FileFinder.Refusal.notAFile
            throw Refusal(code: other.code, message: other.message)
        }
        try check(start: start)
        try check(size: file.facts.bytes, limit: limit)
        guard file.facts.bytes > start.count else { return start }
        do {
            return try file.read(file.facts.bytes, after: start)
        } catch {
            let message = "The file cannot be read to its end. Check the disk."
            throw Refusal(code: .unreadable, message: message)
        }
    }

    /// Whether there is a plain file at `path`, a text of `PathText`, or a link to one; what cannot
    /// be looked at counts as one.
    package static func isFile(_ path: String) -> Bool {
        do throws(PosixFailure) {
            let facts = try PosixFiles.facts(PathText.bytes(of: path), followingLinks: true)
            return facts.kind == .file
        } catch {
            return error != .missing
        }
    }

    /// Refuses what is empty, or no picture by its first bytes.
    package static func check(start: some Collection<UInt8>) throws(Refusal) {
        guard !start.isEmpty else {
            let message = "The file is empty. Copy it again from its source."
            throw Refusal(code: .truncated, message: message)
        }
        guard ImageFormat(signature: Array(start.prefix(startSize))) != nil else {
            let error = ImagingError.notAnImage
            throw Refusal(code: error.code, message: error.description)
        }
    }

    private static func check(size: Int, limit: Int) throws(Refusal) {
        guard size > limit else { return }
        throw Refusal(
            code: .tooLarge,
            message:
                "The file has \(size >> 20) MiB; the limit is \(limit >> 20) MiB. Save the picture "
                + "again with compression."
        )
    }

    private static func refusal(for failure: PosixFailure) -> Refusal {
        switch failure {
        case .missing:
            let message = "The file is no longer there. Put it back, or import again without it."
            return Refusal(code: .missing, message: message)
        case .isLink:
            let message = "It became a link since it was found. Import again."
            return Refusal(code: .outsideRoot, message: message)
        case .nameTooLong:
            let other = FileFinder.Refusal.nameTooLong
            return Refusal(code: other.code, message: other.message)
        case .noPermission, .other:
            let message = "The file cannot be read. Check its permissions and the disk."
            return Refusal(code: .unreadable, message: message)
        }
    }
}
