import CurationCore
import Imaging
import Inference
import Learning
import Storage
import Synchronization

/// Suggests names for groups of which nothing is known yet: the folder that they lie in, and what a
/// classifier of 1,000 everyday things takes them for.
final class NameSuggestions: Sendable {
    private enum Model {
        case unread
        case read(ImageClassifier)
        case missing
    }

    // What more pictures of a group say is hardly anything else.
    private static let lookedAt = 4
    private static let most = 3
    private static let leastScore = 0.05
    private static let leastShare = 0.6
    // So many pictures tell whether all lie in one folder.
    private static let probed = 64

    private let dataset: Dataset
    private let model = Mutex(Model.unread)

    init(dataset: Dataset) { self.dataset = dataset }

    /// Names for pictures that are shown together, likeliest first; none where nobody can say.
    func names(for samples: [Sample]) throws -> [ReviewItem.Suggestion] {
        try folder(of: samples) + classes(of: samples)
    }

    // MARK: - Folders

    private static let splits: Set<String> = [
        "train", "val", "valid", "validation", "test", "images",
    ]

    private func folder(of samples: [Sample]) throws -> [ReviewItem.Suggestion] {
        let folders = samples.map { Self.folder($0.path) }
        let counts = Dictionary(folders.map { ($0, 1) }, uniquingKeysWith: +)
        guard let best = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
            return []
        }
        let share = Double(best.value) / Double(samples.count)
        guard share >= Self.leastShare, !best.key.isEmpty, best.key.count <= 100,
            !Self.splits.contains(best.key.lowercased()), try areInSeveralFolders()
        else { return [] }
        return [ReviewItem.Suggestion(label: best.key, score: share, source: "folder")]
    }

    private static func folder(_ path: String) -> String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[parts.count - 2]) : ""
    }

    /// Whether the folders of the data set tell its pictures apart at all.
    private func areInSeveralFolders() throws -> Bool {
        let some = try dataset.store.samples(about: Self.probed)
        return Set(some.map { Self.folder($0.path) }).count > 1
    }

    // MARK: - A classifier

    private func classes(of samples: [Sample]) -> [ReviewItem.Suggestion] {
        guard let classifier = classifier() else { return [] }
        let side = classifier.inputSide
        let pictures = dataset.pictures
        let scores = WorkerPool.map(Array(samples.prefix(Self.lookedAt))) { sample in
            (try? pictures.pixels(of: sample)).flatMap {
                try? classifier.scores($0.resized(width: side, height: side))
            }
        }.compactMap(\.self)
        guard !scores.isEmpty else { return [] }
        var means = [Double](repeating: 0, count: classifier.names.count)
        for line in scores {
            for (index, share) in Softmax.probabilities(line).enumerated() {
                means[index] += Double(share) / Double(scores.count)
            }
        }
        return means.indices.filter { means[$0] >= Self.leastScore }
            .sorted { (means[$0], $1) > (means[$1], $0) }.prefix(Self.most)
            .map {
                ReviewItem.Suggestion(
                    label: classifier.names[$0],
                    score: min(means[$0], 1),
                    source: "\(classifier.id)"
                )
            }
    }

    /// The classifier, read once; nil where it is not installed.
    private func classifier() -> ImageClassifier? {
        model.withLock { model in
            if case .unread = model {
                let read = try? ImageClassifier(
                    EmbedderChoice.defaultModel,
                    search: .ofThisProcess()
                )
                model = read.map(Model.read) ?? .missing
            }
            guard case .read(let classifier) = model else { return nil }
            return classifier
        }
    }
}
