import CurationCore
import Foundation
import Imaging
import Storage

/// Reads one image file: its bytes once, its pixels once.
struct SampleReader: Sendable {
    /// What became of a file.
    enum Outcome: Sendable {
        case success(NewSample, FoundFile)
        case failure(FailedFile)
    }

    let thumbnailFolder: URL

    // The short side of a thumbnail of the usual 4:3; hash and metrics need no more.
    private static let wantedSide = 240

    func read(_ file: FoundFile) -> Outcome {
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(filePath: file.path)))
        } catch {
            return fail(file, .unreadable, "cannot be read: check its permissions and the disk")
        }
        guard !bytes.isEmpty else {
            return fail(file, .truncated, "the file is empty: copy it again from its source")
        }
        do {
            let image = try ImageDecoder().decode(bytes, atLeast: Self.wantedSide)
            if let damage = image.damage { return fail(file, damage.code, damage.description) }
            let digest = ContentDigest(of: bytes)
            try writeThumbnail(of: image.pixels, digest)
            return .success(
                NewSample(
                    path: file.path,
                    sha256: digest,
                    format: image.format,
                    width: image.width,
                    height: image.height,
                    bytes: bytes.count,
                    modifiedAt: file.modifiedAt,
                    perceptualHash: PerceptualHash.of(image.pixels),
                    metrics: ImageMetrics(measuring: image.pixels)
                ),
                file
            )
        } catch let error as ImagingError {
            return fail(file, error.code, error.description)
        } catch {
            return fail(file, .unreadable, "its thumbnail cannot be written: \(error)")
        }
    }

    /// Where the thumbnail of the content lies: two digits of the digest are the folder.
    static func thumbnail(of digest: ContentDigest, in folder: URL) -> URL {
        folder.appending(path: "\(digest.hex.prefix(2))/\(digest.hex).jpg")
    }

    private func writeThumbnail(of pixels: PixelBuffer, _ digest: ContentDigest) throws {
        let file = Self.thumbnail(of: digest, in: thumbnailFolder)
        guard !FileManager.default.fileExists(atPath: file.path) else { return }
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(Thumbnail.jpeg(of: pixels)).write(to: file, options: .atomic)
    }

    private func fail(
        _ file: FoundFile,
        _ code: ImportFailure.Code,
        _ message: String
    ) -> Outcome {
        .failure(
            FailedFile(
                failure: ImportFailure(path: file.path, code: code, message: message),
                bytes: file.bytes,
                modifiedAt: file.modifiedAt
            )
        )
    }
}
