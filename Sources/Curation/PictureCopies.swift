import CurationCore
import Foundation

/// Copies of pictures in the data set itself, named by their digest: what `import --copy` makes.
struct PictureCopies {
    private let files: DatasetFiles

    /// The copies of the data set in `folder`.
    init(folder: URL) { files = DatasetFiles(folder: folder) }

    /// Keeps a picture, unless there is a copy already.
    ///
    /// It may be all that is left of the picture some day, so it is on the disk before it counts.
    ///
    /// - Throws: When the disk does not take it.
    func keep(_ bytes: [UInt8], _ digest: ContentDigest) throws(PosixFailure) {
        guard !has(digest, size: bytes.count) else { return }
        try files.write(bytes, to: files.copy(of: digest), synced: true)
    }

    /// Whether there is a copy of a picture.
    func has(_ sample: Sample) -> Bool { has(sample.sha256, size: sample.bytes) }

    private func has(_ digest: ContentDigest, size: Int) -> Bool {
        let path = PathText.bytes(of: files.copy(of: digest))
        return (try? PosixFiles.facts(path, followingLinks: false))?.bytes == size
    }

    /// The bytes of the copy of a picture; nil when there is none.
    func bytes(of sample: Sample) -> [UInt8]? {
        guard has(sample) else { return nil }
        return try? PictureFile.read(files.copy(of: sample.sha256))
    }

    /// What is wrong with the copy of a picture; nil when there is none, or nothing is.
    func problem(of sample: Sample) -> String? {
        let path = files.copy(of: sample.sha256)
        guard PictureFile.isFile(path) else { return nil }
        let bytes = try? PictureFile.read(path)
        guard bytes.map({ ContentDigest(of: $0) }) != sample.sha256 else { return nil }
        return "\(path) is not the copy of \(sample.path) any more: import that again with --copy"
    }
}
