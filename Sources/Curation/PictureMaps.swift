package import CurationCore
import Imaging
package import Inference

/// Says what is where in pictures, as the finder of things sees them.
package struct PictureMaps: Sendable {
    private let features: DenseFeatures
    /// How many windows along its longer side a picture is looked at in.
    let windows: Int

    /// Which model it is.
    package var id: EmbedderID { features.id }

    // A JPEG is decoded at less than its size while its shorter side keeps as many pixels.
    static let decodedSide = 384

    /// Reads the model.
    ///
    /// `windows`: How many of them along its longer side a picture is looked at in, 1 or more.
    /// - Throws: `CurationError.component` when it or its runtime is missing.
    package init(windows: Int = 1) throws {
        self.windows = windows
        do {
            features = try DenseFeatures(search: .ofThisProcess())
        } catch {
            throw CurationError.component("\(error)")
        }
    }

    /// What is where in a picture of `width` x `height` pixels, of which there may be fewer here.
    ///
    /// - Throws: `InferenceError` when the model cannot be run.
    package func map(
        of pixels: PixelBuffer,
        width: Int,
        height: Int
    ) throws(InferenceError) -> FeatureMap {
        let side = features.side(windows: windows)
        // By the size of the picture: scaled down, its sides may be rounded to the same length.
        let isWide = width >= height
        let (longer, shorter) = isWide ? (width, height) : (height, width)
        let other = min(side, max(1, (shorter * side * 2 + longer) / (longer * 2)))
        let scaled = pixels.resized(width: isWide ? side : other, height: isWide ? other : side)
        return try features.map(of: scaled, windows: windows, longerSide: longer)
    }

    /// What is made of the maps of pictures of a data set; nil for those that cannot be read any more.
    ///
    /// No more maps than there are cores are in memory at once, unless `body` keeps them.
    func map<Value: Sendable>(
        _ samples: [Sample],
        _ pictures: PictureReader,
        _ body: @Sendable (Sample, FeatureMap) -> Value
    ) throws -> [Value?] {
        let outcomes = WorkerPool.map(samples) { sample in
            Result {
                let pixels = try? pictures.pixels(of: sample, atLeast: windows * Self.decodedSide)
                return try pixels.map {
                    body(sample, try map(of: $0, width: sample.width, height: sample.height))
                }
            }
        }
        return try rephrasing { () throws in try outcomes.map { try $0.get() } }
    }
}
