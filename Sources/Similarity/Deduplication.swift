package import CurationCore

/// Finds samples that are copies of one picture.
///
/// Copies with the same pixels are told by their digests. Near copies, which may be turned and
/// mirrored, must be alike in the perceptual hash and, the more bits of it differ, also in the
/// embedding. A near group is a star: every member was compared with the sample that is kept, so that
/// a chain of small changes never joins different pictures.
package struct Deduplication: Sendable {
    /// Likeness that makes two samples copies; the bits are those of the perceptual hash.
    package struct Thresholds: Sendable, Equatable {
        /// Bits that may differ, whatever the embeddings say.
        package var certainBits = 28
        /// The same of a picture that was turned or mirrored.
        package var certainTurnedBits = 24
        /// Bits that may differ when the embeddings are like those of copies.
        package var likelyBits = 52
        /// Cosine for `likelyBits`.
        package var likelySimilarity = 0.87
        /// Bits that may differ when the embeddings are very near.
        package var looseBits = 80
        /// Cosine for `looseBits`.
        package var looseSimilarity = 0.90

        /// The thresholds that were tuned on photos of clothes, hands, blood cells and street scenes.
        package init() {}

        // Where many pictures look alike, a large cosine says little: copies must then be nearer
        // than those many, by a fixed share of their distance.
        func raised(by commonSimilarity: Double) -> Thresholds {
            var raised = self
            let distance = 1 - commonSimilarity
            raised.likelySimilarity = max(likelySimilarity, 1 - 0.35 * distance)
            raised.looseSimilarity = max(looseSimilarity, 1 - 0.23 * distance)
            return raised
        }

        /// Whether two samples are copies by their hashes alone.
        func accept(_ match: HashMatch) -> Bool {
            match.bits <= (match.transform == .identity ? certainBits : certainTurnedBits)
        }

        /// Whether two samples that stand the same way are copies, by hashes and embeddings.
        func accept(_ match: HashMatch, similarity: Double) -> Bool {
            (match.bits <= likelyBits && similarity >= likelySimilarity)
                || (match.bits <= looseBits && similarity >= looseSimilarity)
        }
    }

    private let thresholds: Thresholds
    private let kernels: VectorKernels

    /// Uses `thresholds`.
    package init(thresholds: Thresholds = Thresholds(), kernels: VectorKernels = VectorKernels()) {
        self.thresholds = thresholds
        self.kernels = kernels
    }

    /// The groups: exact ones first, each kind by the sample that is kept.
    ///
    /// A near group has one sample of each content. Pictures with next to no texture, by `metrics`,
    /// are only compared by their pixels, since their hashes say nothing; samples without metrics
    /// count as textured.
    package func groups(
        of samples: [Sample],
        metrics: [Sample.ID: ImageMetrics],
        embeddings: EmbeddingMatrix? = nil
    ) -> [DuplicateGroup] {
        let ranked = samples.sorted(by: Self.isBetter)
        var copies: [PictureContent: [Sample]] = [:]
        var contents: [Sample] = []
        for sample in ranked {
            let content = PictureContent(of: sample)
            if copies[content] == nil { contents.append(sample) }
            copies[content, default: []].append(sample)
        }
        let exact = copies.values.filter { $0.count > 1 }.map(Self.exactGroup)
        let textured = contents.filter { metrics[$0.id].map(Self.hasTexture) ?? true }
        let near = nearGroups(textured, embeddings)
        return exact.sorted { $0.keep < $1.keep } + near.sorted { $0.keep < $1.keep }
    }

    // The sample that should stay comes first.
    private static func isBetter(_ left: Sample, _ right: Sample) -> Bool {
        if (left.damage == nil) != (right.damage == nil) { return left.damage == nil }
        let (pixels, others) = (left.width * left.height, right.width * right.height)
        return (others, right.bytes, left.id) < (pixels, left.bytes, right.id)
    }

    private static func hasTexture(_ metrics: ImageMetrics) -> Bool {
        metrics.entropy >= 2 && metrics.contrast >= 0.01
    }

    private static func exactGroup(_ samples: [Sample]) -> DuplicateGroup {
        let members = samples.map { DuplicateGroup.Member(id: $0.id, similarity: 1) }
        let hasSameBytes = samples.allSatisfy { $0.sha256 == samples[0].sha256 }
        let likeness =
            hasSameBytes
            ? "All \(samples.count) files have the same bytes"
            : "All \(samples.count) files have the same pixels, with other metadata"
        return DuplicateGroup(
            kind: .exact,
            keep: samples[0].id,
            reason: "\(likeness); \(exactReason(samples)) stays.",
            members: members.sorted { $0.id < $1.id }
        )
    }

    private static func exactReason(_ samples: [Sample]) -> String {
        samples.contains { $0.bytes < samples[0].bytes } ? "the largest" : "the first one imported"
    }
}

/// What makes two files copies of one picture for certain.
private enum PictureContent: Hashable {
    case pixels(width: Int, height: Int, ContentDigest)
    /// Of damaged files the bytes count, since different ones may have the same filler.
    case bytes(ContentDigest)

