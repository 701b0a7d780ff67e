import CurationCore
import Similarity
import Testing

@Suite struct DeduplicationTests {
    private static func sample(
        _ id: Int64,
        content: String? = nil,
        pixels: String? = nil,
        width: Int = 100,
        bytes: Int = 1000,
        damage: ImageDamage? = nil,
        hash: PerceptualHash
    ) -> Sample {
        let content = content ?? "content \(id)"
        return Sample(
            id: id,
            path: "/pictures/\(id).jpg",
            sha256: ContentDigest(of: content),
            format: .jpeg,
            width: width,
            height: 100,
            bytes: bytes,
            damage: damage,
            pixelDigest: ContentDigest(of: pixels ?? content),
            perceptualHash: hash
        )
    }

    /// A hash with random bits.
    private static func random(_ generator: inout SeededGenerator) -> PerceptualHash {
        var words = SIMD4<UInt64>()
        for index in 0..<4 { words[index] = generator.next() }
        words[0] &= ~1
        return PerceptualHash(words: words)
    }

    private static let hash: PerceptualHash = {
        var generator = SeededGenerator(seed: 77)
        return random(&generator)
    }()

    /// `hash` with other bits in the places `range`, the first of all left out.
    private static func changed(
        _ range: Range<Int>,
        of hash: PerceptualHash = hash
    ) -> PerceptualHash {
        var words = hash.words
        // The first bit is always 0.
        for bit in range { words[(bit + 1) / 64] ^= 1 << UInt64((bit + 1) % 64) }
        return PerceptualHash(words: words)
    }

    private static func groups(
        _ samples: [Sample],
        metrics: [Sample.ID: ImageMetrics] = [:],
        rows: EmbeddingMatrix? = nil
    ) -> [DuplicateGroup] {
        Deduplication().groups(of: samples, metrics: metrics, embeddings: rows)
    }

    private static let alike = SyntheticRows.matrix(2, dimension: 2, [1, 0, 1, 0.1])

    @Test func `files with the same bytes are an exact group`() {
        let samples = [3, 1, 2].map {
            Self.sample($0, content: $0 == 2 ? "b" : "a", hash: Self.changed(0..<(50 * Int($0))))
        }
        let found = Self.groups([samples[0], samples[1]])
        #expect(found.count == 1)
        #expect(found.first?.kind == .exact)
        #expect(found.first?.keep == 1)
        #expect(found.first?.members.map(\.id) == [1, 3])
        #expect(found.first?.reason.contains("same bytes") == true)
        #expect(Self.groups([samples[2]]).isEmpty)
    }

