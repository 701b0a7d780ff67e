import CurationCore
import Foundation
import Interchange

/// A CSV file that says the class of pictures, by the digest of their bytes or by path.
struct AnswerFile: Sendable {
    private var byDigest: [ContentDigest: String] = [:]
    private var byPath: [String: String] = [:]

    /// Reads the file.
    ///
    /// - Throws: `CurationError.input` when it cannot be read; `InterchangeError` when a row is wrong.
    init(path: String) throws {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw CurationError.input("cannot read \(path): check the path and its permissions")
        }
        let folder = URL(filePath: path).deletingLastPathComponent()
        for row in try CsvLabels(Array(data)).rows {
            switch row.key {
            case .sha256(let digest): byDigest[digest] = row.label
            case .path(let text):
                byPath[URL(filePath: text, relativeTo: folder).standardizedFileURL.path] = row.label
            }
        }
    }

    /// The class that the file says; nil when it says nothing of the picture.
    func label(of sample: Sample) -> String? {
        byDigest[sample.sha256] ?? byPath[sample.path]
    }
}
