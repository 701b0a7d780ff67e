import Archives
import CurationCore
import Export
import Foundation
import Imaging

/// Reads the pictures of a data set again: files of their own, members of archives, and copies that
/// the data set holds itself.
final class PictureReader: Sendable {
    /// Why a picture cannot be read any more.
    enum Failure: Error, Equatable {
        /// The file or the archive cannot be read; the reason is a sentence.
        case unreadable(reason: String)
        /// There are other bytes now than were imported.
        case changed(ContentDigest)
    }

    private let copies: PictureCopies
    private let archives = ArchivePictures(isWanted: ArchiveWalk.mayBePicture)

    /// Reads from the data set in `folder`, too.
    init(folder: URL) { copies = PictureCopies(folder: folder) }

    /// The bytes of a picture, which are those that were imported.
    func bytes(of sample: Sample) throws(Failure) -> [UInt8] {
        let bytes = try storedBytes(of: sample)
        let digest = ContentDigest(of: bytes)
        guard digest == sample.sha256 else { throw .changed(digest) }
        return bytes
    }

    /// The upright pixels of a picture, decoded as at import unless more of them are asked for.
    ///
    /// - Throws: `Failure`, or `ImagingError` for a picture that an older release could decode.
    func pixels(
        of sample: Sample,
        atLeast side: Int = SampleReader.decodedSide
    ) throws -> PixelBuffer {
        try ImageDecoder(pixelLimit: .max).decode(try bytes(of: sample), atLeast: side).pixels
    }

    /// The pictures for an export, which looks at their digests itself.
    var images: ImageSource {
        ImageSource { [self] sample throws(ExportError) in
            do throws(Failure) {
                return try storedBytes(of: sample)
            } catch {
                guard case .unreadable(let reason) = error else { return [] }
                throw .unreadable(
                    path: sample.path,
                    reason: "\(reason) Or leave out such pictures with --skip-missing."
                )
            }
        }
    }

    /// Whether the file that a picture was read from is not there any more.
    func isGone(_ sample: Sample) -> Bool {
        !PictureFile.isFile(sample.archive?.file ?? sample.path)
    }

    /// Whether a picture can be read no more: its file is gone, and there is no copy.
    func isLost(_ sample: Sample) -> Bool { isGone(sample) && !copies.has(sample) }

    private func storedBytes(of sample: Sample) throws(Failure) -> [UInt8] {
        if let copy = copies.bytes(of: sample) { return copy }
        guard let place = sample.archive else {
            do throws(PictureFile.Refusal) {
                return try PictureFile.read(sample.path)
            } catch {
                throw .unreadable(reason: error.message)
            }
        }
        do {
            return try archives.bytes(of: place, size: sample.bytes)
        } catch {
            throw .unreadable(reason: "\(error)")
        }
    }
}
