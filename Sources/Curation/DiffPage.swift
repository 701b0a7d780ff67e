package import CurationCore
import Storage

/// What is compared: two versions by name, where `working` stands for the labels of now.
package struct DiffRequest: Sendable {
    /// The name that stands for the labels of now.
    package static let working = "working"

    /// The state before.
    package let before: String
    /// The state after.
    package let after: String
    /// Only pictures with a label that was this class before; empty for one that had none.
    package let from: String?
    /// Only pictures with a label that is this class after; empty for one that is gone.
    package let to: String?
    /// Where the page begins: after this image; nil for the first page.
    package let cursor: Sample.ID?
    /// How many pictures at most.
    package let limit: Int

    /// Asks what differs.
    package init(
        before: String,
        after: String,
        from: String? = nil,
        to: String? = nil,
        cursor: Sample.ID? = nil,
        limit: Int
    ) {
        self.before = before
        self.after = after
        self.from = from
        self.to = to
        self.cursor = cursor
        self.limit = limit
    }
}

/// What differs between two states of the labels, class by class, and picture by picture in pages.
package struct DiffPage: Sendable, Codable {
    /// How many labels went from one class to another, came or left.
    package struct Move: Sendable, Codable, Hashable {
        /// The class before; nil for a label that came.
        package let from: String?
        /// The class after; nil for a label that left.
        package let to: String?
        /// How many labels.
        package let count: Int

        /// Counts labels that went the same way.
        package init(from: String?, to: String?, count: Int) {
            self.from = from
            self.to = to
            self.count = count
        }
    }

    /// One label that differs.
    package struct LabelChange: Sendable, Codable, Hashable {
        /// The name of the label, `a-17`; nil on pictures that came or left.
        package let annotation: String?
        /// The label before.
        package let before: Label?
        /// The label after.
        package let after: Label?

        /// Describes a difference.
        package init(annotation: String?, before: Label?, after: Label?) {
            self.annotation = annotation
            self.before = before
            self.after = after
        }
    }

    /// One picture that differs.
    package struct Entry: Sendable, Codable {
        /// What became of the picture.
        package enum Change: String, Sendable, Codable { case added, removed, changed }

        /// The picture.
        package let image: ReviewItem.Image
        /// What became of it.
        package let change: Change
        /// Its labels that differ.
        package let labels: [LabelChange]

        /// Describes a picture that differs.
        package init(image: ReviewItem.Image, change: Change, labels: [LabelChange]) {
            self.image = image
            self.change = change
            self.labels = labels
        }
    }

    /// Everything at once, in numbers.
    package struct Summary: Sendable, Codable, Hashable {
        /// Pictures that differ.
        package let images: Int
        /// Pictures that came.
        package let added: Int
        /// Pictures that left.
        package let removed: Int
        /// The labels of pictures that stayed, class by class, most first, 200 at most.
        package let moves: [Move]
        /// In how many ways labels went from one class to another, came or left.
        package let ways: Int
        /// Changes of the class list, in words.
        package let classes: [String]

        /// Describes the whole difference.
        package init(images: Int, added: Int, removed: Int, moves: [Move], classes: [String]) {
            self.images = images
            self.added = added
            self.removed = removed
            ways = moves.count
            self.moves = Array(moves.prefix(200))
            self.classes = classes
        }
    }

    /// The id of the version before; nil for the labels of now.
    package let before: ContentDigest?
    /// The id of the version after; nil for the labels of now.
    package let after: ContentDigest?
    /// Everything in numbers, whatever is asked for.
    package let summary: Summary
    /// How many pictures match what is asked for.
    package let matching: Int
    /// The pictures of this page.
    package let items: [Entry]
    /// Where the next page begins; nil after the last one.
    package let next: String?

    /// Describes a page of a difference.
    package init(
        before: ContentDigest?,
        after: ContentDigest?,
        summary: Summary,
        matching: Int,
        items: [Entry],
        next: String?
    ) {
        self.before = before
        self.after = after
        self.summary = summary
        self.matching = matching
        self.items = items
        self.next = next
    }
}

