package import CurationCore
import Interchange

/// A CSV file that says the class of pictures, by the digest of their bytes or by path.
package struct AnswerFile: Sendable {
    private var byDigest: [ContentDigest: String] = [:]
    private var byPath: [ExactText: String] = [:]

    /// Reads the file; paths in it may be relative to its folder.
    ///
    /// - Parameter path: A text of `PathText`.
    /// - Throws: `CurationError.input` when it cannot be read; `InterchangeError` when a row is wrong.
    package init(path: String) throws {
        var paths = AbsolutePaths()
        let file = paths.path(PathText.bytes(of: path))
        paths = AbsolutePaths(base: SourcePath.folder(of: file))
        for row in try CsvLabels(try SourceList.contents(file)).rows {
            switch row.key {
            case .sha256(let digest): byDigest[digest] = row.label
            case .path(let text):
                let absolute = PathText.text(of: paths.path(PathText.bytes(of: text)))
                byPath[ExactText(absolute)] = row.label
            }
        }
    }

    /// The class that the file says; nil when it says nothing of the picture.
    package func label(of sample: Sample) -> String? {
        byDigest[sample.sha256] ?? byPath[ExactText(sample.path)]
    }
}