    init(of sample: Sample) {
        self =
            sample.damage == nil
            ? .pixels(width: sample.width, height: sample.height, sample.pixelDigest)
            : .bytes(sample.sha256)
    }
}

/// How two samples compare by their hashes.
struct HashMatch {
    /// Bits that differ.
    let bits: Int
    /// What turns the first into the second, so that no more bits differ.
    let transform: ImageTransform

    // Bits by which turning must bring a picture nearer: saving it anew changes about as many.
    private static let leastGain = 8

    /// Compares in all eight ways.
    init(_ first: PerceptualHash, _ second: PerceptualHash) {
        let nearest = first.nearest(to: second)
        let bits = first.distance(to: second)
        let isTurned = nearest.distance + Self.leastGain < bits
        self.bits = isTurned ? nearest.distance : bits
        transform = isTurned ? nearest.transform : .identity
    }

    /// Compares as they are and mirrored left to right, which embeddings hardly tell.
    init(upright first: PerceptualHash, _ second: PerceptualHash) {
        let plain = first.distance(to: second)
        let mirrored = first.turned(.flipHorizontal).distance(to: second)
        bits = min(plain, mirrored)
        transform = mirrored < plain ? .flipHorizontal : .identity
    }

    /// The likeness that the hash alone tells, 0 to 1.
    var similarity: Double { 1 - Double(bits) / 256 }
}

// MARK: - Near copies

extension Deduplication {
    /// A copy of the sample that is kept.
    private struct Copy {
        let index: Int
        let similarity: Double
        let transform: ImageTransform
    }

    private func nearGroups(
        _ samples: [Sample],
        _ embeddings: EmbeddingMatrix?
    ) -> [DuplicateGroup] {
        var search = HammingSearch(samples.map(\.perceptualHash), kernels: kernels)
        let evidence = embeddings.map {
            EmbeddingEvidence($0, samples: samples, kernels: kernels)
        }
        var isTaken = [Bool](repeating: false, count: samples.count)
        var groups: [DuplicateGroup] = []
        for center in samples.indices where !isTaken[center] {
            let candidates = search.laterMatches(
                of: center,
                within: evidence == nil ? thresholds.certainBits : thresholds.looseBits,
                turnedLimit: thresholds.certainTurnedBits
            )
            guard !candidates.isEmpty else { continue }
            let limits =
                evidence.map { thresholds.raised(by: $0.commonSimilarity(center)) } ?? thresholds
            let copies = candidates.lazy.map { Int($0) }.filter { !isTaken[$0] }.compactMap {
                copy(samples, center, $0, limits, evidence)
            }
            let found = Array(copies)
            guard !found.isEmpty else { continue }
            for copy in found { isTaken[copy.index] = true }
            groups.append(Self.nearGroup(samples, center, found))
        }
        return groups
    }

    private func copy(
        _ samples: [Sample],
        _ center: Int,
        _ index: Int,
        _ limits: Thresholds,
        _ evidence: EmbeddingEvidence?
    ) -> Copy? {
        let (first, second) = (samples[center].perceptualHash, samples[index].perceptualHash)
        let match = HashMatch(first, second)
        if limits.accept(match) {
            return Copy(index: index, similarity: match.similarity, transform: match.transform)
        }
        guard let similarity = evidence?.similarity(center, index) else { return nil }
        let upright = HashMatch(upright: first, second)
        guard limits.accept(upright, similarity: similarity) else { return nil }
        return Copy(index: index, similarity: similarity, transform: upright.transform)
    }

    private static func nearGroup(
        _ samples: [Sample],
        _ center: Int,
        _ copies: [Copy]
    ) -> DuplicateGroup {
        let keep = samples[center]
        let members = copies.map { copy in
            DuplicateGroup.Member(
                id: samples[copy.index].id,
                similarity: min(1, max(0, copy.similarity)),
                transform: copy.transform
            )
        }
        let best = DuplicateGroup.Member(id: keep.id, similarity: 1)
        return DuplicateGroup(
            kind: .near,
            keep: keep.id,
            reason: reason(keep, others: copies.map { samples[$0.index] }),
            members: (members + [best]).sorted { $0.id < $1.id }
        )
    }

    private static func reason(_ keep: Sample, others: [Sample]) -> String {
        // A damaged file is kept only when there are no others.
        let rivals = others.filter { ($0.damage == nil) == (keep.damage == nil) }
        if rivals.isEmpty { return "It is whole; the others are damaged." }
        let pixels = keep.width * keep.height
        let size = "\(keep.width) x \(keep.height)"
        let suffix = rivals.count < others.count ? " Damaged files come last." : ""
        if rivals.allSatisfy({ $0.width * $0.height < pixels }) {
            return "It has the most pixels: \(size)." + suffix
        }
        let equals = rivals.filter { $0.width * $0.height == pixels }
        if equals.allSatisfy({ $0.bytes < keep.bytes }) {
            return """
                None has more pixels than \(size), and it is the largest such file: \
                \(keep.bytes) bytes.
                """ + suffix
        }
        return "None has more pixels or bytes, and it was imported first." + suffix
    }
}