/// A whole difference, ready to be shown in pages: pictures with the same change lie together, the
/// largest change first.
struct ComparedStates: Sendable {
    let summary: DiffPage.Summary
    let entries: [DiffPage.Entry]

    init(_ difference: StateDifference) {
        let moves = Self.moves(difference)
        let ranks = Dictionary(uniqueKeysWithValues: moves.enumerated().map { ($1.way, $0) })
        let changed = Dictionary(grouping: difference.labels, by: \.sample).compactMap {
            id,
            labels in
            difference.samples[id].map { sample in
                Self.entry(sample, .changed, labels.map(DiffPage.LabelChange.init))
            }
        }.sorted { Self.order($0, ranks) < Self.order($1, ranks) }
        let added = difference.added.map { image in
            let labels = image.labels.map {
                DiffPage.LabelChange(annotation: nil, before: nil, after: $0)
            }
            return Self.entry(image.sample, .added, labels)
        }
        let removed = difference.removed.map { image in
            let labels = image.labels.map {
                DiffPage.LabelChange(annotation: nil, before: $0, after: nil)
            }
            return Self.entry(image.sample, .removed, labels)
        }
        entries = changed + (removed + added).sorted { $0.image.path < $1.image.path }
        summary = DiffPage.Summary(
            images: entries.count,
            added: added.count,
            removed: removed.count,
            moves: moves,
            classes: VersionChange.all(in: difference).compactMap(\.words)
        )
    }

    /// The pictures that match what is asked for.
    func matching(_ request: DiffRequest) -> [DiffPage.Entry] {
        guard request.from != nil || request.to != nil else { return entries }
        return entries.filter { entry in
            entry.change == .changed
                && entry.labels.contains { label in
                    (request.from.map { $0 == label.before?.category ?? "" } ?? true)
                        && (request.to.map { $0 == label.after?.category ?? "" } ?? true)
                }
        }
    }

    private static func entry(
        _ sample: Sample,
        _ change: DiffPage.Entry.Change,
        _ labels: [DiffPage.LabelChange]
    ) -> DiffPage.Entry {
        DiffPage.Entry(image: ReviewItem.Image(sample), change: change, labels: labels)
    }

    private static func order(_ entry: DiffPage.Entry, _ ranks: [Way: Int]) -> (Int, String) {
        (entry.labels.compactMap { ranks[$0.way] }.min() ?? .max, entry.image.path)
    }

    private static func moves(_ difference: StateDifference) -> [DiffPage.Move] {
        let ways = difference.labels.map { Way(from: $0.before?.category, to: $0.after?.category) }
        return Dictionary(grouping: ways, by: \.self)
            .map { DiffPage.Move(from: $0.from, to: $0.to, count: $1.count) }
            .sorted {
                ($1.count, $0.from ?? "", $0.to ?? "") < ($0.count, $1.from ?? "", $1.to ?? "")
            }
    }
}

/// From which class to which a label went.
private struct Way: Hashable {
    let from: String?
    let to: String?
}

extension DiffPage.Move {
    fileprivate var way: Way { Way(from: from, to: to) }
}

extension DiffPage.LabelChange {
    fileprivate var way: Way { Way(from: before?.category, to: after?.category) }

    init(_ change: StateDifference.LabelChange) {
        self.init(annotation: "a-\(change.object)", before: change.before, after: change.after)
    }
}

extension VersionChange {
    /// A change of the class list in words; nil for any other.
    fileprivate var words: String? {
        guard let category else { return nil }
        return switch change {
        case "class-added": "\(category) is new"
        case "class-removed": "\(category) is gone"
        case "class-renamed": "\(category) is called \(renamed ?? "") now"
        default: "\(category) is described anew"
        }
    }
}
