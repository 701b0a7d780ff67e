import CurationCore
import Imaging
import TestKit
import Testing

@Suite struct FaultInjectionTests {
    private let decoder = ImageDecoder()
    private let longest = Duration.seconds(2)

    @Test(arguments: [
        "orientation-1.jpg", "progressive.jpg", "size-7x9.jpg", "profile-gray.jpg",
        "basi6a08.png", "turned-6.png", "profile-gray.png",
        "lossy.webp", "turned-6.webp", "alpha.webp", "animated.webp",
    ])
    func `a file cut at any length is an error, or is flagged, or lacks no pixel`(
        file: String
    ) throws {
        let bytes = try Fixtures.bytes("images/\(file)")
        let whole = try decoder.decode(bytes).pixels
        let clock = ContinuousClock()
        var wrong: [Int] = []
        for length in bytes.indices {
            let start = clock.now
            if !isRefusedFlaggedOrWhole(Array(bytes[..<length]), whole) { wrong.append(length) }
            if clock.now - start > longest { wrong.append(-length) }
        }
        #expect(wrong == [])
    }

    private func isRefusedFlaggedOrWhole(_ bytes: [UInt8], _ whole: PixelBuffer) -> Bool {
        do throws(ImagingError) {
            let image = try decoder.decode(bytes)
            return image.damage == .truncated || image.pixels == whole
        } catch {
            // A signature that is cut is none.
            return error.code == .truncated || error == .notAnImage && bytes.count < 12
        }
    }

    /// The files whose bits are flipped, of each format.
    static let seeds: [ImageFormat: [String]] = [
        .jpeg: ["size-7x9.jpg", "orientation-6.jpg", "profile-gray.jpg", "progressive.jpg"],
        .png: ["basi6a08.png", "basn3p02.png", "turned-6.png", "profile-gray.png"],
        .webp: ["turned-6.webp", "lossy.webp", "alpha.webp", "animated.webp"],
    ]

    @Test(arguments: [ImageFormat.jpeg, .png, .webp])
    func `flipped bits neither crash nor stall the decoder`(format: ImageFormat) throws {
        var generator = SeededGenerator(seed: UInt64(format.rawValue.count))
        let sounds = try (Self.seeds[format] ?? []).map { try Fixtures.bytes("images/\($0)") }
        let clock = ContinuousClock()
        var decoded = 0
        var slowest = Duration.zero
        for round in 0..<10_000 {
            var bytes = sounds[round % sounds.count]
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let bit = Int.random(in: 0..<bytes.count * 8, using: &generator)
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            }
            let start = clock.now
            let image = try? decoder.decode(bytes, atLeast: 16)
            slowest = max(slowest, clock.now - start)
            guard let image else { continue }
            decoded += 1
            // What bad files may cost: the memory of this many pixels.
            #expect(image.pixels.bytes.count <= 64 << 20)
        }
        #expect(slowest < longest)
        #expect(decoded > 1000)
    }
}
