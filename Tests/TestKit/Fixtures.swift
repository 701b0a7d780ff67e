package import Foundation

/// Finds files below `fixtures/`.
package enum Fixtures {
    /// The root of the package, found from this file's own path.
    package static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folder of fixtures.
    package static let root = packageRoot.appending(path: "fixtures")

    /// The file or folder at `path` below `fixtures/`.
    package static func url(_ path: String) -> URL { root.appending(path: path) }

    /// The bytes of the file at `path` below `fixtures/`.
    package static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: url(path)))
    }
}

/// A folder that is gone when the test ends.
package final class TemporaryFolder: Sendable {
    /// Where it is.
    package let url: URL

    /// Makes the folder.
    package init() throws {
        url = FileManager.default.temporaryDirectory
            .appending(path: "winnow-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes `bytes` to a file in the folder, making the folders between.
    @discardableResult
    package func write(_ bytes: [UInt8], to path: String) throws -> URL {
        let file = url.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
        return file
    }
}