    @Test func `files with the same pixels are an exact group, of which the largest stays`() {
        let found = Self.groups([
            Self.sample(1, content: "a", pixels: "p", hash: Self.hash),
            Self.sample(2, content: "b", pixels: "p", bytes: 2000, hash: Self.hash),
            Self.sample(3, content: "a", pixels: "p", hash: Self.hash),
        ])
        #expect(found.map(\.kind) == [.exact])
        #expect(found.first?.keep == 2)
        #expect(found.first?.members.map(\.id) == [1, 2, 3])
        #expect(
            found.first?.reason
                == "All 3 files have the same pixels, with other metadata; the largest stays."
        )
    }

    @Test func `the same pixels of another size, or filler after damage, are no exact group`() {
        let sizes = [
            Self.sample(1, pixels: "p", hash: Self.hash),
            Self.sample(2, pixels: "p", width: 50, hash: Self.hash),
        ]
        #expect(Self.groups(sizes).map(\.kind) == [.near])
        let damaged = [1, 2].map {
            Self.sample($0, pixels: "filler", damage: .truncated, hash: Self.hash)
        }
        #expect(Self.groups(damaged).map(\.kind) == [.near])
    }

    @Test func `a near group has one sample of each content`() {
        let found = Self.groups([
            Self.sample(1, content: "a", hash: Self.hash),
            Self.sample(2, content: "a", hash: Self.hash),
            Self.sample(3, content: "b", hash: Self.changed(0..<5)),
        ])
        #expect(found.map(\.kind) == [.exact, .near])
        #expect(found.last?.members.map(\.id) == [1, 3])
    }

    @Test func `the picture with the most pixels stays, then the larger file, then the first`() {
        func sample(_ id: Int64, width: Int = 100, bytes: Int = 1000) -> Sample {
            Self.sample(id, width: width, bytes: bytes, hash: Self.hash)
        }
        let pixels = Self.groups([sample(1, bytes: 9000), sample(2, width: 200)])
        #expect(pixels.first?.keep == 2)
        #expect(pixels.first?.reason == "It has the most pixels: 200 x 100.")
        let bytes = Self.groups([sample(1), sample(2, bytes: 2000)])
        #expect(bytes.first?.keep == 2)
        #expect(bytes.first?.reason.contains("2000 bytes") == true)
        let first = Self.groups([sample(2), sample(1)])
        #expect(first.first?.keep == 1)
        #expect(first.first?.reason.contains("imported first") == true)
    }

    @Test func `a damaged file never stays when there is a whole one`() {
        let whole = Self.sample(2, width: 50, hash: Self.hash)
        let damaged = Self.sample(1, damage: .truncated, hash: Self.hash)
        let found = Self.groups([damaged, whole])
        #expect(found.first?.keep == 2)
        #expect(found.first?.reason == "It is whole; the others are damaged.")
        let small = Self.sample(3, width: 40, hash: Self.hash)
        #expect(
            Self.groups([damaged, whole, small]).first?.reason
                == "It has the most pixels: 50 x 100. Damaged files come last."
        )
    }

    @Test func `a chain of small changes is not one group`() {
        // Each differs from the next in 20 bits, the first from the third in 40.
        let samples = (0..<4).map { Self.sample(Int64($0), hash: Self.changed(0..<(20 * $0))) }
        let found = Self.groups(samples)
        #expect(found.map { $0.members.map(\.id) } == [[0, 1], [2, 3]])
    }

    @Test(arguments: ImageTransform.allCases)
    func `a turned copy is found, and how it was turned`(transform: ImageTransform) {
        let turned = Self.changed(0..<9).turned(transform)
        let found = Self.groups([
            Self.sample(1, bytes: 2000, hash: Self.hash), Self.sample(2, hash: turned),
        ])
        #expect(found.first?.keep == 1)
        #expect(found.first?.members.last?.transform == transform)
        #expect(found.first?.members.first?.transform == .identity)
        #expect(found.first?.members.last?.similarity == 1 - 9.0 / 256)
    }

    @Test(arguments: ImageTransform.allCases)
    func `a turned copy must be nearer than one that stands the same way`(
        transform: ImageTransform
    ) {
        func found(_ bits: Int) -> Bool {
            let turned = Self.changed(0..<bits).turned(transform)
            return !Self.groups([Self.sample(0, hash: Self.hash), Self.sample(1, hash: turned)])
                .isEmpty
        }
        #expect(found(24))
        #expect(found(28) == (transform == .identity))
        #expect(!found(29))
    }

    @Test func `of a picture that is its own mirror image the copy is not turned`() {
        let symmetric = PerceptualHash(words: SIMD4(repeating: 0x5555_1111_4444_0550))
        let hash = PerceptualHash(words: symmetric.words & ~SIMD4(1, 0, 0, 0))
        let found = Self.groups([
            Self.sample(1, hash: hash), Self.sample(2, hash: Self.changed(3..<9, of: hash)),
        ])
        #expect(found.first?.members.map(\.transform) == [.identity, .identity])
    }

    @Test(arguments: [ImageTransform.identity, .flipHorizontal])
    func `hashes that differ more need embeddings that agree`(transform: ImageTransform) {
        let samples = [
            Self.sample(0, hash: Self.hash),
            Self.sample(1, hash: Self.changed(0..<50).turned(transform)),
        ]
        #expect(Self.groups(samples).isEmpty)
        let found = Self.groups(samples, rows: Self.alike)
        #expect(found.map { $0.members.map(\.id) } == [[0, 1]])
        #expect(found.first?.members.last?.transform == transform)
        #expect(abs((found.first?.members.last?.similarity ?? 0) - 0.995) < 0.001)
        let unlike = SyntheticRows.matrix(2, dimension: 2, [1, 0, 1, 1])
        #expect(Self.groups(samples, rows: unlike).isEmpty)
    }

    @Test func `embeddings say nothing of copies that were turned by a quarter`() {
        let turned = Self.changed(0..<40).turned(.rotate90)
        let samples = [Self.sample(0, hash: Self.hash), Self.sample(1, hash: turned)]
        #expect(Self.groups(samples, rows: Self.alike).isEmpty)
    }

    @Test func `very near embeddings are of copies only when the hashes agree loosely`() {
        let loose = [Self.sample(0, hash: Self.hash), Self.sample(1, hash: Self.changed(0..<80))]
        #expect(Self.groups(loose, rows: Self.alike).count == 1)
        let far = [Self.sample(0, hash: Self.hash), Self.sample(1, hash: Self.changed(0..<81))]
        #expect(Self.groups(far, rows: Self.alike).isEmpty)
    }

    @Test func `where all pictures look alike a large cosine is not enough`() {
        var generator = SeededGenerator(seed: 3)
        // Every row is near the same direction, so that cosines are about 0.95.
        let values = (0..<200).flatMap { _ -> [Float] in
            [10] + SyntheticRows.normal(8, &generator).map { $0 * 0.8 }
        }
        let rows = SyntheticRows.matrix(200, dimension: 9, values)
        let samples = (0..<200).map { row in
            Self.sample(
                Int64(row),
                hash: row < 2 ? Self.changed(0..<(60 * row)) : Self.random(&generator)
            )
        }
        #expect(Self.groups(samples, rows: rows).isEmpty)
    }

    @Test func `pictures without texture are compared by their pixels only`() {
        let samples = [Self.sample(1, hash: Self.hash), Self.sample(2, hash: Self.hash)]
        #expect(Self.groups(samples).count == 1)
        let flat = ImageMetrics()
        #expect(Self.groups(samples, metrics: [1: flat, 2: flat]).isEmpty)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `planted copies are found, and nothing else`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var samples: [Sample] = []
        var expected: [[Int64]] = []
        for picture in 0..<300 {
            let hash = Self.random(&generator)
            let copies = picture % 5 == 0 ? Int(generator.next() % 4) : 0
            let ids = (0...copies).map { Int64(samples.count + $0) }
            for (copy, id) in ids.enumerated() {
                let start = Int.random(in: 0..<200, using: &generator)
                let transform = ImageTransform.allCases.randomElement(using: &generator)
                let copied = Self.changed(start..<(start + min(20, 10 * copy)), of: hash)
                let turned = copy > 0 ? copied.turned(transform ?? .identity) : copied
                samples.append(Self.sample(id, width: 100 - copy, hash: turned))
            }
            if copies > 0 { expected.append(ids) }
        }
        let found = Self.groups(samples.shuffled(using: &generator))
        #expect(found.map { $0.members.map(\.id) } == expected)
        #expect(found.map(\.keep) == expected.map { $0[0] })
        #expect(found.allSatisfy { $0.members.allSatisfy { (0...1).contains($0.similarity) } })
    }

    @Test(arguments: VectorKernelsTests.levels)
    func `every instruction set finds what comparing one by one finds`(
        level: VectorKernels.Level
    ) {
        // Few free bits, so that many hashes are near in all ways; every length of a rest is met.
        for count in [0, 1, 2, 7, 8, 9, 17, 60] {
            var generator = SeededGenerator(seed: UInt64(count))
            let mask = SIMD4<UInt64>(0x0110_0300_0040_8102, 0x0201_1000_0008_0010, 0x4_0001, 0x80)
            let hashes = (0..<count).map { _ in
                PerceptualHash(words: Self.hash.words ^ (Self.random(&generator).words & mask))
                    .turned(ImageTransform.allCases.randomElement(using: &generator) ?? .identity)
            }
            let samples = hashes.enumerated().map { Self.sample(Int64($0), hash: $1) }
            var thresholds = Deduplication.Thresholds()
            thresholds.certainBits = 6
            thresholds.certainTurnedBits = 4
            let found = Deduplication(
                thresholds: thresholds,
                kernels: VectorKernels(level: level)
            ).groups(of: samples, metrics: [:])
            let truth = Self.stars(hashes, thresholds)
            #expect(found.map { $0.members.map(\.id) } == truth.map { $0.map { Int64($0) } })
            #expect(count < 17 || !found.isEmpty)
        }
    }

    /// The groups by comparing every hash with all later ones.
    private static func stars(
        _ hashes: [PerceptualHash],
        _ thresholds: Deduplication.Thresholds
    ) -> [[Int]] {
        var isTaken = [Bool](repeating: false, count: hashes.count)
        return hashes.indices.compactMap { center in
            guard !isTaken[center] else { return nil }
            let members = hashes.indices.filter { other in
                guard other > center, !isTaken[other] else { return false }
                let plain = hashes[center].distance(to: hashes[other])
                let nearest = hashes[center].nearest(to: hashes[other]).distance
                // A turn counts when it brings the other nearer by more than 8 bits.
                return nearest + 8 < plain
                    ? nearest <= thresholds.certainTurnedBits : plain <= thresholds.certainBits
            }
            for member in members { isTaken[member] = true }
            return members.isEmpty ? nil : [center] + members
        }
    }
}
