public import CurationCore
public import Foundation
import History
import Storage

/// Keeps and compares versions of the labels.
public struct VersionStage: Sendable {
    let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// Makes a version of the labels of now.
    ///
    /// - Throws: `CurationError.storage`, `.busy`; `.output` when the tag is taken, `.badData` when it
    ///   is no name. Nothing is committed then.
    public func commit(
        message: String,
        author: String,
        tag: String? = nil,
        at moment: Timestamp = .now
    ) throws -> Version {
        try rephrasing { () throws in
            let lineage = try self.lineage()
            return try dataset.store.commit(tag: tag) { found in
                Self.version(of: found, message, author, lineage, moment)
            }
        }
    }

    /// Describes the version that a commit makes.
    static func version(
        of found: CommitContent,
        _ message: String,
        _ author: String,
        _ made: [String: String],
        _ moment: Timestamp
    ) -> Version {
        var lineage = found.earlierLineage.filter { $0.key.hasPrefix("model.") }
        lineage.merge(made) { $1 }
        lineage["copies"] = found.copies.hex
        for model in found.models {
            lineage["model.\(model.name)"] = model.digest.hex
            let parameters = CanonicalJSON.object(model.parameters.mapValues { .string($0) })
            lineage["model.\(model.name).parameters"] = String(
                decoding: parameters.bytes,
                as: UTF8.self
            )
        }
        return Version(
            id: VersionDigest.id(
                content: found.content,
                parents: found.parents,
                branch: found.branch,
                author: author,
                at: moment,
                message: message,
                lineage: lineage
            ),
            content: found.content,
            parents: found.parents,
            branch: found.branch,
            author: author,
            at: moment,
            message: message,
            lineage: lineage,
            categories: found.categories,
            images: found.images,
            annotations: found.annotations
        )
    }

    /// What made the labels of now, but for the models: the tool, the embedders, and what was accepted
    /// unseen by which bound.
    func lineage() throws -> [String: String] {
        var lineage = ["tool": "winnow \(WinnowRelease.version)", "quality": try quality()]
        for embedder in try dataset.store.embedders() where embedder.id.name != ReviewFeatures.name
        {
            lineage["embedder.\(embedder.id.name)"] = embedder.id.digest.hex
        }
        if let main = try dataset.mainEmbedder() {
            lineage["embedder"] = main.id.name
            lineage["embedder.rows"] = "\(try dataset.store.rowCount(of: main.id))"
            lineage["embedder.rowsDigest"] = try dataset.store.rowsDigest(of: main.id)?.hex
        }
        for stratum in try dataset.store.strata() {
            guard let audited = stratum.audited, let wrong = stratum.wrong else { continue }
            lineage["stratum.\(stratum.id)"] =
                "alpha=\(stratum.alpha) level=\(stratum.level) population=\(stratum.population) "
                + "audited=\(audited) wrong=\(wrong)"
        }
        return lineage
    }

    /// How good the labels are, as far as the review tells, as canonical JSON.
    private func quality() throws -> String {
        let status = try ReviewStage(dataset: dataset).status()
        var members: [String: CanonicalJSON] = [
            "decided": .integer(status.decided), "pending": .integer(status.pending),
        ]
        if let accuracy = status.accuracy {
            members["accuracy"] = .object([
                "estimate": .number(accuracy.estimate), "low": .number(accuracy.low),
                "high": .number(accuracy.high),
            ])
        }
        return String(decoding: CanonicalJSON.object(members).bytes, as: UTF8.self)
    }

    /// The versions, newest first.
    ///
    /// - Throws: `CurationError.storage`.
    public func log() throws -> [Version] {
        try rephrasing { () throws in try dataset.store.versions() }
    }

    /// The names that versions have: tags and branches, by name.
    ///
    /// - Throws: `CurationError.storage`.
    public func names() throws -> [(name: String, version: ContentDigest)] {
        try rephrasing { () throws in
            try dataset.store.versionNames().map { ($0.name, $0.version) }
        }
    }

    /// The version that a name stands for: a tag, `main`, `HEAD`, `HEAD~1`, or the beginning of an id.
    ///
    /// - Throws: `CurationError.input` when there is none, or more than one.
    public func version(named name: String) throws -> Version {
        try rephrasing { () throws in try dataset.store.version(named: name) }
    }

    /// Gives a version a name that never moves.
    ///
    /// - Throws: `CurationError.output` when the name is taken.
    public func tag(_ name: String, _ version: Version) throws {
        try rephrasing { () throws in try dataset.store.tag(name, version) }
    }

    /// The images and labels of a version, or of now.
    ///
    /// - Throws: `CurationError.storage`.
    public func content(of version: Version?) throws -> [LabeledSample] {
        try rephrasing { () throws in try dataset.store.labeledSamples(at: version) }
    }

    /// What differs from one version to another; nil stands for the labels of now.
    ///
    /// - Throws: `CurationError.storage`.
    public func diff(from before: Version?, to after: Version?) throws -> [VersionChange] {
        try rephrasing { () throws in
            VersionChange.all(in: try dataset.store.difference(from: before, to: after))
        }
    }

    /// What differs from a version, or from the labels of now, to labels in a file.
    ///
    /// Images that the file does not name are passed over.
    ///
    /// `file`: As for `LabelStage.labels(in:)`.
    /// - Throws: `CurationError.input`, `.badData` with the line that is wrong.
    public func diff(from before: Version?, to file: URL) throws -> [VersionChange] {
        let wanted = try LabelStage(dataset: dataset).labels(in: file)
        let after = Dictionary(wanted.map { ($0.sample.id, $0) }, uniquingKeysWith: { $1 })
        let here = try content(of: before).filter { after[$0.sample.id] != nil }
        return VersionDiff.changes(from: here, to: Array(after.values)).map {
            VersionChange(
                change: $0.kind.rawValue,
                sample: $0.sample,
                before: $0.before,
                after: $0.after
            )
        }
    }
}

/// What this release is called.
public enum WinnowRelease {
    /// The version of the library and of the command.
    public static let version = "0.1.0"
}
