import CurationCore
import Quality
import Testing

@Suite struct ImageIssuesTests {
    private static func sample(
        _ id: Int64,
        width: Int = 400,
        height: Int = 300,
        damage: ImageDamage? = nil
    ) -> Sample {
        Sample(
            id: id,
            path: "/pictures/\(id).png",
            sha256: ContentDigest(of: "\(id)"),
            format: .png,
            width: width,
            height: height,
            bytes: 1,
            damage: damage,
            pixelDigest: ContentDigest(of: "pixels \(id)"),
            perceptualHash: PerceptualHash(words: .zero)
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
        var metrics = ImageMetrics()
        metrics.brightness = brightness
        metrics.darkest = darkest
        metrics.brightest = brightest
        metrics.contrast = contrast
        metrics.sharpness = sharpness
        metrics.entropy = entropy
        return metrics
    }

    private static func kinds(_ metrics: ImageMetrics) -> [CurationCore.Issue.Kind] {
        ImageIssues.find(in: [sample(1)], metrics: [1: metrics]).map(\.kind)
    }

    @Test func `an ordinary photo has no issue`() {
        #expect(Self.kinds(Self.metrics()) == [])
    }

    // Of a photo whose light was cut to 12 % and to 6 %; and a night with lamps.
    @Test func `a photo taken without light is dark`() {
        let dark = Self.metrics(
            brightness: 0.07,
            darkest: 0.01,
            brightest: 0.12,
            contrast: 0.03,
            sharpness: 23,
            entropy: 4.2
        )
        #expect(Self.kinds(dark) == [.dark])
        let darker = Self.metrics(
            brightness: 0.03,
            darkest: 0,
            brightest: 0.06,
            contrast: 0.012,
            sharpness: 4.4,
            entropy: 3.3
        )
        #expect(Self.kinds(darker) == [.dark])
        #expect(Self.kinds(Self.metrics(brightness: 0.05, darkest: 0, brightest: 0.27)) == [])
    }

    @Test func `lights in the night are told from a dark picture by how far they stand out`() {
        let evenly = Self.metrics(brightness: 0.11, darkest: 0.01, brightest: 0.18, contrast: 0.04)
        #expect(Self.kinds(evenly) == [.dark])
        let lamps = Self.metrics(brightness: 0.03, darkest: 0, brightest: 0.18, contrast: 0.04)
        #expect(Self.kinds(lamps) == [])
    }

    @Test func `a photo that is washed out is light`() {
        let washed = Self.metrics(
            brightness: 0.97,
            darkest: 0.94,
            brightest: 1,
            contrast: 0.016,
            sharpness: 6,
            entropy: 3.2
        )
        #expect(Self.kinds(washed) == [.light])
        // Raised by 150 of 255 and more, so that its white is clipped.
        let raised = Self.metrics(brightness: 0.82, darkest: 0.63, brightest: 1, contrast: 0.16)
        #expect(Self.kinds(raised) == [.light])
    }

    @Test func `a picture that is pale by itself is not light`() {
        // Blood cells under a microscope, as they are and a tenth brighter.
        let cells = Self.metrics(brightness: 0.76, darkest: 0.6, brightest: 0.88, contrast: 0.05)
        #expect(Self.kinds(cells) == [])
        let brighter = Self.metrics(
            brightness: 0.87,
            darkest: 0.61,
            brightest: 0.98,
            contrast: 0.09
        )
        #expect(Self.kinds(brighter) == [])
        // A thing on white, and fog.
        let product = Self.metrics(brightness: 0.94, darkest: 0.35, brightest: 1, contrast: 0.14)
        #expect(Self.kinds(product) == [])
        let fog = Self.metrics(brightness: 0.73, darkest: 0.6, brightest: 0.82, contrast: 0.05)
        #expect(Self.kinds(fog) == [])
    }

    @Test func `little detail is blurry unless there are few tones or little contrast`() {
        #expect(Self.kinds(Self.metrics(sharpness: 6.5)) == [.blurry])
        #expect(Self.kinds(Self.metrics(contrast: 0.08, sharpness: 3)) == [.blurry])
        // Soft as it is, the second one is as sharp as a pale picture can be.
        #expect(Self.kinds(Self.metrics(sharpness: 14)) == [])
        #expect(Self.kinds(Self.metrics(contrast: 0.05, sharpness: 9)) == [])
        // Blood cells, and a few fluorescent ones on black.
        let cells = Self.metrics(
            brightness: 0.68,
            darkest: 0.52,
            brightest: 0.81,
            contrast: 0.08,
            sharpness: 7.1,
            entropy: 6.1
        )
        #expect(Self.kinds(cells) == [])
        let nuclei = Self.metrics(
            brightness: 0.035,
            darkest: 0,
            brightest: 0.32,
            contrast: 0.074,
            sharpness: 4.8,
            entropy: 3.1
        )
        #expect(Self.kinds(nuclei) == [])
    }

    @Test func `a flat picture has low information, a drawing has not`() {
        for tone in [0.3, 0.5, 0.79] {
            let flat = Self.metrics(
                brightness: tone,
                darkest: tone,
                brightest: tone,
                contrast: 0,
                sharpness: 0,
                entropy: 0
            )
            #expect(Self.kinds(flat) == [.lowInformation])
        }
        #expect(Self.kinds(Self.metrics(contrast: 0.2, entropy: 0.6)) == [])
        #expect(Self.kinds(Self.metrics(contrast: 0.01, sharpness: 1, entropy: 3)) == [])
    }

    @Test func `a black and a white page are dark and light as well`() {
        for (tone, kind) in [(0.02, CurationCore.Issue.Kind.dark), (0.98, .light)] {
            let page = Self.metrics(
                brightness: tone,
                darkest: tone,
                brightest: tone,
                contrast: 0,
                sharpness: 0,
                entropy: 0
            )
            #expect(Self.kinds(page) == [kind, .lowInformation])
        }
    }

    @Test(arguments: [ImageDamage.truncated, .corrupt])
    func `a damaged file is told with and without metrics`(damage: ImageDamage) {
        let sample = Self.sample(1, damage: damage)
        for metrics in [[:], [1: Self.metrics()]] as [[Sample.ID: ImageMetrics]] {
            let found = ImageIssues.find(in: [sample], metrics: metrics)
            #expect(found.map(\.kind) == [.truncated])
            #expect(found.map(\.score) == [0])
        }
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

    @Test func `the median lies between the two in the middle`() {
        #expect(ImageIssues.medianSide(of: [4, 1]) == 2.5)
        #expect(ImageIssues.medianSide(of: [9, 1, 4]) == 4)
        #expect(ImageIssues.medianSide(of: []) == nil)
    }
}
