import CurationCore
import Foundation

/// The files of a data set that are named by the digest of a picture.
///
/// They are whole or not there, however the process that writes them ends.
struct DatasetFiles {
    /// The folder of the data set.
    let folder: String

    /// Writes into the data set in `folder`.
    init(folder: URL) { self.folder = folder.standardizedFileURL.path }

    /// Where the thumbnail of a picture lies.
    func thumbnail(of digest: ContentDigest) -> String { path("thumbnails", digest) + ".jpg" }

    /// Where the copy of a picture lies, when the data set keeps one.
    func copy(of digest: ContentDigest) -> String { path("copies", digest) }

    /// Two digits of the digest are the folder.
    private func path(_ part: String, _ digest: ContentDigest) -> String {
        "\(folder)/\(part)/\(digest.hex.prefix(2))/\(digest.hex)"
    }

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
