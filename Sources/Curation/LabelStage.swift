public import CurationCore
public import Foundation
import Storage

/// What a change of labels, images, classes or fields did.
public struct EditReport: Sendable, Codable {
    /// The batch, which `winnow undo` takes; nil where nothing differed.
    public let batch: String?
    /// How many images or labels it touched.
    public let changed: Int

    init(_ outcome: (change: Int64, count: Int)?) {
        batch = outcome.map { "b-\($0.change)" }
        changed = outcome?.count ?? 0
    }
}

/// Gives images labels without a review, and takes images out of the data set.
public struct LabelStage: Sendable {
    private let dataset: Dataset

    /// Creates the stage.
    public init(dataset: Dataset) { self.dataset = dataset }

    /// Gives each image exactly these labels.
    ///
    /// - Throws: `CurationError.badData` when a label does not fit the data set; `.busy`.
    public func set(
        _ labels: [LabeledSample],
        author: String,
        message: String = "",
        at moment: Timestamp = .now
    ) throws -> EditReport {
        try rephrasing { () throws in
            let task = try dataset.store.schema().schema.task
            for image in labels { try Self.check(image, task) }
            let change = try dataset.store.label(
                labels.map { ($0.sample.id, $0.labels) },
                author: author,
                message: message,
                at: moment
            )
            return EditReport(change.map { ($0, labels.count) })
        }
    }

    private static func check(_ image: LabeledSample, _ task: LabelTask) throws {
        var classes = 0
        for label in image.labels {
            if case .classification = label { classes += 1 }
            guard label.category.wholeMatch(of: /\S(.{0,198}\S)?/) != nil else {
                throw CurationError.badData(
                    "\(image.sample.path): '\(label.category)' is no name of a class"
                )
            }
            let fits =
                switch label {
                case .classification: true
                case .detection: task != .classification
                case .polygon: task == .segmentation
                case .mask(_, let mask):
                    task == .segmentation && mask.width == image.sample.width
                        && mask.height == image.sample.height
                }
            guard fits else {
                throw CurationError.badData(
                    "\(image.sample.path): a \(label.kind) does not fit a data set of \(task.rawValue), or "
                        + "is not as large as the picture"
                )
            }
        }
        guard classes <= 1 else {
            throw CurationError.badData("\(image.sample.path): a picture has one class at most")
        }
    }

    /// Takes images out of the data set, or back in; their labels wait for them.
    ///
    /// - Throws: `CurationError.busy`, `.storage`.
    public func setMembership(
        of samples: [Sample.ID],
        isPresent: Bool,
        author: String,
        message: String = "",
        at moment: Timestamp = .now
    ) throws -> EditReport {
        try rephrasing { () throws in
            let outcome = try dataset.store.setMembership(
                of: samples,
                isPresent: isPresent,
                author: author,
                message: message,
                at: moment
            )
            return EditReport(outcome.map { ($0.change, $0.images) })
        }
    }

    /// The image that a text names: its number, its path, or the beginning of its SHA-256.
    ///
    /// `includingRemoved`: Whether one that was taken out of the data set counts.
    /// - Throws: `CurationError.input` when there is none, or more than one.
    public func image(_ name: String, includingRemoved: Bool = false) throws -> Sample {
        try rephrasing { () throws in
            var all = try dataset.store.samples()
            if includingRemoved { all += try dataset.store.removedSamples() }
            if let id = Int64(name), let sample = all.first(where: { $0.id == id }) {
                return sample
            }
            var absolute = AbsolutePaths()
            let path = PathText.text(of: absolute.path(PathText.bytes(of: name)))
            var found = all.filter { ExactText($0.path) == ExactText(path) }
            if found.isEmpty, name.count >= 6 {
                found = all.filter { $0.sha256.hex.hasPrefix(name.lowercased()) }
            }
            if found.isEmpty { found = all.filter { $0.path.hasSuffix("/\(name)") } }
            guard let first = found.first else {
                throw CurationError.input("no picture '\(name)': `winnow labels` lists them")
            }
            guard found.count == 1 else {
                throw CurationError.input(
                    "'\(name)' is \(found.count) pictures: give the number, as `winnow labels` prints it"
                )
            }
            return first
        }
    }

    /// Labels that a file gives to images of the data set.
    ///
    /// JSON Lines as `winnow labels --json` prints them, of which proposals and refusals are passed
    /// over; or CSV with a column `label` and one of `sha256`, `path` and `file_name`.
    ///
    /// - Throws: `CurationError.input`, `.badData` with the line that is wrong.
    public func labels(in file: URL) throws -> [LabeledSample] {
        guard let data = try? Data(contentsOf: file) else {
            throw CurationError.input("cannot read \(file.path): check the path")
        }
        let samples = try rephrasing { () throws in try dataset.store.samples() }
        if file.pathExtension.lowercased() == "csv" {
            let answers = try rephrasing { () throws in try AnswerFile(path: file.path) }
            return samples.compactMap { sample in
                answers.label(of: sample).map {
                    LabeledSample(sample: sample, labels: [.classification(category: $0)])
                }
            }
        }
        let byID = Dictionary(uniqueKeysWithValues: samples.map { ($0.id, $0) })
        let byDigest = Dictionary(
            samples.map { ($0.sha256, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let byPath = Dictionary(uniqueKeysWithValues: samples.map { ($0.path, $0) })
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { index, line in
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) else { return nil }
            let parsed: LabelLine
            do {
                parsed = try JSONDecoder().decode(LabelLine.self, from: Data(line))
            } catch {
                throw CurationError.badData(
                    "\(file.path), line \(index + 1): not a picture with its annotations as "
                        + "`winnow labels --json` prints them"
                )
            }
            let sample =
                parsed.sha256.flatMap { byDigest[$0] } ?? parsed.path.flatMap { byPath[$0] }
                ?? parsed.id.flatMap { byID[$0] }
            guard let sample else {
                throw CurationError.badData(
                    "\(file.path), line \(index + 1): the data set has no such picture"
                )
            }
            let labels = parsed.annotations.filter { ($0.state ?? .accepted) == .accepted }
            return LabeledSample(sample: sample, labels: labels.map(\.label))
        }
    }
}

/// A line of `winnow labels --json`.
private struct LabelLine: Decodable {
    struct Annotation: Decodable {
        let label: Label
        let state: LabelState?

        enum Keys: String, CodingKey { case state }

        init(from decoder: any Decoder) throws {
            label = try Label(from: decoder)
            state = try decoder.container(keyedBy: Keys.self)
                .decodeIfPresent(LabelState.self, forKey: .state)
        }
    }

    let id: Sample.ID?
    let path: String?
    let sha256: ContentDigest?
    let annotations: [Annotation]
}
