package import CurationCore

/// Labels for images as `path,label` or `sha256,label` in CSV.
package struct CsvLabels: Sendable, Equatable {
    /// Which image a row is about.
    package enum Key: Sendable, Hashable {
        /// The image with these bytes.
        case sha256(ContentDigest)
        /// The image with this path, as written.
        case path(String)
    }

    /// One labelled image.
    package struct Row: Sendable, Equatable {
        /// The number of the line, from 1.
        package let line: Int
        /// The image.
        package let key: Key
        /// The class.
        package let label: String
    }

    /// The rows in the order of the file.
    package let rows: [Row]

    /// Reads a file whose first line names a column `label` and a column `sha256` or `path`
    /// (or `file_name`); other columns are ignored, and rows with an empty label are left out.
    ///
    /// - Throws: `InterchangeError` with the line that is wrong.
    package init(_ bytes: [UInt8]) throws(InterchangeError) {
        let all = try CsvFormat.read(bytes)
        let columns = all.first?.fields ?? []
        let digests = columns.firstIndex(of: "sha256")
        let paths = columns.firstIndex { $0 == "path" || $0 == "file_name" }
        guard let labels = columns.firstIndex(of: "label"), let keys = digests ?? paths else {
            throw .missingColumns(
                found: columns,
                needed: "label and one of sha256, path, file_name"
            )
        }
        var rows: [Row] = []
        for row in all.dropFirst() {
            let (text, label) = (row.fields[keys], row.fields[labels])
            let key: Key
            if digests != nil {
                guard let digest = ContentDigest(hex: text) else {
                    throw .badRow(
                        line: row.line,
                        reason: "'\(text)' is not a SHA-256 of 64 lower-case hexadecimal digits"
                    )
                }
                key = .sha256(digest)
            } else {
                guard !text.isEmpty else {
                    throw .badRow(line: row.line, reason: "the path is empty")
                }
                key = .path(text)
            }
            if !label.isEmpty { rows.append(Row(line: row.line, key: key, label: label)) }
        }
        self.rows = rows
    }
}
