import CurationCore
import Learning
import Storage

/// What people have said so far of things in pictures.
struct ObjectKnowledge {
    /// The classes, in their order.
    let classes: [String]
    /// The pictures of which somebody said where all things are.
    let finished: Set<Sample.ID>
    /// The things that people stand behind, by picture.
    let objects: [Sample.ID: [Label]]
    /// What was asked or refused beside them, by picture: it is not proposed again.
    let asked: [Sample.ID: [Label]]
    /// Pictures that the reviewer skipped.
    let skipped: Set<Sample.ID>

    /// Reads what is known; skips are those of `reviewer`.
    init(of store: DatasetStore, reviewer: String?) throws {
        classes = try store.schema().schema.categories.map(\.name)
        finished = try store.finishedSamples()
        var objects: [Sample.ID: [Label]] = [:]
        var asked = objects
        for annotation in try store.reviewedAnnotations() where annotation.label.boundingBox != nil
        {
            switch annotation.state {
            case .accepted: objects[annotation.sample, default: []].append(annotation.label)
            case .rejected: asked[annotation.sample, default: []].append(annotation.label)
            case .proposed: preconditionFailure("the store gave what was reviewed")
            }
        }
        let reviews = try store.reviews().filter { $0.purpose == .decide }
        for review in reviews where review.reason == .cluster && review.decision != .skip {
            for (sample, proposal) in zip(review.samples, review.proposals) {
                if let label = proposal.annotation { asked[sample, default: []].append(label) }
            }
        }
        let own = reviews.filter { $0.decision == .skip && $0.reviewer == reviewer }
        skipped = Set(own.flatMap(\.samples))
        self.objects = objects
        self.asked = asked
    }

    /// The things of a picture as the detector learns them; classes that are gone are left out.
    func lesson(_ sample: Sample) -> [DetectorLesson.Object] {
        (objects[sample.id] ?? []).compactMap { label in
            let whole = label.boundingBox
            guard let box = whole?.clipped(width: sample.width, height: sample.height),
                box.width > 0, box.height > 0,
                let category = classes.firstIndex(of: label.category)
            else { return nil }
            return DetectorLesson.Object(box: box, category: category)
        }
    }

    /// Whether something was said of the place already: it is accepted, or this was asked before.
    func isSettled(_ label: Label, in sample: Sample.ID) -> Bool {
        (objects[sample] ?? []).contains { $0.isSameThing(as: label) }
            || (asked[sample] ?? []).contains { other in
                // What was asked under a name that is gone was asked.
                let isSame = other.category == label.category || !classes.contains(other.category)
                return isSame && other.isSameThing(as: label)
            }
    }
}
