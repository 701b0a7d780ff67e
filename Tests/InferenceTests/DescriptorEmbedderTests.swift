import CurationCore
import Inference
import Testing

@Suite struct DescriptorEmbedderTests {
    let embedder = DescriptorEmbedder()

    /// Blocks of random colours that stay clear of black and white.
    private func blocks(seed: UInt64, brighter: UInt8 = 0) -> PixelBuffer {
        var generator = SeededGenerator(seed: seed)
        let colours = (0..<36 * 3).map { _ in UInt8.random(in: 40...180, using: &generator) }
        return DrawnPicture.draw(side: 96) { x, y, channel in
            colours[(y / 16 * 6 + x / 16) * 3 + channel] + brighter
        }
    }

    private func mirrored(_ image: PixelBuffer) -> PixelBuffer {
        DrawnPicture.draw(side: image.width) { x, y, channel in
            image.bytes[3 * (y * image.width + image.width - 1 - x) + channel]
        }
    }

    private func cosine(_ left: some Sequence<Float>, _ right: some Sequence<Float>) -> Float {
        let pairs = Array(zip(left, right))
        let dot = pairs.reduce(Float(0)) { $0 + $1.0 * $1.1 }
        let lefts = pairs.reduce(Float(0)) { $0 + $1.0 * $1.0 }
        let rights = pairs.reduce(Float(0)) { $0 + $1.1 * $1.1 }
        return dot / (lefts * rights).squareRoot()
    }

    @Test(arguments: UInt64(0)..<8)
    func `a vector has the stated dimension and length 1`(seed: UInt64) throws {
        let vector = try embedder.embed([blocks(seed: seed)])
        #expect(embedder.dimension == 1764 + 96 + 64)
        #expect(vector.count == embedder.dimension)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }

    @Test(arguments: UInt64(0)..<4)
    func `an image has the same vector alone and among others`(seed: UInt64) throws {
        let images = (0..<3).map { blocks(seed: seed + $0) }
        let together = try embedder.embed(images)
        let alone = try images.flatMap { try embedder.embed([$0]) }
        #expect(together == alone)
    }

    @Test(arguments: UInt64(0)..<8)
    func `gradients do not change with brightness, colours do`(seed: UInt64) throws {
        let plain = try embedder.embed([blocks(seed: seed)])
        let bright = try embedder.embed([blocks(seed: seed, brighter: 60)])
        let gradients = DescriptorEmbedder.gradients
        let layout = DescriptorEmbedder.layout
        #expect(cosine(plain[gradients], bright[gradients]) > 0.9999)
        #expect(cosine(plain[layout], bright[layout]) < 0.9)
    }

    @Test(arguments: UInt64(0)..<8)
    func `a mirrored picture keeps its palette and has other gradients`(seed: UInt64) throws {
        let image = blocks(seed: seed)
        let plain = try embedder.embed([image])
        let mirror = try embedder.embed([mirrored(image)])
        let gradients = DescriptorEmbedder.gradients
        let palette = DescriptorEmbedder.palette
        #expect(cosine(plain[palette], mirror[palette]) > 0.9999)
        #expect(cosine(plain[gradients], mirror[gradients]) < 0.95)
    }

    @Test(arguments: UInt64(0)..<8)
    func `a noisy copy is closer than another picture`(seed: UInt64) throws {
        let image = blocks(seed: seed)
        var generator = SeededGenerator(seed: seed)
        let noisy = PixelBuffer(
            width: 96,
            height: 96,
            bytes: image.bytes.map { $0 + UInt8.random(in: 0...6, using: &generator) }
        )
        let plain = try embedder.embed([image])
        let copy = cosine(plain, try embedder.embed([noisy]))
        let other = cosine(plain, try embedder.embed([blocks(seed: seed + 100)]))
        #expect(copy > 0.95)
        #expect(other < 0.9)
    }

    /// Stripes of a slope of `degrees` have their whole strength in the bins beside the normal.
    @Test(arguments: [
        (dx: 1, dy: 0, bins: [0, 1]), (dx: 0, dy: 1, bins: [4, 5]),
        (dx: 1, dy: 1, bins: [2, 3]), (dx: -1, dy: 1, bins: [6, 7]),
    ])
    func `a ramp falls into the bins of its direction`(dx: Int, dy: Int, bins: [Int]) throws {
        let ramp = DrawnPicture.draw(side: 96) { x, y, _ in UInt8(100 + dx * x / 2 + dy * y / 2) }
        let vector = try embedder.embed([ramp])
        // The block in the middle, where no border is near.
        let start = (3 * 7 + 3) * 36
        let cell = Array(vector[start..<start + 9])
        let strongest = cell.indices.sorted { cell[$0] > cell[$1] }
        #expect(strongest.prefix(bins.count).sorted().contains(bins[0]))
        #expect(
            cell.indices.allSatisfy { bins.contains($0) || cell[$0] < 0.3 * cell[strongest[0]] }
        )
    }

    @Test(arguments: [UInt8(0), 127, 255])
    func `an even picture has a finite vector without gradients`(grey: UInt8) throws {
        let vector = try embedder.embed([DrawnPicture.draw(side: 96) { _, _, _ in grey }])
        #expect(vector.allSatisfy { $0.isFinite })
        #expect(vector[DescriptorEmbedder.gradients].allSatisfy { $0 == 0 })
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }

    @Test func `an image of another size is refused`() {
        let expected = InferenceError.wrongImageSize(expectedSide: 96, width: 95, height: 95)
        #expect(throws: expected) {
            try embedder.embed([DrawnPicture.waves(side: 95, seed: 0)])
        }
    }

    @Test func `no image has no vector`() throws {
        #expect(try embedder.embed([]).isEmpty)
    }
}
