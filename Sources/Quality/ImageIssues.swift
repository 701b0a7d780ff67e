package import CurationCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Finds pictures that are damaged, too dark, too light, blurry, empty, or of an odd size or shape.
///
/// Every measure becomes a score from 0, worst, to 1, such that the threshold of the measure lies
/// at 0.5; a score below that is an issue. Of two measures of one kind the better counts. The kinds
/// are those of CleanVision.
///
/// The thresholds were fitted to photos as they are and the same photos darkened (to 12 % of the
/// light and less), washed out (70 % of the contrast, raised by 150 and more of 255) and blurred (by
/// 5 pixels of 640 and more): clothes, street scenes, microscope pictures and collages of them. They
/// lie in the gap between the two, nearer to the faults where it is wide. Weaker faults are found
/// less often, and what cannot be told from a fault by its tones is taken for one: fluorescent cells
/// that are nearly black, a white thing on white, a page with a line of text.
package enum ImageIssues {
    /// A score below is an issue.
    package static let threshold = 0.5

    // Dark: 99 % of the pixels are below, and do not stand far above the mean. The second measure
    // spares lights in the night.
    private static let darkBrightest = 0.2
    private static let darkGlow = 0.12
    // Light: no dark pixels, and little room around the tones for the contrast that there is. The
    // second measure spares what is pale by itself: it has no white, or little contrast.
    private static let lightLift = 0.45
    private static let lightRoom = 0.265
    private static let whiteWeight = 2.0
    private static let contrastWeight = 1.25
    // Blurry: little detail for how many tones there are and how far they lie apart. A soft picture
    // of few tones may be as sharp as what it shows.
    private static let blurryDetail = 0.13
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
        let sides = samples.map { Measures($0, metrics[$0.id]).side }
        guard let median = medianSide(of: sides) else { return [] }
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
        let picture = Measures(sample, metrics)
        let scores = Issue.Kind.allCases.compactMap { kind in
            score(kind, of: picture, medianSide: medianSide).map { (kind, $0) }
        }
        return Dictionary(uniqueKeysWithValues: scores)
    }

    /// The median of the sides of all pictures; nil without any.
    package static func medianSide(of sides: [Double]) -> Double? {
        guard !sides.isEmpty else { return nil }
        let sides = sides.sorted()
        return (sides[(sides.count - 1) / 2] + sides[sides.count / 2]) / 2
    }

    /// What a picture is judged by.
    package struct Measures: Sendable {
        let width: Int
        let height: Int
        let isDamaged: Bool
        let metrics: ImageMetrics?

        /// Takes the numbers of a picture.
        package init(width: Int, height: Int, isDamaged: Bool, metrics: ImageMetrics?) {
            self.width = width
            self.height = height
            self.isDamaged = isDamaged
            self.metrics = metrics
        }

        /// Takes the numbers of a sample.
        package init(_ sample: Sample, _ metrics: ImageMetrics?) {
            self.init(
                width: sample.width,
                height: sample.height,
                isDamaged: sample.damage != nil,
                metrics: metrics
            )
        }

        /// The square root of the pixels.
        package var side: Double { (Double(width) * Double(height)).squareRoot() }
    }

    /// The score of one kind; nil where it cannot be told.
    package static func score(
        _ kind: Issue.Kind,
        of picture: Measures,
        medianSide: Double
    ) -> Double? {
        let metrics = picture.metrics
        switch kind {
        case .dark: return metrics.map(darkness)
        case .light: return metrics.map(lightness)
        case .blurry:
            return metrics.map { metrics in
                // What shows nothing cannot be blurred.
                information(metrics) < threshold
                    ? 1 : score(detail(metrics), threshold: blurryDetail)
            }
        case .lowInformation: return metrics.map(information)
        case .oddSize:
            let side = picture.side
            return score(min(side / medianSide, medianSide / side), threshold: oddSize)
        case .oddAspect:
            let (short, long) = (
                min(picture.width, picture.height), max(picture.width, picture.height)
            )
            return score(Double(short) / Double(long), threshold: oddAspect)
        case .truncated: return picture.isDamaged ? 0 : 1
        }
    }

    private static func darkness(_ metrics: ImageMetrics) -> Double {
        max(
            score(metrics.brightest, threshold: darkBrightest),
            score(metrics.brightest - metrics.brightness, threshold: darkGlow)
        )
    }

    private static func lightness(_ metrics: ImageMetrics) -> Double {
        let lift = 1 - metrics.darkest
        let room =
            lift + whiteWeight * (1 - metrics.brightest) - contrastWeight * metrics.contrast
        return max(score(lift, threshold: lightLift), score(room, threshold: lightRoom))
    }

    private static func information(_ metrics: ImageMetrics) -> Double {
        max(
            score(metrics.entropy, threshold: lowEntropy),
            score(metrics.contrast, threshold: lowContrast)
        )
    }

    // The variance of the Laplacian for the tones: the geometric mean of their standard deviation
    // and of how many there are, which is 2 to the power of the entropy.
    private static func detail(_ metrics: ImageMetrics) -> Double {
        let tones = (metrics.contrast * 255 * exp2(metrics.entropy)).squareRoot()
        return tones > 0 ? metrics.sharpness / tones : 0
    }

    private static func score(_ measure: Double, threshold: Double) -> Double {
        min(1, max(0, measure / (2 * threshold)))
    }
}
