import CurationCore
import Export
import Interchange

/// Writes the labels of an export as one file a split, beside the copies of the images.
enum AnnotationFiles {
    /// One COCO document a split.
    static func coco(
        _ selection: ExportSelection,
        into folder: ExportFolder
    ) throws -> [ShardManifest.File] {
        var format = CocoFormat(categories: selection.categories, description: "winnow export")
        return try bySplit(selection).map { split, records in
            let images = records.map {
                CocoFormat.Image(
                    fileName: ImageCopies.path(of: $0),
                    width: $0.sample.width,
                    height: $0.sample.height,
                    labels: $0.labels
                )
            }
            return try folder.writeFile(
                "\(split.shortName).json",
                samples: records.count,
                split: split
            ) { file throws(ExportError) in
                try format.write(images) { bytes throws(ExportError) in try file.append(bytes) }
            }
        }
    }

    /// One CSV file a split.
    static func csv(
        _ selection: ExportSelection,
        into folder: ExportFolder
    ) throws -> [ShardManifest.File] {
        try bySplit(selection).map { split, records in
            try folder.writeFile(
                "\(split.shortName).csv",
                samples: records.count,
                split: split
            ) { file throws(ExportError) in
                try file.append(CsvFormat.write(CsvFormat.exportColumns))
                for record in records {
                    try file.append(
                        CsvFormat.rows(
                            of: record.sample,
                            fileName: ImageCopies.path(of: record),
                            split: split,
                            labels: record.labels
                        )
                    )
                }
            }
        }
    }

    private static func bySplit(
        _ selection: ExportSelection
    ) throws -> [(split: Split, records: [ExportRecord])] {
        let sorted = try selection.records.sortedByContent()
        return Split.allCases.compactMap { split in
            let records = sorted.filter { $0.split == split }
            return records.isEmpty ? nil : (split, records)
        }
    }
}
