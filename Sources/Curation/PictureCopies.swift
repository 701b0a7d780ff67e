import CurationCore
import Foundation

/// Copies of pictures in the data set itself, named by their digest: what `import --copy` makes.
struct PictureCopies {
    private let folder: String

    /// The copies of the data set in `folder`.
    init(folder: URL) { self.folder = folder.appending(path: "pictures").path }

    /// Keeps a picture, unless there is a copy already.
    ///
    /// - Throws: When the disk does not take it.
    func keep(_ bytes: [UInt8], _ digest: ContentDigest) throws(PosixFailure) {
        let path = path(of: digest)
        guard !PictureFile.exists(path) else { return }
        try WholeFile.write(bytes, to: path)
    }

    /// Whether there is a copy of a picture.
    func has(_ sample: Sample) -> Bool {
        PictureFile.exists(path(of: sample.sha256))
    }

    /// The bytes of the copy of a picture; nil when there is none.
    func bytes(of sample: Sample) -> [UInt8]? {
        try? PictureFile.read(path(of: sample.sha256))
    }

    /// Two digits of the digest are the folder.
    private func path(of digest: ContentDigest) -> String {
        "\(folder)/\(digest.hex.prefix(2))/\(digest.hex)"
    }
}
