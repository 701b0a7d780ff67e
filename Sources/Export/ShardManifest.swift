package import CurationCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What an export holds: written last, as `manifest.json` (`schemas/shard-manifest.schema.json`).
///
/// It has no time, no machine and no path outside the export, so that exporting a version twice
/// gives the same bytes.
package struct ShardManifest: Sendable, Equatable, Decodable {
    /// The name of the file in the export.
    package static let fileName = "manifest.json"
    /// The number of this form of manifest.
    package static let currentForm = 1
    // A manifest is read whole; this is some million files.
    private static let largestFile = 1 << 29

    /// How the samples are written.
    package enum Format: String, Sendable, Codable, CaseIterable {
        case webdataset, coco, csv
    }

    /// The version of the data set that was exported.
    package struct Version: Sendable, Equatable, Codable {
        /// The id of the commit.
        package let id: String
        /// The digest of its content.
        package let digest: String

        /// Names a version.
        package init(id: String, digest: String) {
            self.id = id
            self.digest = digest
        }
    }

    /// A class and the number that stands for it in `.cls` members.
    package struct Class: Sendable, Equatable, Codable {
        /// The position in the class list, from 0.
        package let index: Int
        /// The name.
        package let name: String
    }

    /// How much is in a split.
    package struct SplitCount: Sendable, Equatable, Codable {
        /// Samples.
        package let samples: Int
        /// Shards, or annotation files.
        package let shards: Int
    }

    /// One file of the export.
    package struct File: Sendable, Equatable, Codable {
        /// The path in the export.
        package let path: String
        /// The size.
        package let bytes: Int
        /// The digest of the content.
        package let sha256: ContentDigest
        /// Samples in a shard or annotation file; nil for the copy of an image.
        package let samples: Int?
        /// The short name of the split: `train`, `val` or `test`.
        package let split: String

        /// Describes a file.
        package init(
            path: String,
            bytes: Int,
            sha256: ContentDigest,
            samples: Int?,
            split: Split
        ) {
            self.path = path
            self.bytes = bytes
            self.sha256 = sha256
            self.samples = samples
            self.split = split.shortName
        }
    }

    /// What was asked for.
    package struct Parameters: Sendable, Equatable, Codable {
        /// The share of each split, by short name.
        package let fractions: [String: Double]
        /// The seed of the choice.
        package let seed: UInt64
        /// The field that keeps samples together; nil without.
        package let groupBy: String?

        enum CodingKeys: String, CodingKey {
            case fractions, seed
            case groupBy = "group_by"
        }

        /// Describes what was asked for.
        package init(fractions: SplitFractions, seed: UInt64, groupBy: String?) {
            let shares = fractions.shares.map { ($0.key.shortName, $0.value) }
            self.fractions = Dictionary(uniqueKeysWithValues: shares)
            self.seed = seed
            self.groupBy = groupBy
        }
    }

    /// The number of the form.
    package let form: Int
    /// How the samples are written.
    package let format: Format
    /// The version.
    package let version: Version
    /// The program, as `winnow 1.0.0`.
    package let tool: String
    /// The classes by index.
    package let classes: [Class]
    /// The embedder of the vectors; nil without vectors.
    package let embedder: EmbedderID?
    /// What was asked for.
    package let parameters: Parameters
    /// The splits that have samples, by short name.
    package let splits: [String: SplitCount]
    /// The files by path.
    package let files: [File]
    /// Groups of copies that were found to lie in one split each.
    package let leaksChecked: Int
    /// Images of the version that could not be read and were left out, as was asked for; nil for an
    /// export that is whole.
    package let leftOut: [ContentDigest]?

    enum CodingKeys: String, CodingKey {
        case form = "manifest_version"
        case leaksChecked = "leaks_checked"
        case leftOut = "left_out"
        case format, version, tool, classes, embedder, parameters, splits, files
    }

    /// Describes an export; `splits` is counted from `files`.
    package init(
        format: Format,
        version: Version,
        tool: String,
        categories: [Category],
        embedder: EmbedderID?,
        parameters: Parameters,
        files: [File],
        leaksChecked: Int,
        leftOut: [ContentDigest] = []
    ) {
        form = Self.currentForm
        self.format = format
        self.version = version
        self.tool = tool
        classes = categories.enumerated().map { Class(index: $0.offset, name: $0.element.name) }
        self.embedder = embedder
        self.parameters = parameters
        self.files = files.sorted { $0.path < $1.path }
        self.leaksChecked = leaksChecked
        self.leftOut = leftOut.isEmpty ? nil : leftOut.sorted()
        splits = Self.count(files)
    }

    /// Reads the manifest in the folder at `path`.
    ///
    /// - Throws: `ExportError.unreadable` when there is none, `ExportError.badManifest` when it is
    ///   damaged, of another form, or names a file outside the folder.
    package init(inFolder path: String) throws(ExportError) {
        let name = path + "/" + Self.fileName
        let file = try InputFile(path: name, followingLinks: false)
        guard file.size <= Self.largestFile else {
            throw .badManifest(path: name, reason: "it is too large")
        }
        let bytes = try file.read(file.size)
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch {
            throw .badManifest(path: name, reason: "its JSON is damaged or lacks a key")
        }
        guard form == Self.currentForm else {
            throw .badManifest(path: name, reason: "form \(form) is unknown to this program")
        }
        if let outside = files.first(where: { !ExportPath.isSafe($0.path) }) {
            throw .badManifest(path: name, reason: "'\(outside.path)' is not a path in the export")
        }
        guard Set(files.map(\.path)).count == files.count else {
            throw .badManifest(path: name, reason: "a path is listed twice")
        }
    }

    /// How many samples and shards the files hold, by the short name of the split.
    static func count(_ files: [File]) -> [String: SplitCount] {
        var splits: [String: SplitCount] = [:]
        for file in files {
            guard let samples = file.samples else { continue }
            let old = splits[file.split] ?? SplitCount(samples: 0, shards: 0)
            let (sum, _) = old.samples.addingReportingOverflow(samples)
            splits[file.split] = SplitCount(samples: sum, shards: old.shards + 1)
        }
        return splits
    }
}

// MARK: - Canonical text

extension ShardManifest {
    /// The bytes of the file.
    package var bytes: [UInt8] { json.bytes + [UInt8(ascii: "\n")] }

    private var json: CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "manifest_version": .integer(form),
            "format": .string(format.rawValue),
            "version": .object(["id": .string(version.id), "digest": .string(version.digest)]),
            "tool": .string(tool),
            "classes": .array(
                classes.map { .object(["index": .integer($0.index), "name": .string($0.name)]) }
            ),
            "embedder": embedder.map {
                .object(["name": .string($0.name), "digest": .string($0.digest.hex)])
            } ?? .null,
            "parameters": .object([
                "fractions": .object(parameters.fractions.mapValues { .number($0) }),
                "seed": .unsigned(parameters.seed),
                "group_by": parameters.groupBy.map { .string($0) } ?? .null,
            ]),
            "splits": .object(
                splits.mapValues {
                    .object(["samples": .integer($0.samples), "shards": .integer($0.shards)])
                }
            ),
            "files": .array(files.map(\.json)),
            "leaks_checked": .integer(leaksChecked),
        ]
        members["left_out"] = leftOut.map { .array($0.map { .string($0.hex) }) }
        return .object(members)
    }
}

extension ShardManifest.File {
    fileprivate var json: CanonicalJSON {
        .object([
            "path": .string(path),
            "bytes": .integer(bytes),
            "sha256": .string(sha256.hex),
            "samples": samples.map { .integer($0) } ?? .null,
            "split": .string(split),
        ])
    }
}
