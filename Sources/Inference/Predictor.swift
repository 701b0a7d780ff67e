package import CurationCore

/// Finds things in pictures without having been taught by this data set.
package protocol Predictor: Sendable {
    /// Which model it is.
    var id: EmbedderID { get }
    /// Pixels across and down of the images it takes; the caller squeezes them to that square.
    var inputSide: Int { get }

    /// The things in a picture.
    ///
    /// May be called by many threads at once.
    ///
    /// - Parameters:
    ///   - image: The picture squeezed to `inputSide` x `inputSide` pixels.
    ///   - width: Pixels of the picture across, which the result is measured in.
    ///   - height: Pixels of the picture down.
    /// - Returns: The things, surest first.
    /// - Throws: `InferenceError.wrongImageSize`, `.runFailed`.
    func predict(
        _ image: PixelBuffer,
        width: Int,
        height: Int
    ) throws(InferenceError) -> [PredictedObject]
}

/// A thing that a model found in a picture.
package struct PredictedObject: Sendable, Hashable {
    /// Where it is, in pixels of the upright picture.
    package let box: BoundingBox
    /// Its outline; nil from a model of boxes.
    package let outline: Polygon?
    /// Its class; nil from a model that knows none.
    package let category: String?
    /// How sure the model is, 0 to 1.
    package let score: Double

    /// Describes a thing.
    package init(box: BoundingBox, outline: Polygon?, category: String?, score: Double) {
        self.box = box
        self.outline = outline
        self.category = category
        self.score = score
    }
}

/// The predictors that there are, by the outputs that the cards of their models name.
package enum Predictors {
    /// Reads the model called `name`: one of boxes with scores, or of a mask.
    ///
    /// - Throws: `InferenceError` when it or its runtime is missing, or it is of another kind.
    package static func named(
        _ name: String,
        search: DependencySearch
    ) throws(InferenceError) -> any Predictor {
        let model = try OnnxImageModel(name, search: search)
        let roles = Set(model.card.outputs.map(\.role))
        if roles.contains(.boxes) { return try OnnxDetector(model) }
        if roles.contains(.mask) { return try OnnxSaliency(model) }
        throw .modelUnusable(
            path: model.path,
            reason: "it finds no things: its card names neither boxes nor a mask"
        )
    }
}
