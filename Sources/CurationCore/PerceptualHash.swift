/// A 256-bit hash of what a picture looks like; copies of a picture differ in few bits.
///
/// Bit `16 v + u` is the sign of the coefficient of `u` half waves across and `v` down, 0...15, of
/// the DCT-II of the brightness. It is 0 for the mean, (0, 0). Because only signs are kept, the hash
/// of a turned or mirrored picture follows from that of the picture itself.
public struct PerceptualHash: Sendable, Hashable {
    /// The four rows of 64 bits; bit `i` of the hash is bit `i % 64` of word `i / 64`.
    public let words: SIMD4<UInt64>

    /// Takes the bits.
    public init(words: SIMD4<UInt64>) { self.words = words }

    /// How many bits differ, 0 to 256; unrelated pictures differ in about 128.
    public func distance(to other: PerceptualHash) -> Int {
        let differing = words ^ other.words
        return differing[0].nonzeroBitCount + differing[1].nonzeroBitCount
            + differing[2].nonzeroBitCount + differing[3].nonzeroBitCount
    }
}

// MARK: - Turns

extension PerceptualHash {
    /// The hash of the picture after it was turned or mirrored, but for bits whose coefficient is
    /// next to zero.
    public func turned(_ transform: ImageTransform) -> PerceptualHash {
        let source = transform.swapsSides ? transposed() : self
        return PerceptualHash(words: source.words ^ transform.signs)
    }

    /// How few bits of `other` differ from this hash when that is turned or mirrored, and how it must
    /// be; of two ways that are equally near, the first one of all.
    public func nearest(
        to other: PerceptualHash
    ) -> (distance: Int, transform: ImageTransform) {
        let transposed = transposed()
        var best = (distance: distance(to: other), transform: ImageTransform.identity)
        for transform in ImageTransform.allCases.dropFirst() {
            let source = transform.swapsSides ? transposed : self
            let turned = PerceptualHash(words: source.words ^ transform.signs)
            let distance = turned.distance(to: other)
            if distance < best.distance { best = (distance, transform) }
        }
        return best
    }

    /// Waves across become waves down: a transposed matrix of 16 x 16 bits.
    private func transposed() -> PerceptualHash {
        var transposed = SIMD4<UInt64>()
        for index in 0..<256 {
            let bit = words[index / 64] >> UInt64(index % 64) & 1
            // From row `index / 16` and column `index % 16`.
            let target = index % 16 * 16 + index / 16
            transposed[target / 64] |= bit << UInt64(target % 64)
        }
        return PerceptualHash(words: transposed)
    }
}

extension ImageTransform {
    /// Whether the turned picture is as wide as the other one is high.
    fileprivate var swapsSides: Bool {
        switch self {
        case .identity, .flipHorizontal, .rotate180, .flipVertical: false
        case .transpose, .rotate90, .transverse, .rotate270: true
        }
    }

    /// The coefficients whose sign changes, after the sides were swapped: mirroring an axis changes
    /// that of an odd number of half waves along it.
    fileprivate var signs: SIMD4<UInt64> {
        let oddAcross = SIMD4<UInt64>(repeating: 0xAAAA_AAAA_AAAA_AAAA)
        let oddDown = SIMD4<UInt64>(repeating: 0xFFFF_0000_FFFF_0000)
        return switch self {
        case .identity, .transpose: .zero
        case .flipHorizontal, .rotate90: oddAcross
        case .flipVertical, .rotate270: oddDown
        case .rotate180, .transverse: oddAcross ^ oddDown
        }
    }
}

// MARK: - Text

extension PerceptualHash: Codable, CustomStringConvertible {
    /// The bits as 64 hexadecimal digits, the last bits first.
    public var hex: String {
        (0..<4).reversed().map { index in
            let digits = String(words[index], radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// The same as `hex`.
    public var description: String { hex }

    /// Reads 64 hexadecimal digits; nil when they are none.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var words = SIMD4<UInt64>()
        for index in 0..<4 {
            let part = digits[(16 * index)..<(16 * index + 16)]
            guard let word = UInt64(String(decoding: part, as: UTF8.self), radix: 16),
                part.first != UInt8(ascii: "+")
            else { return nil }
            words[3 - index] = word
        }
        self.words = words
    }

    /// Reads the hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let hash = PerceptualHash(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "a perceptual hash has 64 hexadecimal digits"
            )
        }
        self = hash
    }

    /// Writes the hexadecimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
