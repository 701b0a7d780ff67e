/// What a model declares about one of its inputs or outputs.
package struct TensorDescription: Sendable, Equatable {
    /// The name.
    package let name: String
    /// Whether its numbers are 32-bit floats.
    package let isFloat: Bool
    /// The sizes of its dimensions; nil where any size will do.
    package let shape: [Int?]

    /// Describes a tensor.
    package init(name: String, isFloat: Bool, shape: [Int?]) {
        self.name = name
        self.isFloat = isFloat
        self.shape = shape
    }

    /// Whether a tensor of these sizes fits.
    package func fits(_ sizes: [Int]) -> Bool {
        isFloat && sizes.count == shape.count
            && zip(sizes, shape).allSatisfy { size, declared in size > 0 && declared ?? size == size
            }
    }
}

extension OnnxSession {
    /// Runs the model on `values` and gives its output called `output`, in row-major order.
    ///
    /// - Throws: `InferenceError.runFailed` when a name or a shape is not the model's, or when the
    ///   runtime fails.
    package func run(
        _ input: String,
        _ values: [Float],
        shape: [Int],
        output: String,
        outputShape: [Int]
    ) throws(InferenceError) -> [Float] {
        try run(input, values, shape: shape, outputs: [(output, outputShape)])[0]
    }

    /// Runs the model on `values` and gives several of its outputs, at most 4, each in row-major order.
    ///
    /// - Throws: as the same for one output.
    package func run(
        _ input: String,
        _ values: [Float],
        shape: [Int],
        outputs wanted: [(name: String, shape: [Int])]
    ) throws(InferenceError) -> [[Float]] {
        precondition(values.count == shape.reduce(1, *), "a tensor has one number a place")
        try check(input, shape, among: inputs, "input")
        for output in wanted { try check(output.name, output.shape, among: outputs, "output") }
        return try runUnchecked(input, values, shape: shape, outputs: wanted)
    }

    private func check(
        _ name: String,
        _ shape: [Int],
        among tensors: [TensorDescription],
        _ side: String
    ) throws(InferenceError) {
        guard let tensor = tensors.first(where: { $0.name == name }) else {
            let names = tensors.map(\.name).joined(separator: ", ")
            throw .runFailed(path: path, reason: "it has no \(side) \(name), but \(names)")
        }
        guard tensor.fits(shape) else {
            let declared = tensor.shape.map { $0.map(String.init) ?? "any" }
                .joined(separator: " x ")
            let wanted = shape.map(String.init).joined(separator: " x ")
            let type = tensor.isFloat ? "float" : "of another type than float"
            throw .runFailed(
                path: path,
                reason: "its \(side) \(name) is \(declared), \(type), not \(wanted), float"
            )
        }
    }
}
