package import CurationCore
package import Foundation
import Imaging
package import Storage

/// Reads one picture: its bytes once, its pixels once.
package struct SampleReader: Sendable {
    /// What became of a picture.
    package enum Outcome: Sendable {
        /// What is kept of it.
        case success(NewSample)
        /// Why it cannot be imported.
        case failure(FailedFile)
        /// What is made of it cannot be written, so the import had better stop.
        case unwritable(CurationError)
    }

    /// The shorter side that a picture is decoded to, at least.
    ///
    /// Enough for hash, measures, thumbnail and embedders, so that all of them take the same pixels.
    package static let decodedSide = 240

    private let files: DatasetFiles
    private let copies: PictureCopies?
    private let decoder: ImageDecoder

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - dataset: The folder of the data set, where thumbnails and copies are written.
    ///   - keepsCopies: Whether the data set keeps a copy of each picture.
    ///   - pixelLimit: Pictures with more pixels are refused.
    package init(
        dataset: URL,
        keepsCopies: Bool = false,
        pixelLimit: Int = ImageDecoder.defaultPixelLimit
    ) {
        files = DatasetFiles(folder: dataset)
        copies = keepsCopies ? PictureCopies(folder: dataset) : nil
        decoder = ImageDecoder(pixelLimit: pixelLimit)
    }

    /// Reads a file, which may be anything, and writes its thumbnail.
    ///
    /// - Returns: What became of it; and its upright pixels, perhaps fewer than the file has.
    package func read(_ file: FoundFile) -> (outcome: Outcome, pixels: PixelBuffer?) {
        let found = FoundPicture(path: file.path, bytes: file.bytes, modifiedAt: file.modifiedAt)
        do throws(PictureFile.Refusal) {
            return read(try PictureFile.read(file.path, followingLinks: file.isLink), found)
        } catch {
            return fail(found, error.code, error.message)
        }
    }

    /// Takes the bytes of a picture that was found, and writes its thumbnail.
    func read(_ bytes: [UInt8], _ found: FoundPicture) -> (outcome: Outcome, pixels: PixelBuffer?) {
        let image: DecodedImage
        do throws(ImagingError) {
            image = try decoder.decode(bytes, atLeast: Self.decodedSide)
        } catch {
            return fail(found, error.code, error.description)
        }
        // Measures and thumbnail are of the same size.
        let small = image.pixels.resized(toFit: Thumbnail.longestSide)
        let sample = sample(bytes, image, small, found)
        do throws(PosixFailure) {
            try writeThumbnail(of: small, sample.sha256)
            try copies?.keep(bytes, sample.sha256)
        } catch {
            let message =
                "cannot write thumbnails and copies to \(files.folder) (\(error.reason)): make "
                + "room or make it writable, and run the command again"
            return (.unwritable(.storage(message)), nil)
        }
        return (.success(sample), image.pixels)
    }

    private func sample(
        _ bytes: [UInt8],
        _ image: DecodedImage,
        _ small: PixelBuffer,
        _ found: FoundPicture
    ) -> NewSample {
        let isJPEG = image.format == .jpeg
        let measures = ImageMeasures(
            of: small,
            jpegQuality: isJPEG ? JPEGQuality.estimate(of: bytes) : nil
        )
        return NewSample(
            path: found.path,
            archive: found.archive,
            sha256: ContentDigest(of: bytes),
            format: image.format,
            width: image.width,
            height: image.height,
            bytes: bytes.count,
            modifiedAt: found.modifiedAt,
            damage: image.damage,
            pixelDigest: ContentDigest(ofPixels: image.pixels),
            perceptualHash: measures.perceptualHash,
            metrics: measures.metrics,
            facts: ImageFacts(of: bytes, format: image.format)
        )
    }

    private func writeThumbnail(
        of pixels: PixelBuffer,
        _ digest: ContentDigest
    ) throws(PosixFailure) {
        let path = files.thumbnail(of: digest)
        guard !PictureFile.isFile(path) else { return }
        try files.write(Thumbnail.jpeg(of: pixels), to: path, synced: false)
    }

    private func fail(
        _ found: FoundPicture,
        _ code: ImportFailure.Code,
        _ message: String
    ) -> (outcome: Outcome, pixels: PixelBuffer?) {
        let failure = ImportFailure(path: found.path, code: code, message: message)
        let failed = FailedFile(failure: failure, bytes: found.bytes, modifiedAt: found.modifiedAt)
        return (.failure(failed), nil)
    }
}

/// A picture that was found, as a file or in an archive.
struct FoundPicture: Sendable {
    /// As the store keeps it.
    let path: String
    /// Which part of which archive it is; nil for a file of its own.
    var archive: ArchivePlace?
    /// The size in bytes.
    let bytes: Int
    /// When it was changed last, in seconds since 1970.
    let modifiedAt: Double
}
