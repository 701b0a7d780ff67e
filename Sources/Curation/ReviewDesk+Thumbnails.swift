package import CurationCore
import Imaging
import Storage

extension ReviewDesk {
    /// The sides of thumbnails.
    package static let thumbnailSides = [160, 320]

    /// The thumbnail, a JPEG of long side 160 or 320: the one made at import, or made anew when it is
    /// gone.
    ///
    /// `tag`: What the browser has; then only whether that still holds is answered.
    ///
    /// - Returns: nil when there is no such picture, or its file is gone too.
    ///
    /// - Throws: `CurationError.storage`.
    package func thumbnail(
        of id: Sample.ID,
        side: Int,
        unless tag: String?
    ) async throws -> SentPicture? {
        let key = ThumbnailCache.Key(picture: id, side: side)
        let store = dataset.store
        if let kept = thumbnails.entry(key, forgotten: { try? store.forgottenCount() }) {
            return SentPicture(tag: kept.tag, bytes: kept.tag == tag ? nil : kept.bytes)
        }
        return try await taking(reads) { [self] in
            try rephrasing { () throws in
                guard let sample = try store.samples([id]).first else { return nil }
                // The bytes of a picture never change; what is made of them is named by them.
                let own = "\(sample.sha256.hex.prefix(24))-\(side)"
                if own == tag { return SentPicture(tag: own, bytes: nil) }
                guard let bytes = made(of: sample, side: side) else { return nil }
                thumbnails.keep(ThumbnailCache.Entry(tag: own, bytes: bytes), as: key)
                return SentPicture(tag: own, bytes: bytes)
            }
        }
    }

    private func made(of sample: Sample, side: Int) -> [UInt8]? {
        let file = DatasetFiles(folder: dataset.folder).thumbnail(of: sample.sha256)
        let kept = (try? PictureFile.read(file)).flatMap { $0.isEmpty ? nil : $0 }
        let large =
            kept ?? (try? dataset.pictures.pixels(of: sample)).map { Thumbnail.jpeg(of: $0) }
        guard let large, side < Thumbnail.longestSide else { return large }
        guard let image = try? ImageDecoder(pixelLimit: .max).decode(large) else { return large }
        let small = image.pixels.resized(toFit: side)
        return JPEGEncoder.encode(small, quality: Thumbnail.quality)
    }
}
