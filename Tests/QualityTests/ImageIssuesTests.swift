import CurationCore
import Quality
import Testing

@Suite struct ImageIssuesTests {
    private static func sample(_ id: Int64, width: Int = 400, height: Int = 300) -> Sample {
        Sample(
            id: id,
            path: "/pictures/\(id).png",
            sha256: ContentDigest(of: "\(id)"),
            format: .png,
            width: width,
            height: height,
            bytes: 1,
            perceptualHash: 0
        )
    }

    // The medians of 800 photos of clothes, unless said otherwise.
    private static func metrics(
        brightness: Double = 0.51,
        darkest: Double = 0.12,
        brightest: Double = 0.88,
        contrast: Double = 0.21,
        sharpness: Double = 800,
        entropy: Double = 7.1
    ) -> ImageMetrics {
        ImageMetrics(
            brightness: brightness,
            darkest: darkest,
            brightest: brightest,
            contrast: contrast,
            sharpness: sharpness,
            entropy: entropy
        )
    }

    private static func kinds(_ metrics: ImageMetrics) -> [CurationCore.Issue.Kind] {
        ImageIssues.find(in: [sample(1)], metrics: [1: metrics]).map(\.kind)
    }

    @Test func `an ordinary photo has no issue`() {
        #expect(Self.kinds(Self.metrics()) == [])
    }

    @Test func `a photo taken without light is dark`() {
        let dark = Self.metrics(
            brightness: 0.1,
            darkest: 0.02,
            brightest: 0.18,
            contrast: 0.04,
            sharpness: 43,
            entropy: 4.9
        )
        #expect(Self.kinds(dark) == [.dark])
        #expect(Self.kinds(Self.metrics(brightness: 0.05, darkest: 0)) == [.dark])
    }

    @Test func `a photo that is washed out is light`() {
        let washed = Self.metrics(
            brightness: 0.9,
            darkest: 0.82,
            brightest: 0.98,
            contrast: 0.05,
            sharpness: 43,
            entropy: 4.9
        )
        #expect(Self.kinds(washed) == [.light])
        #expect(Self.kinds(Self.metrics(brightness: 0.85, darkest: 0.1)) == [])
    }

    @Test func `little detail is blurry unless there is little contrast too`() {
        #expect(Self.kinds(Self.metrics(sharpness: 8)) == [.blurry])
        #expect(Self.kinds(Self.metrics(contrast: 0.02, sharpness: 12)) == [])
    }

    @Test func `a flat picture has low information, a drawing has not`() {
        let flat = Self.metrics(
            brightness: 0.5,
            darkest: 0.5,
            brightest: 0.5,
            contrast: 0,
            sharpness: 0,
            entropy: 0
        )
        #expect(Self.kinds(flat) == [.blurry, .lowInformation])
        #expect(Self.kinds(Self.metrics(contrast: 0.2, entropy: 0.6)) == [])
    }

    @Test func `a size far from the median is odd, both ways`() {
        var samples = (1...9).map { Self.sample($0) }
        samples.append(Self.sample(10, width: 4000, height: 3000))
        samples.append(Self.sample(11, width: 40, height: 30))
        let found = ImageIssues.find(in: samples, metrics: [:])
        #expect(found.map(\.kind) == [.oddSize, .oddSize])
        #expect(found.map(\.sample) == [10, 11])
        #expect(found.allSatisfy { abs($0.score - 0.25) < 1e-9 })
    }

    @Test func `a strip has an odd aspect, upright or not`() {
        let samples = [
            Self.sample(1, width: 600, height: 200), Self.sample(2, width: 200, height: 600),
            Self.sample(3, width: 600, height: 300),
        ]
        let found = ImageIssues.find(in: samples, metrics: [:])
        #expect(found.map(\.kind) == [.oddAspect, .oddAspect])
        #expect(found.map(\.sample) == [1, 2])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `scores stay between 0 and 1 and say whether there is an issue`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let metrics = Self.metrics(
            brightness: generator.unit(),
            darkest: generator.unit(),
            brightest: generator.unit(),
            contrast: generator.unit() / 2,
            sharpness: generator.unit() * 200,
            entropy: generator.unit() * 8
        )
        let sample = Self.sample(1, width: Int(generator.unit() * 900) + 1)
        let scores = ImageIssues.scores(of: sample, metrics: metrics, medianSide: 300)
        #expect(Set(scores.keys) == Set(CurationCore.Issue.Kind.allCases))
        #expect(scores.values.allSatisfy { (0...1).contains($0) })
        // A picture is the median of a set of itself, so its size is never odd there.
        let expected = CurationCore.Issue.Kind.allCases
            .filter { $0 != .oddSize && (scores[$0] ?? 1) < ImageIssues.threshold }
        let found = ImageIssues.find(in: [sample], metrics: [1: metrics])
        #expect(found.map(\.kind) == expected)
    }

    @Test func `no samples have no issues`() {
        #expect(ImageIssues.find(in: [], metrics: [:]).isEmpty)
    }
}
