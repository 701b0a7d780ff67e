import CurationCore
import Testing

@Suite struct PerceptualHashTests {
    private static func random(_ seed: UInt64) -> PerceptualHash {
        var generator = SeededGenerator(seed: seed)
        var words = SIMD4<UInt64>()
        for index in 0..<4 { words[index] = generator.next() }
        // The mean has no sign.
        words[0] &= ~1
        return PerceptualHash(words: words)
    }

    private static func bit(_ u: Int, _ v: Int) -> PerceptualHash {
        var words = SIMD4<UInt64>()
        words[v / 4] = 1 << UInt64(v % 4 * 16 + u)
        return PerceptualHash(words: words)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `the text of a hash reads back`(seed: UInt64) {
        let hash = Self.random(seed)
        #expect(hash.hex.utf8.count == 64)
        #expect(PerceptualHash(hex: hash.hex) == hash)
    }

    @Test func `the last bits come first in the text`() {
        #expect(Self.bit(0, 15).hex == "0001" + String(repeating: "0", count: 60))
        #expect(Self.bit(1, 0).hex == String(repeating: "0", count: 63) + "2")
    }

    @Test(arguments: [
        "", "0", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
        "+" + String(repeating: "0", count: 63), String(repeating: "g", count: 64),
        String(repeating: "0", count: 31) + "-" + String(repeating: "0", count: 32),
    ])
    func `other texts are no hash`(text: String) {
        #expect(PerceptualHash(hex: text) == nil)
    }

    @Test func `the distance counts the bits that differ`() {
        let none = PerceptualHash(words: .zero)
        let all = PerceptualHash(words: SIMD4(repeating: .max))
        #expect(none.distance(to: all) == 256)
        #expect(all.distance(to: all) == 0)
        #expect(Self.bit(3, 9).distance(to: none) == 1)
    }

    @Test func `mirroring changes the sign of odd waves along its axis`() {
        let none = PerceptualHash(words: .zero)
        let mirrored = none.turned(.flipHorizontal)
        #expect(mirrored.distance(to: none) == 128)
        #expect(Self.bit(1, 0).turned(.flipHorizontal).distance(to: mirrored) == 1)
        #expect(mirrored.words[0] & 0b11 == 0b10)
        #expect(none.turned(.flipVertical).words[0] & 0x3_0003 == 0x3_0000)
    }

    @Test func `transposing makes waves across waves down`() {
        #expect(Self.bit(3, 9).turned(.transpose) == Self.bit(9, 3))
    }

    // What one turn after another is, by the turns of a sheet of paper.
    @Test(
        arguments: [
            (.rotate90, .rotate90, .rotate180), (.rotate90, .rotate270, .identity),
            (.rotate180, .rotate90, .rotate270), (.flipHorizontal, .flipVertical, .rotate180),
            (.flipHorizontal, .flipHorizontal, .identity), (.transpose, .transpose, .identity),
            (.transverse, .transverse, .identity), (.transpose, .flipHorizontal, .rotate90),
            (.transpose, .flipVertical, .rotate270), (.transpose, .rotate180, .transverse),
            (.flipHorizontal, .transpose, .rotate270),
        ] as [(ImageTransform, ImageTransform, ImageTransform)]
    )
    func `turns combine`(first: ImageTransform, second: ImageTransform, both: ImageTransform) {
        for seed in 0..<10 as Range<UInt64> {
            let hash = Self.random(seed)
            #expect(hash.turned(first).turned(second) == hash.turned(both))
        }
    }

    @Test(arguments: ImageTransform.allCases)
    func `the nearest turn is the one that was made`(transform: ImageTransform) {
        for seed in 0..<10 as Range<UInt64> {
            let hash = Self.random(seed)
            let noise = PerceptualHash(words: hash.words ^ Self.bit(5, 5).words)
            let nearest = hash.nearest(to: noise.turned(transform))
            #expect(nearest.distance == 1)
            #expect(nearest.transform == transform)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no turn is nearer than the nearest`(seed: UInt64) {
        let (left, right) = (Self.random(seed), Self.random(seed + 1000))
        let distances = ImageTransform.allCases.map { left.turned($0).distance(to: right) }
        #expect(left.nearest(to: right).distance == distances.min())
    }
}
