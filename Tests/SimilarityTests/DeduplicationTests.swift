import CurationCore
import Similarity
import Testing

@Suite struct DeduplicationTests {
    private static func sample(
        _ id: Int64,
        content: String? = nil,
        width: Int = 100,
        bytes: Int = 1000,
        hash: UInt64
    ) -> Sample {
        Sample(
            id: id,
            path: "/pictures/\(id).jpg",
            sha256: ContentDigest(of: content ?? "content \(id)"),
            format: .jpeg,
            width: width,
            height: 100,
            bytes: bytes,
            perceptualHash: hash
        )
    }

    private static func groups(
        _ samples: [Sample],
        metrics: [Sample.ID: ImageMetrics] = [:],
        rows: EmbeddingMatrix? = nil
    ) throws -> [DuplicateGroup] {
        let neighborhood = try rows.map {
            Deduplication.Neighborhood(matrix: $0, graph: try ExactSearch().graph(of: $0, k: 5))
        }
        return Deduplication().groups(of: samples, metrics: metrics, neighborhood: neighborhood)
    }

    @Test func `files with the same bytes are an exact group`() throws {
        let samples = [3, 1, 2].map { Self.sample($0, content: $0 == 2 ? "b" : "a", hash: ~0) }
        let found = try Self.groups([samples[0], samples[1]])
        #expect(found.count == 1)
        #expect(found.first?.kind == .exact)
        #expect(found.first?.keep == 1)
        #expect(found.first?.members.map(\.id) == [1, 3])
        #expect(found.first?.reason.contains("same bytes") == true)
        #expect(try Self.groups([samples[2]]).isEmpty)
    }

    @Test func `a near group has one sample of each content`() throws {
        let found = try Self.groups([
            Self.sample(1, content: "a", hash: 0xFF00),
            Self.sample(2, content: "a", hash: 0xFF00),
            Self.sample(3, content: "b", hash: 0xFF01),
        ])
        #expect(found.map(\.kind) == [.exact, .near])
        #expect(found.last?.members.map(\.id) == [1, 3])
    }

    @Test func `the picture with the most pixels stays, then the larger file, then the first`()
        throws
    {
        let pixels = try Self.groups([
            Self.sample(1, bytes: 9000, hash: 1), Self.sample(2, width: 200, hash: 1),
        ])
        #expect(pixels.first?.keep == 2)
        #expect(pixels.first?.reason == "It has the most pixels: 200 x 100.")
        let bytes = try Self.groups([
            Self.sample(1, hash: 1), Self.sample(2, bytes: 2000, hash: 1),
        ])
        #expect(bytes.first?.keep == 2)
        #expect(bytes.first?.reason.contains("2000 bytes") == true)
        let first = try Self.groups([Self.sample(2, hash: 1), Self.sample(1, hash: 1)])
        #expect(first.first?.keep == 1)
        #expect(first.first?.reason.contains("imported first") == true)
    }

    @Test func `a chain of small changes is not one group`() throws {
        // Each differs from the next in 4 bits, the first from the last in 12.
        let hashes: [UInt64] = [0, 0xF, 0xFF, 0xFFF]
        let samples = hashes.enumerated().map { Self.sample(Int64($0), hash: $1) }
        let found = try Self.groups(samples)
        #expect(found.map { $0.members.map(\.id) } == [[0, 1], [2, 3]])
    }

    @Test func `hashes that differ more need embeddings that agree`() throws {
        let samples = [Self.sample(0, hash: 0), Self.sample(1, hash: 0x3FF)]
        #expect(try Self.groups(samples).isEmpty)
        let alike = SyntheticRows.matrix(2, dimension: 2, [1, 0, 1, 0.1])
        let found = try Self.groups(samples, rows: alike)
        #expect(found.map { $0.members.map(\.id) } == [[0, 1]])
        #expect(abs((found.first?.members.last?.similarity ?? 0) - 0.995) < 0.001)
        let unlike = SyntheticRows.matrix(2, dimension: 2, [1, 0, 1, 1])
        #expect(try Self.groups(samples, rows: unlike).isEmpty)
    }

    @Test func `neighbours in the embedding are copies only when the hashes agree loosely`() throws
    {
        let rows = SyntheticRows.matrix(2, dimension: 2, [1, 0, 1, 0.1])
        let loose = [Self.sample(0, hash: 0), Self.sample(1, hash: 0xF_FFFF)]
        #expect(try Self.groups(loose, rows: rows).count == 1)
        let far = [Self.sample(0, hash: 0), Self.sample(1, hash: 0x1F_FFFF)]
        #expect(try Self.groups(far, rows: rows).isEmpty)
    }

    @Test func `where all pictures look alike a large cosine is not enough`() throws {
        var generator = SeededGenerator(seed: 3)
        // Every row is near the same direction, so that cosines are about 0.95.
        let values = (0..<200).flatMap { _ -> [Float] in
            [10] + SyntheticRows.normal(8, &generator).map { $0 * 0.8 }
        }
        let rows = SyntheticRows.matrix(200, dimension: 9, values)
        let samples = (0..<200).map { row in
            Self.sample(
                Int64(row),
                hash: row < 2 ? (1 << (12 * UInt64(row))) - 1 : generator.next()
            )
        }
        #expect(try Self.groups(samples, rows: rows).isEmpty)
    }

    @Test func `pictures without texture are compared by their bytes only`() throws {
        let samples = [Self.sample(1, hash: 0), Self.sample(2, hash: 0)]
        let flat = ImageMetrics(
            brightness: 0.5,
            darkest: 0.5,
            brightest: 0.5,
            contrast: 0,
            sharpness: 0,
            entropy: 0
        )
        #expect(try Self.groups(samples).count == 1)
        #expect(try Self.groups(samples, metrics: [1: flat, 2: flat]).isEmpty)
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `planted copies are found, and nothing else`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var samples: [Sample] = []
        var expected: [[Int64]] = []
        for picture in 0..<300 {
            let hash = generator.next()
            let copies = picture % 5 == 0 ? Int(generator.next() % 4) : 0
            let ids = (0...copies).map { Int64(samples.count + $0) }
            for (copy, id) in ids.enumerated() {
                let flips = (0..<min(copy, 3)).reduce(UInt64(0)) { mask, _ in
                    mask | 1 << (generator.next() % 64)
                }
                samples.append(Self.sample(id, width: 100 - copy, hash: hash ^ flips))
            }
            if copies > 0 { expected.append(ids) }
        }
        let found = try Self.groups(samples.shuffled(using: &generator))
        #expect(found.map { $0.members.map(\.id) } == expected)
        #expect(found.map(\.keep) == expected.map { $0[0] })
        #expect(found.allSatisfy { $0.members.allSatisfy { (0...1).contains($0.similarity) } })
    }

    @Test(arguments: VectorKernelsTests.levels)
    func `every instruction set finds the same groups`(level: VectorKernels.Level) {
        // 4 free bits of 64, so that many hashes are near; every length of a rest is met.
        for count in [0, 1, 2, 7, 8, 9, 40] {
            var generator = SeededGenerator(seed: UInt64(count))
            let samples = (0..<count).map { row in
                Self.sample(Int64(row), hash: generator.next() & 0x0F0F_0000_F0F0_0000)
            }
            let found = Deduplication(kernels: VectorKernels(level: level))
                .groups(of: samples, metrics: [:])
            let truth = Deduplication(kernels: VectorKernels(level: .scalar))
                .groups(of: samples, metrics: [:])
            #expect(found == truth)
            #expect(count < 40 || !found.isEmpty)
        }
    }
}
