package import CurationCore

/// Says with an ONNX model, described by its card, what is where in a picture.
package struct DenseFeatures: Sendable {
    /// The model that is used unless another one is named.
    package static let defaultModel = "efficientnet-lite0-dense"

    /// Which maps may be compared: those of the same id.
    package var id: EmbedderID { model.id }
    /// The longer side in pixels that pictures are scaled to.
    package var inputSide: Int { model.inputSide }

    private let model: OnnxImageModel
    private let output: ModelCard.Output

    /// Reads the model that `search` finds under `name`, and checks its digest.
    ///
    /// - Throws: `InferenceError` when it or its runtime is missing, damaged, or gives no map.
    package init(
        _ name: String = defaultModel,
        search: DependencySearch
    ) throws(InferenceError) {
        model = try OnnxImageModel(name, search: search)
        output = try model.output(
            .features,
            "its card names no output of role features with channels, rows, columns"
        ) { $0.count == 3 && $0[1] == $0[2] }
    }

    /// Pixels of a window along a cell of its map.
    private var cellSide: Int { inputSide / output.shape[1] }

    /// Places that windows of a picture share.
    private static let overlap = 2

    /// The longer side in pixels of a picture that is looked at in so many windows along it.
    package func side(windows: Int) -> Int {
        windows * inputSide - (windows - 1) * Self.overlap * cellSide
    }

    /// What is where in a picture.
    ///
    /// May be called by many threads at once.
    ///
    /// - Parameters:
    ///   - image: Upright pixels whose longer side is `side(windows:)`.
    ///   - windows: Windows along the longer side, 1 or more; more of them see smaller things, and cost
    ///     their square.
    ///   - size: The longer side of the whole picture in pixels, which the map is measured in.
    /// - Returns: The map of the picture, without what was filled up.
    /// - Throws: `InferenceError.wrongImageSize`, `.runFailed`.
    package func map(
        of image: PixelBuffer,
        windows: Int = 1,
        longerSide size: Int
    ) throws(InferenceError) -> FeatureMap {
        let side = side(windows: windows)
        guard max(image.width, image.height) == side else {
            throw .wrongImageSize(expectedSide: side, width: image.width, height: image.height)
        }
        let cell = Double(cellSide) * Double(size) / Double(side)
        let (columns, rows) = (starts(image.width), starts(image.height))
        var maps: [FeatureMap] = []
        for top in rows {
            for left in columns {
                let window = image.cropped(
                    left,
                    top,
                    min(inputSide, image.width - left),
                    min(inputSide, image.height - top)
                )
                maps.append(try map(ofWindow: window, cell: cell))
            }
        }
        return FeatureMap(joining: maps, across: columns.count, overlap: Self.overlap)
    }

    /// Where windows begin along a side.
    private func starts(_ length: Int) -> [Int] {
        let shared = Self.overlap * cellSide
        let step = inputSide - shared
        return Array(stride(from: 0, to: max(1, length - shared), by: step))
    }

    private func map(
        ofWindow image: PixelBuffer,
        cell: Double
    ) throws(InferenceError) -> FeatureMap {
        let values = try model.run(CollectionOfOne(image), output)[0]
        let (channels, places) = (output.shape[0], output.shape[1])
        let step = cellSide
        let columns = min(places, (image.width + step - 1) / step)
        let rows = min(places, (image.height + step - 1) / step)
        var turned = [Float](repeating: 0, count: rows * columns * channels)
        for channel in 0..<channels {
            for row in 0..<rows {
                let start = (channel * places + row) * places
                for column in 0..<columns {
                    turned[(row * columns + column) * channels + channel] = values[start + column]
                }
            }
        }
        return FeatureMap(
            columns: columns,
            rows: rows,
            channels: channels,
            cell: cell,
            values: turned
        )
    }
}
