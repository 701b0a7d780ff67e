import CurationCore
import Foundation

/// What each reviewer has chosen for the page, a small file each.
struct SettingsFiles: Sendable {
    static let largest = 16 * 1024

    /// Beside the token; made when somebody first keeps a setting.
    let folder: String

    /// The JSON object that was kept; nil when there is none that can be read.
    func read(_ reviewer: String) -> [UInt8]? { PrivateFile.read(path(of: reviewer)) }

    /// Puts a JSON object in the place of the one that was kept.
    ///
    /// - Throws: `ReviewServerError.settings`.
    func keep(_ bytes: [UInt8], of reviewer: String) throws(ReviewServerError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .settings(reason: "their folder cannot be made")
        }
        do {
            try PrivateFile.replace(path(of: reviewer), with: bytes)
        } catch {
            throw .settings(reason: error.reason)
        }
    }

    // A name may have any letters; the digest tells those apart that look alike without them.
    private func path(of reviewer: String) -> String {
        let letters = reviewer.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        let name = "\(letters.prefix(24))-\(ContentDigest(of: reviewer).hex.prefix(16)).json"
        return "\(folder)/\(name)"
    }
}
