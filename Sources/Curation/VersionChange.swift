public import CurationCore
package import Storage

/// One difference between two states of the labels: of an image, of one of its labels, or of the class
/// list.
public struct VersionChange: Sendable, Hashable, Codable {
    /// What happened: `image-added`, `image-removed`, `label-added`, `label-removed`, `class-changed`,
    /// `geometry-changed`; of the class list `class-added`, `class-removed`, `class-renamed`,
    /// `class-described`.
    public let change: String
    /// The image; nil for the class list.
    public let id: Sample.ID?
    /// Where its file is.
    public let path: String?
    /// The digest of the file's bytes.
    public let sha256: ContentDigest?
    /// The name of the label, which it keeps while it changes: `a-17`.
    public let annotation: String?
    /// The label before.
    public let before: Label?
    /// The label after.
    public let after: Label?
    /// How much the shapes before and after overlap, 0 to 1, where both are shapes of one kind.
    public let iou: Double?
    /// The class, for the class list; the name before where it was renamed.
    public let category: String?
    /// The name of the class after.
    public let renamed: String?

    init(
        change: String,
        sample: Sample,
        annotation: String? = nil,
        before: Label? = nil,
        after: Label? = nil
    ) {
        self.change = change
        id = sample.id
        path = sample.path
        sha256 = sample.sha256
        self.annotation = annotation
        self.before = before
        self.after = after
        iou = Self.overlap(before, after)
        category = nil
        renamed = nil
    }

    private init(change: String, category: String, renamed: String? = nil) {
        self.change = change
        (id, path, sha256, annotation, before, after, iou) = (nil, nil, nil, nil, nil, nil, nil)
        self.category = category
        self.renamed = renamed
    }

    private static func overlap(_ before: Label?, _ after: Label?) -> Double? {
        guard let before, let after, before.kind == after.kind, before.kind != "classification"
        else { return nil }
        return before.overlap(with: after)
    }

    /// All differences: of the class list, then of images, by path, then by label.
    package static func all(in difference: StateDifference) -> [VersionChange] {
        var changes: [VersionChange] = []
        for image in difference.removed {
            changes += image.labels.map {
                VersionChange(change: "label-removed", sample: image.sample, before: $0)
            }
            changes.append(VersionChange(change: "image-removed", sample: image.sample))
        }
        for image in difference.added {
            changes.append(VersionChange(change: "image-added", sample: image.sample))
            changes += image.labels.map {
                VersionChange(change: "label-added", sample: image.sample, after: $0)
            }
        }
        for label in difference.labels {
            guard let sample = difference.samples[label.sample] else { continue }
            changes.append(
                VersionChange(
                    change: kind(label.before, label.after),
                    sample: sample,
                    annotation: "a-\(label.object)",
                    before: label.before,
                    after: label.after
                )
            )
        }
        let sorted = changes.enumerated().sorted {
            ($0.element.path ?? "", $0.offset) < ($1.element.path ?? "", $1.offset)
        }
        return classes(difference) + sorted.map(\.element)
    }

    private static func kind(_ before: Label?, _ after: Label?) -> String {
        guard let before else { return "label-added" }
        guard let after else { return "label-removed" }
        return before.category == after.category ? "geometry-changed" : "class-changed"
    }

    private static func classes(_ difference: StateDifference) -> [VersionChange] {
        let before = Dictionary(
            uniqueKeysWithValues: difference.categoriesBefore.map { ($0.id, $0) }
        )
        let after = Dictionary(uniqueKeysWithValues: difference.categoriesAfter.map { ($0.id, $0) })
        return Set(before.keys).union(after.keys).sorted().compactMap { id in
            switch (before[id], after[id]) {
            case (let old?, let new?) where old.name != new.name:
                VersionChange(change: "class-renamed", category: old.name, renamed: new.name)
            case (let old?, let new?):
                old == new ? nil : VersionChange(change: "class-described", category: new.name)
            case (nil, let new?): VersionChange(change: "class-added", category: new.name)
            case (let old?, nil): VersionChange(change: "class-removed", category: old.name)
            case (nil, nil): nil
            }
        }
    }
}
