import CurationCore
import Imaging

/// Makes sure that pictures which are the same at the size that import decodes are the same in full.
struct SamePixels {
    let pictures: PictureReader
    let interruption: Interruption

    /// The groups, of which those are near ones now whose members differ in full.
    ///
    /// - Throws: `CancellationError`.
    func check(_ groups: [DuplicateGroup], samples: [Sample]) throws -> [DuplicateGroup] {
        let sampleOf = Dictionary(uniqueKeysWithValues: samples.map { ($0.id, $0) })
        return try groups.map { group in
            let members = group.members.compactMap { sampleOf[$0.id] }
            guard group.kind == .exact, Set(members.map(\.sha256)).count > 1 else { return group }
            try interruption.check()
            let contents = Dictionary(grouping: members, by: \.sha256).values.compactMap(\.first)
            let digests = WorkerPool.map(contents) { pixels(of: $0) }
            guard Set(digests).count > 1 || digests.contains(nil) else { return group }
            return DuplicateGroup(
                kind: .near,
                keep: group.keep,
                reason:
                    "Scaled down, all have the same pixels; the one that is kept was imported first.",
                members: group.members
            )
        }
    }

    private func pixels(of sample: Sample) -> ContentDigest? {
        guard let bytes = try? pictures.bytes(of: sample),
            let image = try? ImageDecoder(pixelLimit: .max).decode(bytes)
        else { return nil }
        return ContentDigest(ofPixels: image.pixels)
    }
}
