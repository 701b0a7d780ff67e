package import CurationCore

/// When a shard is full.
package struct ShardLimits: Sendable, Equatable {
    /// The most samples in a shard.
    package let samples: Int
    /// The most bytes in a shard; one sample alone may have more.
    package let bytes: Int

    /// Sets the limits; 10,000 samples and 1 GB unless told.
    package init(samples: Int = 10_000, bytes: Int = 1_000_000_000) {
        precondition(samples > 0 && bytes > 0, "a shard holds at least one sample")
        self.samples = samples
        self.bytes = bytes
    }
}

/// Writes samples as WebDataset shards: numbered tar archives, one per split and run of samples.
package struct ShardWriter {
    private let folder: ExportFolder
    private let classes: ClassIndex
    private let limits: ShardLimits
    private let images: ImageSource

    /// Writes into `folder`; `categories` give the class indexes.
    package init(
        folder: ExportFolder,
        categories: [Category],
        limits: ShardLimits,
        images: ImageSource = .files
    ) {
        self.folder = folder
        self.images = images
        classes = ClassIndex(categories)
        self.limits = limits
    }

    /// Writes all shards and describes them for the manifest.
    ///
    /// - Parameters:
    ///   - records: The samples in any order; shards are in the order of the digests.
    ///   - embedding: The vector of a sample, if there is one.
    ///   - provenance: Where the labels of a sample come from, as PROV-JSON, if that is wanted.
    ///   - progress: Called after each sample with the count so far; false stops.
    /// - Returns: The shards.
    /// - Throws: `ExportError`; on `changedImage` and `unreadable` leave the sample out or mend it.
    package func write(
        _ records: [ExportRecord],
        embedding: (Sample.ID) -> ArraySlice<Float>?,
        provenance: (Sample.ID) -> [UInt8]? = { _ in nil },
        progress: (Int) -> Bool
    ) throws(ExportError) -> [ShardManifest.File] {
        let sorted = try records.sortedByContent()
        var files: [ShardManifest.File] = []
        var written = 0
        for split in Split.allCases {
            var number = 0
            var open: Shard?
            for record in sorted where record.split == split {
                var members = try members(of: record, vector: embedding(record.sample.id))
                if let document = provenance(record.sample.id) {
                    let name = "\(record.key).prov.json"
                    members.append(TarReader.Member(name: name, bytes: document))
                }
                if let full = open, full.isFull(before: members, limits: limits) {
                    files.append(try full.finish())
                    open = nil
                }
                if open == nil {
                    open = try Shard(number: number, split: split, folder: folder)
                    number += 1
                }
                try open?.add(members)
                written += 1
                guard progress(written) else { throw .interrupted }
            }
            if let last = open { files.append(try last.finish()) }
        }
        return files
    }

    private func members(
        of record: ExportRecord,
        vector: ArraySlice<Float>?
    ) throws(ExportError) -> [TarReader.Member] {
        let key = record.key
        let index = try classes.index(of: record)
        let text = record.json(classIndex: index).bytes
        var members = [
            TarReader.Member(
                name: "\(key).\(record.fileExtension)",
                bytes: try images.bytes(of: record.sample)
            )
        ]
        if let index {
            members.append(TarReader.Member(name: "\(key).cls", bytes: Array(String(index).utf8)))
        }
        members.append(TarReader.Member(name: "\(key).json", bytes: text))
        if let vector {
            let array = NpyArray.file(vector, shape: [vector.count])
            members.append(TarReader.Member(name: "\(key).npy", bytes: array))
        }
        return members
    }
}

/// A shard that is being written.
private final class Shard {
    private let name: String
    private let split: Split
    private let file: OutputFile
    private var samples = 0

    init(number: Int, split: Split, folder: ExportFolder) throws(ExportError) {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        name = "\(split.shortName)-\(padded).tar"
        self.split = split
        file = try folder.makeFile(name)
    }

    func isFull(before members: [TarReader.Member], limits: ShardLimits) -> Bool {
        let space = members.reduce(TarArchive.end.count) {
            $0 + TarArchive.space(name: $1.name, size: $1.bytes.count)
        }
        return samples >= limits.samples || file.count + space > limits.bytes
    }

    func add(_ members: [TarReader.Member]) throws(ExportError) {
        for member in members {
            try file.append(TarArchive.header(name: member.name, size: member.bytes.count))
            try file.append(member.bytes)
            try file.append(TarArchive.padding(after: member.bytes.count))
        }
        samples += 1
    }

    func finish() throws(ExportError) -> ShardManifest.File {
        try file.append(TarArchive.end)
        return ShardManifest.File(
            path: name,
            bytes: file.count,
            sha256: try file.finish(),
            samples: samples,
            split: split
        )
    }
}

/// The numbers of the classes, from 0.
struct ClassIndex {
    private let indexes: [String: Int]

    init(_ categories: [Category]) {
        let pairs = categories.enumerated().map { ($0.element.name, $0.offset) }
        indexes = Dictionary(pairs) { first, _ in first }
    }

    /// The class of the image as a whole; nil unless it has exactly one.
    func index(of record: ExportRecord) throws(ExportError) -> Int? {
        var found: Set<Int> = []
        for label in record.labels {
            guard let index = indexes[label.category] else {
                throw .unknownCategory(name: label.category, path: record.sample.path)
            }
            if case .classification = label { found.insert(index) }
        }
        return found.count == 1 ? found.first : nil
    }
}
