package import CurationCore

/// Finds pictures that are too dark, too light, blurry, empty, or of an odd size or shape.
///
/// Every measure becomes a score from 0, worst, to 1, such that the threshold of the measure lies
/// at 0.5; a score below that is an issue. The kinds are those of CleanVision. Thresholds were set
/// on photos of clothes, hands and street scenes, of which fewer than one in a hundred are found.
package enum ImageIssues {
    /// A score below is an issue.
    package static let threshold = 0.5

    // Dark: 99 % of the pixels are below 0.35, or the mean is below 0.08.
    private static let darkBrightest = 0.35
    private static let darkMean = 0.08
    // Light: the room above the mean times the room above the darkest pixels.
    private static let lightRoom = 0.06
    // Blurry: little detail, absolutely and for the contrast that there is. The second measure
    // spares pictures that are sharp but pale.
    private static let blurrySharpness = 90.0
    private static let blurryShare = 0.05
    // Low information: few grey levels in use, and no strong ones among them. The second measure
    // spares drawings and text.
    private static let lowEntropy = 3.0
    private static let lowContrast = 0.04
    // Odd size: 5 times larger or smaller, by side, than the median.
    private static let oddSize = 0.2
    // Odd aspect: the short side below 0.35 of the long one.
    private static let oddAspect = 0.35

    /// The issues of `samples`, in their order and that of the kinds.
    ///
    /// Samples without metrics are judged by size and shape alone. Metrics are those of the picture
    /// made smaller, never larger, so that its long side has at most 256 pixels.
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
        ]
        guard let metrics else { return scores }
        scores[.dark] = min(
            score(metrics.brightest, threshold: darkBrightest),
            score(metrics.brightness, threshold: darkMean)
        )
        scores[.light] = score(
            (1 - metrics.brightness) * (1 - metrics.darkest),
            threshold: lightRoom
        )
        scores[.blurry] = max(
            score(metrics.sharpness, threshold: blurrySharpness),
            score(detailShare(metrics), threshold: blurryShare)
        )
        scores[.lowInformation] = max(
            score(metrics.entropy, threshold: lowEntropy),
            score(metrics.contrast, threshold: lowContrast)
        )
        return scores
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
