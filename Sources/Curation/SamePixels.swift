import CurationCore
import Imaging

/// Makes sure that pictures which are the same at the size that import decodes are the same in full.
struct SamePixels {
    let pictures: PictureReader
    let interruption: Interruption

    /// The groups, where exact ones have members that are the same in full.
    ///
    /// One whose members differ is taken apart: exact groups of those that do not differ, and a near one
    /// with one of each.
    ///
    /// - Throws: `CancellationError`.
    func check(_ groups: [DuplicateGroup], samples: [Sample]) throws -> [DuplicateGroup] {
        let sampleOf = Dictionary(uniqueKeysWithValues: samples.map { ($0.id, $0) })
        let checked = try groups.flatMap { group -> [DuplicateGroup] in
            let members = group.members.compactMap { sampleOf[$0.id] }
            guard group.kind == .exact, Set(members.map(\.sha256)).count > 1 else { return [group] }
            try interruption.check()
            return parts(of: group, members)
        }
        return checked.filter { $0.kind == .exact } + checked.filter { $0.kind == .near }
    }

    private func parts(of group: DuplicateGroup, _ members: [Sample]) -> [DuplicateGroup] {
        let contents = Dictionary(grouping: members, by: \.sha256)
        let pictures = contents.values.compactMap(\.first).sorted { $0.id < $1.id }
        // What cannot be read any more is the same only as its own bytes.
        let digests = WorkerPool.map(pictures) { pixels(of: $0) ?? $0.sha256 }
        let alike = Dictionary(grouping: zip(pictures, digests), by: \.1).values
            .map { pairs in pairs.flatMap { contents[$0.0.sha256] ?? [] }.map(\.id).sorted() }
            .sorted { $0[0] < $1[0] }
        guard alike.count > 1 else { return [group] }
        let exact = alike.filter { $0.count > 1 }.map { ids in
            DuplicateGroup(
                kind: .exact,
                keep: ids.contains(group.keep) ? group.keep : ids[0],
                reason: "All \(ids.count) files have the same pixels.",
                members: ids.map { DuplicateGroup.Member(id: $0, similarity: 1) }
            )
        }
        let each = alike.map { $0.contains(group.keep) ? group.keep : $0[0] }.sorted()
        let near = DuplicateGroup(
            kind: .near,
            keep: group.keep,
            reason: "Scaled down, all have the same pixels; in full they differ.",
            members: each.map { DuplicateGroup.Member(id: $0, similarity: 1) }
        )
        return exact + [near]
    }

    private func pixels(of sample: Sample) -> ContentDigest? {
        guard let bytes = try? pictures.bytes(of: sample),
            let image = try? ImageDecoder(pixelLimit: .max).decode(bytes)
        else { return nil }
        return ContentDigest(ofPixels: image.pixels)
    }
}
