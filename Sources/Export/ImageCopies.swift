import CurationCore

/// Copies the images beside annotation files, so that an export is whole without its sources.
package enum ImageCopies {
    /// The path in the export of the copy of a record's image.
    package static func path(of record: ExportRecord) -> String {
        "images/\(record.key).\(record.fileExtension)"
    }

    /// Copies the image of every record and describes the copies for the manifest.
    ///
    /// - Parameters:
    ///   - records: The samples.
    ///   - images: Where the images are read from.
    ///   - folder: Where the copies go.
    ///   - progress: Called after each sample with the count so far; false stops.
    /// - Returns: The copies.
    /// - Throws: `ExportError`; on `changedImage` and `unreadable` leave the sample out or mend it.
    package static func write(
        _ records: [ExportRecord],
        reading images: ImageSource = .files,
        into folder: ExportFolder,
        progress: (Int) -> Bool
    ) throws(ExportError) -> [ShardManifest.File] {
        var files: [ShardManifest.File] = []
        for record in try records.sortedByContent() {
            let bytes = try images.bytes(of: record.sample)
            let file = try folder.writeFile(path(of: record), samples: nil, split: record.split) {
                file throws(ExportError) in
                try file.append(bytes)
            }
            files.append(file)
            guard progress(files.count) else { throw .interrupted }
        }
        return files
    }
}
