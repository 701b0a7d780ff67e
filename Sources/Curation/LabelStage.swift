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
    let dataset: Dataset

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
            var wanted: [Sample.ID: LabeledSample] = [:]
            for image in labels {
                try Self.check(image, task)
                guard
                    wanted.updateValue(image, forKey: image.sample.id).map({ $0 == image }) ?? true
                else {
                    throw CurationError.badData(
                        "\(image.sample.path) comes twice, with different labels: keep one of them"
                    )
                }
            }
            let change = try dataset.store.label(
                wanted.values.sorted { $0.sample.id < $1.sample.id }
                    .map { ($0.sample.id, $0.labels) },
                author: author,
                message: message,
                at: moment
            )
            return EditReport(change.map { ($0, wanted.count) })
        }
    }

    /// What a name of a class looks like.
    static var className: Regex<(Substring, Substring?)> { /\S(.{0,198}\S)?/ }

    static func check(_ image: LabeledSample, _ task: LabelTask) throws {
        var classes = 0
        for label in image.labels {
            if case .classification = label { classes += 1 }
            guard label.category.wholeMatch(of: className) != nil else {
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

    /// The image that a text names: its number, its path, its file name, or the beginning of its SHA-256.
    ///
    /// - Throws: `CurationError.input` when there is none, or more than one.
    public func image(_ name: String, includingRemoved: Bool = false) throws -> Sample {
        try images([name], includingRemoved: includingRemoved)[0]
    }

    /// The images that texts name, in their order; `includingRemoved` says whether those count that were
    /// taken out of the data set.
    ///
    /// - Throws: `CurationError.input` when there is none for a text, or more than one.
    public func images(_ names: [String], includingRemoved: Bool = false) throws -> [Sample] {
        try rephrasing { () throws in
            var all = try dataset.store.samples()
            if includingRemoved { all += try dataset.store.removedSamples() }
            let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
            let byPath = Dictionary(
                all.map { (ExactText($0.path), $0) },
                uniquingKeysWith: { first, _ in first }
            )
            var absolute = AbsolutePaths()
            return try names.map { name in
                if let id = Int64(name), let sample = byID[id] { return sample }
                let path = PathText.text(of: absolute.path(PathText.bytes(of: name)))
                if let sample = byPath[ExactText(path)] { return sample }
                return try Self.only(all, called: name)
            }
        }
    }

    private static func only(_ all: [Sample], called name: String) throws -> Sample {
        let digest = name.lowercased()
        var found = name.count < 6 ? [] : all.filter { $0.sha256.hex.hasPrefix(digest) }
        if found.isEmpty { found = all.filter { $0.path.hasSuffix("/\(name)") } }
        guard let first = found.first else {
            throw CurationError.input("no picture '\(name)': `winnow labels` lists them")
        }
        guard found.count == 1 else {
            throw CurationError.input(
                "'\(name)' is \(found.count) pictures: give the number, as `winnow labels --json` prints it"
            )
        }
        return first
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
        let byDigest = Dictionary(grouping: samples, by: \.sha256)
        let byPath = Dictionary(uniqueKeysWithValues: samples.map { ($0.path, $0) })
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { index, line in
            guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) else { return nil }
            let parsed = try LabelLine(line, "\(file.path), line \(index + 1)")
            let named = parsed.path.flatMap { byPath[$0] } ?? parsed.id.flatMap { byID[$0] }
            // The bytes decide; the name tells copies of the same bytes apart.
            let copies = parsed.sha256.map { byDigest[$0] ?? [] }
            let sample: Sample? =
                if let copies { copies.first { $0.id == named?.id } ?? copies.first } else { named }
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

    /// Reads a line; `place` is where it is, for people.
    init(_ line: Data.SubSequence, _ place: String) throws {
        do {
            self = try JSONDecoder().decode(LabelLine.self, from: Data(line))
        } catch {
            throw CurationError.badData(
                "\(place): not a picture with its annotations as `winnow labels --json` prints them"
            )
        }
    }
}
