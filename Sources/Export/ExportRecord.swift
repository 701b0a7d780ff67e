package import CurationCore

/// One sample as it is exported: its labels and the split it was put in.
package struct ExportRecord: Sendable, Equatable {
    /// The image.
    package let sample: Sample
    /// The labels that people stand behind, by class, then by place.
    package let labels: [Label]
    /// The part of the data set that the sample is in.
    package let split: Split
    /// What copies of one picture have in common; nil for a sample without copies.
    package let group: String?

    /// Describes a sample of an export; the labels may come in any order.
    package init(sample: Sample, labels: [Label], split: Split, group: String?) {
        self.sample = sample
        self.labels = labels.sorted { $0.precedes($1) }
        self.split = split
        self.group = group
    }

    /// The name that the files of a sample share: no dot, and the same on every machine.
    var key: String { String(sample.sha256.hex.prefix(32)) }

    /// The end of the image's name in the export, without a dot.
    var fileExtension: String { sample.format == .jpeg ? "jpg" : sample.format.rawValue }

    /// The name of the file that was imported, without its folders.
    var fileName: String {
        sample.path.split(separator: "/").last.map(String.init) ?? sample.path
    }
}

// MARK: - JSON

extension ExportRecord {
    /// What the `.json` member says; nothing in it is of one machine only.
    func json(classIndex: Int?) -> CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "sha256": .string(sample.sha256.hex),
            "file_name": .string(fileName),
            "width": .integer(sample.width),
            "height": .integer(sample.height),
            "split": .string(split.shortName),
            "annotations": .array(labels.map(\.canonical)),
        ]
        members["cls"] = classIndex.map { .integer($0) }
        members["group"] = group.map { .string($0) }
        return .object(members)
    }
}

extension [ExportRecord] {
    /// The records by the digests of their images, the order of every export.
    ///
    /// - Throws: `ExportError.duplicateContent` when two have the same bytes.
    package func sortedByContent() throws(ExportError) -> [ExportRecord] {
        let sorted = sorted { $0.sample.sha256 < $1.sample.sha256 }
        for (left, right) in zip(sorted, sorted.dropFirst())
        where left.sample.sha256 == right.sample.sha256 {
            throw .duplicateContent(paths: [left.sample.path, right.sample.path].sorted())
        }
        return sorted
    }
}
