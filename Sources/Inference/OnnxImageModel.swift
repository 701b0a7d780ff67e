import CurationCore

/// An ONNX model that takes square images, as its card describes it, ready to run.
struct OnnxImageModel: Sendable {
    /// What it is.
    let card: ModelCard
    /// Its name, and the digest of it and of how pixels are prepared.
    let id: EmbedderID
    /// Pixels across and down of the images it takes.
    var inputSide: Int { card.input.side }
    /// The model file.
    var path: String { session.path }

    private let session: OnnxSession
    private let tensor: ImageTensor

    /// Reads the model that `search` finds under `name`, and checks its digest.
    init(_ name: String, search: DependencySearch) throws(InferenceError) {
        let folder = try search.modelFolder(of: name)
        let card = try ModelCard.read(name, in: folder)
        try card.verifyFile(in: folder)
        try self.init(card: card, folder: folder, runtime: try search.loadRuntime())
    }

    /// Reads the model that `card` describes in `folder`, without checking its digest.
    init(card: ModelCard, folder: String, runtime: OnnxRuntime) throws(InferenceError) {
        self.card = card
        session = try OnnxSession(model: "\(folder)/\(card.file)", runtime: runtime)
        tensor = ImageTensor(card.input)
        id = EmbedderID(name: card.name, digest: card.digest)
    }

    /// The first output with the role whose shape fits; the error says what is wanted.
    func output(
        _ role: ModelCard.Role,
        _ wanted: String,
        where fits: ([Int]) -> Bool = { _ in true }
    ) throws(InferenceError) -> ModelCard.Output {
        guard let output = card.outputs.first(where: { $0.role == role }), fits(output.shape) else {
            throw .modelUnusable(path: path, reason: wanted)
        }
        return output
    }

    /// Throws unless an image fills the input.
    func checkSize(of image: PixelBuffer) throws(InferenceError) {
        guard image.width == inputSide, image.height == inputSide else {
            throw .wrongImageSize(
                expectedSide: inputSide,
                width: image.width,
                height: image.height
            )
        }
    }

    /// Runs the model on images together; one smaller than the input lies at its top left.
    ///
    /// - Throws: `InferenceError.runFailed`, also where a number is not finite.
    func run(
        _ images: some Collection<PixelBuffer>,
        _ outputs: ModelCard.Output...
    ) throws(InferenceError) -> [[Float]] {
        let found = try session.run(
            card.input.name,
            tensor.planes(of: images),
            shape: [images.count, 3, inputSide, inputSide],
            outputs: outputs.map { ($0.name, [images.count] + $0.shape) }
        )
        guard found.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw .runFailed(path: path, reason: "it gave numbers that are not finite")
        }
        return found
    }
}
