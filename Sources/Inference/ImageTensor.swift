import CurationCore

/// Turns pixels into the numbers that a model takes, as its card says.
struct ImageTensor: Sendable {
    private let input: ModelCard.Input
    /// What each byte becomes, 256 numbers a channel.
    private let scale: [Float]

    init(_ input: ModelCard.Input) {
        self.input = input
        scale = zip(input.mean, input.std).flatMap { mean, std in
            (0..<256).map { (Float($0) - mean) / std }
        }
    }

    /// The scaled pixels of images, channel after channel.
    ///
    /// An image smaller than the input lies at its top left; the rest is of the mean color.
    func planes(of images: some Collection<PixelBuffer>) -> [Float] {
        let side = input.side
        let area = side * side
        var values = [Float](repeating: 0, count: images.count * 3 * area)
        var output = values.mutableSpan
        let scale = scale.span
        for (index, image) in images.enumerated() {
            let bytes = image.bytes.span
            for row in 0..<image.height {
                let start = index * 3 * area + row * side
                for column in 0..<image.width {
                    let pixel = 3 * (row * image.width + column)
                    let place = start + column
                    output[place] = scale[Int(bytes[pixel])]
                    output[place + area] = scale[256 + Int(bytes[pixel + 1])]
                    output[place + 2 * area] = scale[512 + Int(bytes[pixel + 2])]
                }
            }
        }
        return values
    }
}
