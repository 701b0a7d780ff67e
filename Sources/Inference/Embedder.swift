package import CurationCore

/// Turns images into vectors that are close for similar pictures.
package protocol Embedder: Sendable {
    /// Says which vectors may be compared: those of the same id.
    var id: EmbedderID { get }
    /// Numbers a vector.
    var dimension: Int { get }
    /// Pixels across and down of the images it takes; the caller squeezes them to that square.
    var inputSide: Int { get }

    /// The vectors of `images`, one after the other: `images.count * dimension` numbers.
    ///
    /// May be called by many threads at once.
    ///
    /// - Throws: `InferenceError.wrongImageSize` when an image is not `inputSide` x `inputSide`,
    ///   and `InferenceError.runFailed` when the model cannot be run.
    func embed(_ images: [PixelBuffer]) throws(InferenceError) -> [Float]
}

extension Embedder {
    /// Throws unless all images have the size that goes in.
    func checkSizes(of images: [PixelBuffer]) throws(InferenceError) {
        for image in images where image.width != inputSide || image.height != inputSide {
            throw .wrongImageSize(
                expectedSide: inputSide,
                width: image.width,
                height: image.height
            )
        }
    }
}
