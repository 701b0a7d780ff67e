package import CurationCore

/// Finds samples that are copies of one picture.
///
/// Copies with the same bytes are told by their digest. Near copies must be alike in the perceptual
/// hash *and*, when embeddings are given, in the embedding: the more bits differ, the nearer the
/// embeddings must be. A near group is a star: every member was compared with the sample that is
/// kept, so that a chain of small changes never joins different pictures.
package struct Deduplication: Sendable {
    /// Likeness that makes two samples copies.
    package struct Thresholds: Sendable, Equatable {
        /// Bits that may differ, whatever the embeddings say.
        package var certainBits = 4
        /// Bits that may differ when the embeddings are like those of copies.
        package var likelyBits = 10
        /// Cosine for `likelyBits`.
        package var likelySimilarity = 0.88
        /// Bits that may differ when the embeddings are very near.
        package var looseBits = 20
        /// Cosine for `looseBits`.
        package var looseSimilarity = 0.92

        /// The thresholds that were tuned on photos of clothes, hands and street scenes.
        package init() {}

        // Where many pictures look alike, a large cosine says little: copies must then be nearer
        // than those many, by a fixed share of their distance.
        func raised(by commonSimilarity: Double) -> Thresholds {
            var raised = self
            let distance = 1 - commonSimilarity
            raised.likelySimilarity = max(likelySimilarity, 1 - 0.35 * distance)
            raised.looseSimilarity = max(looseSimilarity, 1 - 0.28 * distance)
            return raised
        }

        /// Whether two samples are copies; `similarity` is nil without embeddings.
        func accept(bits: Int, similarity: Double?) -> Bool {
            if bits <= certainBits { return true }
            guard let similarity else { return false }
            return (bits <= likelyBits && similarity >= likelySimilarity)
                || (bits <= looseBits && similarity >= looseSimilarity)
        }
    }

    /// Embeddings of samples, and the nearest of each.
    package struct Neighborhood: Sendable {
        let matrix: EmbeddingMatrix
        let graph: NeighborGraph

        /// Takes rows and the graph of just these rows.
        package init(matrix: EmbeddingMatrix, graph: NeighborGraph) {
            precondition(graph.count == matrix.count || graph.k == 0, "a graph of the same rows")
            self.matrix = matrix
            self.graph = graph
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
    /// are only compared by their bytes, since their hashes say nothing; samples without metrics
    /// count as textured.
    package func groups(
        of samples: [Sample],
        metrics: [Sample.ID: ImageMetrics],
        neighborhood: Neighborhood? = nil
    ) -> [DuplicateGroup] {
        let ranked = samples.sorted(by: Self.isBetter)
        var copies: [ContentDigest: [Sample]] = [:]
        var contents: [Sample] = []
        for sample in ranked {
            if copies[sample.sha256] == nil { contents.append(sample) }
            copies[sample.sha256, default: []].append(sample)
        }
        let exact = copies.values.filter { $0.count > 1 }.map(Self.exactGroup)
        let textured = contents.filter { metrics[$0.id].map(Self.hasTexture) ?? true }
        let near = nearGroups(textured, neighborhood)
        return exact.sorted { $0.keep < $1.keep } + near.sorted { $0.keep < $1.keep }
    }

    // The sample that should stay comes first.
    private static func isBetter(_ left: Sample, _ right: Sample) -> Bool {
        let (pixels, others) = (left.width * left.height, right.width * right.height)
        return (others, right.bytes, left.id) < (pixels, left.bytes, right.id)
    }

    private static func hasTexture(_ metrics: ImageMetrics) -> Bool {
        metrics.entropy >= 2 && metrics.contrast >= 0.01
    }

    private static func exactGroup(_ samples: [Sample]) -> DuplicateGroup {
        let members = samples.map { DuplicateGroup.Member(id: $0.id, similarity: 1) }
        return DuplicateGroup(
            kind: .exact,
            keep: samples[0].id,
            reason: "All \(samples.count) files have the same bytes; the first one imported stays.",
            members: members.sorted { $0.id < $1.id }
        )
    }
}

// MARK: - Near copies

extension Deduplication {
    private func nearGroups(
        _ samples: [Sample],
        _ neighborhood: Neighborhood?
    ) -> [DuplicateGroup] {
        var search = HammingSearch(samples.map(\.perceptualHash), kernels: kernels)
        let evidence = neighborhood.map {
            EmbeddingEvidence($0, samples: samples, kernels: kernels)
        }
        let partners = evidence?.partners(above: thresholds.looseSimilarity) ?? [:]
        var isTaken = [Bool](repeating: false, count: samples.count)
        var groups: [DuplicateGroup] = []
        for center in samples.indices where !isTaken[center] {
            let byHash = search.laterMatches(of: center, within: thresholds.likelyBits)
            let candidates = Set(byHash + (partners[center] ?? []))
            guard !candidates.isEmpty else { continue }
            let limits =
                evidence.map { thresholds.raised(by: $0.commonSimilarity(center)) }
                ?? thresholds
            var members: [(index: Int, similarity: Double)] = []
            for index in candidates where index > center && !isTaken[index] {
                let differing = samples[center].perceptualHash ^ samples[index].perceptualHash
                let bits = differing.nonzeroBitCount
                let similarity = evidence?.similarity(center, index)
                guard limits.accept(bits: bits, similarity: similarity) else { continue }
                members.append((index, similarity ?? 1 - Double(bits) / 64))
            }
            guard !members.isEmpty else { continue }
            for member in members { isTaken[member.index] = true }
            groups.append(Self.nearGroup(samples, center, members))
        }
        return groups
    }

    private static func nearGroup(
        _ samples: [Sample],
        _ center: Int,
        _ copies: [(index: Int, similarity: Double)]
    ) -> DuplicateGroup {
        let keep = samples[center]
        let members = copies.map { copy in
            let similarity = min(1, max(0, copy.similarity))
            return DuplicateGroup.Member(id: samples[copy.index].id, similarity: similarity)
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
        let pixels = keep.width * keep.height
        if others.allSatisfy({ $0.width * $0.height < pixels }) {
            return "It has the most pixels: \(keep.width) x \(keep.height)."
        }
        let rivals = others.filter { $0.width * $0.height == pixels }
        if rivals.allSatisfy({ $0.bytes < keep.bytes }) {
            return """
                None has more pixels than \(keep.width) x \(keep.height), and it is the largest \
                such file: \(keep.bytes) bytes.
                """
        }
        return "None has more pixels or bytes, and it was imported first."
    }
}
