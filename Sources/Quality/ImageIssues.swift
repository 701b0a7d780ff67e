package import CurationCore

/// Finds pictures that are damaged, too dark, too light, blurry, empty, or of an odd size or shape.
///
/// Every measure becomes a score from 0, worst, to 1, such that the threshold of the measure lies
/// at 0.5; a score below that is an issue. The kinds are those of CleanVision. Thresholds lie
/// between photos as they are and the same photos darkened, washed out and blurred on purpose: of
/// 4,000 ordinary ones hardly any is found.
package enum ImageIssues {
    /// A score below is an issue.
    package static let threshold = 0.5

    // Dark: 99 % of the pixels are below.
    private static let darkBrightest = 0.18
    // Light: the room above the mean times the room above the darkest pixels; of one even tone, which
    // is no photo that was washed out, the room above it.
    private static let lightRoom = 0.06
    private static let evenEntropy = 0.1
    private static let evenRoom = 0.1
    // Blurry: little detail, absolutely and for the contrast that there is. The second measure
    // spares pictures that are sharp but pale.
    private static let blurrySharpness = 10.0
    private static let blurryShare = 0.02
    // Low information: few grey levels in use, and no strong ones among them. The second measure
    // spares drawings and text.
    private static let lowEntropy = 1.5
    private static let lowContrast = 0.02
    // Odd size: 5 times larger or smaller, by side, than the median.
    private static let oddSize = 0.2
    // Odd aspect: the short side below 0.35 of the long one.
    private static let oddAspect = 0.35

    /// The issues of `samples`, in their order and that of the kinds.
    ///
    /// Samples without metrics are judged by damage, size and shape alone. Metrics are those of the
    /// picture made smaller, never larger, so that its long side has at most 320 pixels.
    package static func find(
        in samples: [Sample],
        metrics: [Sample.ID: ImageMetrics]
    ) -> [Issue] {
        let sides = samples.map(side).sorted()
        guard !sides.isEmpty else { return [] }
        let median = (sides[(sides.count - 1) / 2] + sides[sides.count / 2]) / 2
        return samples.flatMap { sample -> [Issue] in
            let scores = scores(of: sample, metrics: metrics[sample.id], medianSide: median)
            return Issue.Kind.allCases.compactMap { kind in
                guard let score = scores[kind], score < threshold else { return nil }
                return Issue(sample: sample.id, kind: kind, score: score)
            }
        }
    }

    /// The score of every kind that can be told; `medianSide` is the median over the data set of
    /// the square root of the pixels.
    package static func scores(
        of sample: Sample,
        metrics: ImageMetrics?,
        medianSide: Double
    ) -> [Issue.Kind: Double] {
        let (short, long) = (
            min(sample.width, sample.height), max(sample.width, sample.height)
        )
        let side = side(sample)
        var scores: [Issue.Kind: Double] = [
            .oddSize: score(min(side / medianSide, medianSide / side), threshold: oddSize),
            .oddAspect: score(Double(short) / Double(long), threshold: oddAspect),
            .truncated: sample.damage == nil ? 1 : 0,
        ]
        guard let metrics else { return scores }
        let information = information(metrics)
        scores[.dark] = score(metrics.brightest, threshold: darkBrightest)
        scores[.light] = lightness(metrics)
        // What shows nothing cannot be blurred.
        scores[.blurry] = information < threshold ? 1 : detail(metrics)
        scores[.lowInformation] = information
        return scores
    }

    private static func lightness(_ metrics: ImageMetrics) -> Double {
        let room = 1 - metrics.brightness
        return metrics.entropy < evenEntropy
            ? score(room, threshold: evenRoom)
            : score(room * (1 - metrics.darkest), threshold: lightRoom)
    }

    private static func information(_ metrics: ImageMetrics) -> Double {
        max(
            score(metrics.entropy, threshold: lowEntropy),
            score(metrics.contrast, threshold: lowContrast)
        )
    }

    private static func detail(_ metrics: ImageMetrics) -> Double {
        max(
            score(metrics.sharpness, threshold: blurrySharpness),
            score(detailShare(metrics), threshold: blurryShare)
        )
    }

    // The variance of the Laplacian as a share of the variance of the brightness itself.
    private static func detailShare(_ metrics: ImageMetrics) -> Double {
        let deviation = metrics.contrast * 255
        return deviation > 0 ? metrics.sharpness / (deviation * deviation) : 0
    }

    private static func side(_ sample: Sample) -> Double {
        (Double(sample.width) * Double(sample.height)).squareRoot()
    }

    private static func score(_ measure: Double, threshold: Double) -> Double {
        min(1, max(0, measure / (2 * threshold)))
    }
}
