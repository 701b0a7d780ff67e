import CurationCore
package import Foundation
import Imaging
package import Storage

/// Reads one image file: its bytes once, its pixels once.
package struct SampleReader: Sendable {
    /// What became of a file.
    package enum Outcome: Sendable {
        /// What is kept of it, and the file.
        case success(NewSample, FoundFile)
        /// Why it cannot be imported.
        case failure(FailedFile)
        /// Its thumbnail cannot be written, so the import had better stop.
        case unwritable(CurationError)
    }

    private let thumbnailFolder: URL

    // The short side of a thumbnail of the usual 4:3; hash and metrics need no more.
    private static let wantedSide = 240

    /// Writes thumbnails into `thumbnailFolder`.
    package init(thumbnailFolder: URL) { self.thumbnailFolder = thumbnailFolder }

    /// Reads a file, which may be anything, and writes its thumbnail.
    package func read(_ file: FoundFile) -> Outcome {
        let bytes: [UInt8]
        switch contents(of: file) {
        case .success(let found): bytes = found
        case .failure(let refusal): return fail(file, refusal.code, refusal.message)
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
            let folder = thumbnailFolder.path
            return .unwritable(
                .storage(
                    "cannot write a thumbnail to \(folder) (\(error.localizedDescription)): make room or "
                        + "make it writable, and run the command again"
                )
            )
        }
    }

    private struct Refusal: Error {
        let code: ImportFailure.Code
        let message: String
    }

    // Larger than any picture within the limit of pixels that was saved with compression.
    private static let largestFile = 512 << 20

    /// The bytes of a file; of one that is no picture, or too large, only the beginning is read.
    private func contents(of file: FoundFile) -> Result<[UInt8], Refusal> {
        guard let handle = FileHandle(forReadingAtPath: file.path),
            let start = try? handle.read(upToCount: 4096) ?? Data()
        else {
            let message = "The file cannot be read. Check its permissions and the disk."
            return .failure(Refusal(code: .unreadable, message: message))
        }
        defer { try? handle.close() }
        guard !start.isEmpty else {
            let message = "The file is empty. Copy it again from its source."
            return .failure(Refusal(code: .truncated, message: message))
        }
        guard ImageFormat(signature: Array(start)) != nil else {
            let error = ImagingError.notAnImage
            return .failure(Refusal(code: error.code, message: error.description))
        }
        guard file.bytes <= Self.largestFile else {
            let message =
                "The file has \(file.bytes >> 20) MiB; the limit is "
                + "\(Self.largestFile >> 20) MiB. Save the picture again with compression."
            return .failure(Refusal(code: .tooLarge, message: message))
        }
        guard let rest = try? handle.readToEnd() ?? Data() else {
            let message = "The file cannot be read to its end. Check the disk."
            return .failure(Refusal(code: .unreadable, message: message))
        }
        return .success(Array(start) + Array(rest))
    }

    /// Where the thumbnail of the content lies: two digits of the digest are the folder.
    static func thumbnail(of digest: ContentDigest, in folder: URL) -> URL {
        folder.appending(path: "\(digest.hex.prefix(2))/\(digest.hex).jpg")
    }

    private func writeThumbnail(of pixels: PixelBuffer, _ digest: ContentDigest) throws {
        let file = Self.thumbnail(of: digest, in: thumbnailFolder)
        guard !FileManager.default.fileExists(atPath: file.path) else { return }
        // Renamed into place, so that it is whole when the process dies; not synced, for it can be
        // made again and a sync for each file would take longer than all else.
        let bytes = Data(Thumbnail.jpeg(of: pixels))
        let part = file.appendingPathExtension("\(UInt32.random(in: 0...(.max)))")
        do {
            try bytes.write(to: part)
        } catch {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try bytes.write(to: part)
        }
        // Another worker may have made the thumbnail of the same bytes meanwhile.
        try? FileManager.default.moveItem(at: part, to: file)
        try? FileManager.default.removeItem(at: part)
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
