import CurationCore
import Foundation
import Imaging
import Quality
import TestKit
import Testing

/// What was done to a picture on purpose, and which share of pictures it is then found on.
struct ImageFault: Sendable, CustomTestStringConvertible {
    let kind: CurationCore.Issue.Kind
    /// Brightness becomes `gain` times itself plus `offset`, of 255.
    var gain = 1.0
    var offset = 0.0
    /// Radius of the blur in pixels of a picture whose longer side has 640.
    var blur = 0.0
    let found: ClosedRange<Double>

    var testDescription: String { "\(kind), \(gain) x + \(offset), blur \(blur)" }

    static let all: [ImageFault] = [
        // Planted faults, as they are looked for.
        ImageFault(kind: .dark, gain: 0.06, found: 1...1),
        ImageFault(kind: .dark, gain: 0.12, found: 1...1),
        ImageFault(kind: .light, gain: 0.08, offset: 240, found: 1...1),
        ImageFault(kind: .light, gain: 0.7, offset: 170, found: 0.95...1),
        ImageFault(kind: .blurry, blur: 12, found: 1...1),
        ImageFault(kind: .blurry, blur: 7, found: 0.98...1),
        // Weaker ones, of which some are missed.
        ImageFault(kind: .dark, gain: 0.2, found: 0.8...1),
        ImageFault(kind: .light, gain: 0.7, offset: 150, found: 0.8...1),
        ImageFault(kind: .blurry, blur: 5, found: 0.8...1),
        // A dim, a bright and a soft picture are none.
        ImageFault(kind: .dark, gain: 0.4, found: 0...0),
        ImageFault(kind: .light, gain: 1, offset: 40, found: 0...0.05),
        ImageFault(kind: .blurry, blur: 1.5, found: 0...0),
    ]

    /// Does it to a picture of the side at which pictures are measured.
    func plant(in picture: PixelBuffer) -> PixelBuffer {
        let (width, height) = (picture.width, picture.height)
        var values = picture.bytes.map(Double.init)
        let radius = blur * Double(max(width, height)) / 640
        if radius > 0 {
            let kernel = Self.kernel(radius)
            values = Self.convolved(values, lines: height, length: width, kernel: kernel)
            values = Self.convolved(values, lines: width, length: height, kernel: kernel)
        }
        let bytes = values.map { UInt8(min(255, max(0, (gain * $0 + offset).rounded()))) }
        return PixelBuffer(width: width, height: height, bytes: bytes)
    }

    private static func kernel(_ radius: Double) -> [Double] {
        let reach = Int((3 * radius).rounded(.up))
        let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * radius * radius)) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    /// Convolves along the lines, and turns rows into columns; the ends are repeated.
    private static func convolved(
        _ values: [Double],
        lines: Int,
        length: Int,
        kernel: [Double]
    ) -> [Double] {
        var turned = [Double](repeating: 0, count: values.count)
        let reach = kernel.count / 2
        for line in 0..<lines {
            for position in 0..<length {
                for (step, weight) in kernel.enumerated() {
                    let from = min(length - 1, max(0, position + step - reach))
                    for channel in 0..<3 {
                        turned[(position * lines + line) * 3 + channel] +=
                            weight * values[(line * length + from) * 3 + channel]
                    }
                }
            }
        }
        return turned
    }
}

@Suite struct ImageFaultTests {
    /// Sixty photos of clothes, as small as they are measured.
    private static let photos: [PixelBuffer] = {
        let decoder = ImageDecoder()
        let answers = try? String(contentsOf: Fixtures.url("photos-answers.csv"), encoding: .utf8)
        let names = (answers ?? "").split(separator: "\n")
            .filter { !$0.contains("(made") && !$0.contains("(copy)") }
            .compactMap { $0.split(separator: ",").dropFirst(2).first }
            .filter { $0.hasSuffix(".jpg") }
        return stride(from: 0, to: names.count, by: 6).compactMap { index in
            guard let bytes = try? Fixtures.bytes("photos/\(names[index])") else { return nil }
            return try? decoder.decode(bytes).pixels.resized(toFit: ImageMeasures.side)
        }
    }()

    private static func kinds(_ picture: PixelBuffer) -> [CurationCore.Issue.Kind] {
        let sample = Sample(
            id: 1,
            path: "/pictures/1.png",
            sha256: ContentDigest(of: "1"),
            format: .png,
            width: picture.width,
            height: picture.height,
            bytes: 1,
            pixelDigest: ContentDigest(of: "pixels"),
            perceptualHash: PerceptualHash(words: .zero)
        )
        let metrics = ImageMetrics(measuring: picture)
        return ImageIssues.find(in: [sample], metrics: [1: metrics]).map(\.kind)
    }

    @Test func `photos as they are have no issue of their pixels`() {
        #expect(Self.photos.count > 50)
        for photo in Self.photos {
            #expect(Self.kinds(photo).allSatisfy { $0 == .oddAspect })
        }
    }

    @Test(arguments: ImageFault.all)
    func `a fault is found on the share of photos that its strength allows`(fault: ImageFault) {
        let faulty = Self.photos.map { Self.kinds(fault.plant(in: $0)) }
        let share = Double(faulty.count { $0.contains(fault.kind) }) / Double(faulty.count)
        #expect(fault.found.contains(share))
    }

    @Test(arguments: [(60, false), (130, false), (200, false), (5, true), (250, true)])
    func `one tone is empty, and dark or light at the ends`(tone: Int, alsoOther: Bool) {
        let page = PixelBuffer(
            width: 64,
            height: 48,
            bytes: [UInt8](repeating: UInt8(tone), count: 64 * 48 * 3)
        )
        let kinds = Self.kinds(page)
        #expect(kinds.contains(.lowInformation))
        #expect(kinds.contains(tone < 128 ? .dark : .light) == alsoOther)
        #expect(!kinds.contains(.blurry))
    }

    @Test(arguments: [0.05, 0.2, 0.4])
    func `a thing on white is in order unless it is tiny, and so is a page of text`(side: Double) {
        // A thing with some texture, on pure white.
        let product = Self.drawn { x, y in
            let near = max(abs(x - 160), abs(y - 120))
            return Double(near) < side * 120 ? 60 + (x * 7 + y * 13) % 90 : 255
        }
        #expect(Self.kinds(product) == (side < 0.1 ? [.light] : []))
        // Lines of black strokes, as many as they are high apart.
        let page = Self.drawn { x, y in
            y % 14 < 7 && (x * 31 + y / 14 * 17) % 11 < 3 && x < Int(side * 800) ? 0 : 255
        }
        #expect(Self.kinds(page) == [])
    }

    private static func drawn(_ value: (Int, Int) -> Int) -> PixelBuffer {
        var bytes: [UInt8] = []
        for y in 0..<240 {
            for x in 0..<320 {
                bytes += [UInt8](repeating: UInt8(value(x, y)), count: 3)
            }
        }
        return PixelBuffer(width: 320, height: 240, bytes: bytes)
    }
}
