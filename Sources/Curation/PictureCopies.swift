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
        try files.write(bytes, to: path(of: digest), synced: true)
    }

    /// Whether there is a copy of a picture.
    func has(_ sample: Sample) -> Bool { has(sample.sha256, size: sample.bytes) }

    private func has(_ digest: ContentDigest, size: Int) -> Bool {
        let path = PathText.bytes(of: path(of: digest))
        return (try? PosixFiles.facts(path, followingLinks: false))?.bytes == size
    }

    /// The bytes of the copy of a picture; nil when there is none.
    func bytes(of sample: Sample) -> [UInt8]? {
        guard has(sample) else { return nil }
        return try? PictureFile.read(path(of: sample.sha256))
    }

    /// What is wrong with the copy of a picture; nil when there is none, or nothing is.
    func problem(of sample: Sample) -> String? {
        let path = path(of: sample.sha256)
        guard PictureFile.isFile(path) else { return nil }
        let bytes = try? PictureFile.read(path)
        guard bytes.map({ ContentDigest(of: $0) }) != sample.sha256 else { return nil }
        return "\(path) is not the copy of \(sample.path) any more: import that again with --copy"
    }

    /// Two digits of the digest are the folder.
    private func path(of digest: ContentDigest) -> String {
        "\(files.folder)/copies/\(digest.hex.prefix(2))/\(digest.hex)"
    }
}

/// Writes files of a data set so that they are whole or not there, however the process ends.
struct DatasetFiles {
    /// The folder of the data set.
    let folder: String

    /// Writes into the data set in `folder`.
    init(folder: URL) { self.folder = folder.path }

    /// Writes a file under another name and renames it into place.
    ///
    /// - Throws: When the disk does not take it.
    func write(_ bytes: [UInt8], to path: String, synced: Bool) throws(PosixFailure) {
        let part = "\(partial)/\(UInt64.random(in: 0...(.max)))"
        try WholeFile.write(bytes, to: path, by: part, synced: synced)
    }

    /// Removes what a killed process left half written; to be called while nothing is written.
    func removePartial() { try? FileManager.default.removeItem(atPath: partial) }

    private var partial: String { "\(folder)/partial" }
}
