import CurationCore
import Foundation
import Storage

/// Makes a data set of pictures that nobody has: measures, and proposals of 80 classes, one in eight of them
/// decided.
struct BenchDataset {
    static let classes = 80
    private static let batch = 20_000
    private static let clusters = 2_000
    private let moment = Timestamp(seconds: 1_800_000_000)
    private let store: DatasetStore

    init(folder: URL) throws {
        store = try DatasetStore(
            creating: folder,
            schema: LabelSchema(
                task: .classification,
                categories: (1...Self.classes).map {
                    CurationCore.Category(id: $0, name: "class \($0)")
                }
            ),
            at: moment
        )
    }

    func fill(_ images: Int) throws {
        var random = SeededGenerator(seed: 7)
        for start in stride(from: 0, to: images, by: Self.batch) {
            let samples = (start..<min(start + Self.batch, images)).map {
                Self.sample($0, &random)
            }
            try store.add(samples, failures: [], author: "import", at: moment)
        }
        let model = StoredModel(name: "bench", digest: ContentDigest(of: "bench"), parameters: [:])
        let found = (1...Int64(images)).filter { $0 % 8 != 0 }.map { id in
            Prediction(
                sample: id,
                label: .classification(
                    category: "class \(Int.random(in: 1...Self.classes, using: &random))"
                ),
                score: Double(Int.random(in: 0...1000, using: &random)) / 1000
            )
        }
        try store.replaceProposals(found, model: model, at: moment)
        let numbers = (0..<images).map { _ in Int.random(in: -1..<Self.clusters, using: &random) }
        try store.replaceClustering(
            Clustering(
                assignments: numbers,
                probabilities: [Float](repeating: 0.5, count: images),
                clusterCount: Self.clusters
            ),
            samples: Array(1...Int64(images))
        )
        try store.checkpoint()
    }

    /// The class that a picture has indeed.
    static func category(of id: Int64) -> String { "class \((id - 1) % Int64(classes) + 1)" }

    /// Gives every picture a vector near to the middle of its class, of length 1.
    func embed(_ images: Int, dimension: Int, noise: Float) throws {
        var random = SeededGenerator(seed: 11)
        func normal() -> Float {
            let (u, v) = (1 - random.unit(), random.unit())
            return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
        }
        let middles = (0..<Self.classes).map { _ in (0..<dimension).map { _ in normal() } }
        let embedder = EmbedderID(name: "bench", digest: ContentDigest(of: "bench"))
        // Drawing each number anew would take longer than all that is measured.
        let drawn = (0..<1 << 20).map { _ in noise * normal() }
        for start in stride(from: 0, to: images, by: Self.batch) {
            let ids = (start..<min(start + Self.batch, images)).map { Int64($0 + 1) }
            var values: [Float] = []
            values.reserveCapacity(ids.count * dimension)
            for id in ids {
                let from = Int(random.next() % UInt64(drawn.count - dimension))
                let middle = middles[Int(id - 1) % Self.classes]
                let row = zip(middle, drawn[from..<from + dimension]).map { $0 + $1 }
                let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
                values += row.map { $0 / length }
            }
            let rows = EmbeddingMatrix(samples: ids, dimension: dimension, values: values)
            try store.add([(rows, embedder)])
        }
        try store.checkpoint()
    }

    private static func sample(_ number: Int, _ random: inout SeededGenerator) -> NewSample {
        func share() -> Double { Double(Int.random(in: 0...10_000, using: &random)) / 10_000 }
        var metrics = ImageMetrics()
        metrics.brightness = share()
        metrics.darkest = metrics.brightness * 0.2
        metrics.brightest = min(1, metrics.brightness + 0.3)
        metrics.contrast = share() / 2
        metrics.sharpness = exp(share() * 8)
        metrics.entropy = share() * 8
        metrics.colorfulness = share() * 80
        metrics.saturation = share()
        let isDecided = (number + 1) % 8 == 0
        let label = NewSample.GivenLabel(
            label: .classification(category: "class \(number % classes + 1)"),
            state: .accepted,
            source: "import:bench"
        )
        return NewSample(
            path: "/pictures/of the bench/folder \(number / 1000)/picture-\(number).jpg",
            sha256: ContentDigest(of: "picture \(number)"),
            format: number % 10 == 0 ? .png : .jpeg,
            width: 640,
            height: number % 3 == 0 ? 640 : 480,
            bytes: 20_000 + number % 60_000,
            modifiedAt: 1,
            pixelDigest: ContentDigest(of: "pixels \(number)"),
            perceptualHash: PerceptualHash(words: [UInt64(number), 1, 2, 3]),
            metrics: metrics,
            labels: isDecided ? [label] : []
        )
    }
}
