import CurationCore
import Foundation
import Inference
import TestKit
import Testing

@Suite(.enabled(if: InstalledModels.arePresent, "run scripts/setup first"))
struct OnnxEmbedderTests {
    private let embedder: OnnxEmbedder

    init() throws {
        embedder = try OnnxEmbedder(
            EmbedderChoice.defaultModel,
            search: InstalledModels.search
        )
    }

    @Test(arguments: [0, 1])
    func `vectors are those of the Python package`(seed: Int) throws {
        let bytes = try Fixtures.bytes("models/efficientnet-lite0.golden.json")
        let golden = try JSONDecoder().decode([String: [Float]].self, from: Data(bytes))
        let expected = try #require(golden["\(seed)"])
        let vector = try embedder.embed([DrawnPicture.waves(side: 224, seed: seed)])
        #expect(embedder.dimension == 1280)
        try #require(vector.count == expected.count)
        #expect(zip(vector, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func `an image has the same vector alone and in a batch that is cut in parts`() throws {
        let images = (0..<9).map { DrawnPicture.waves(side: 224, seed: $0) }
        let together = try embedder.embed(images)
        try #require(together.count == 9 * embedder.dimension)
        for (index, image) in images.enumerated() {
            let alone = try embedder.embed([image])
            let start = index * embedder.dimension
            let same = zip(alone, together[start..<start + embedder.dimension])
                .allSatisfy { abs($0 - $1) < 1e-4 }
            #expect(same, "image \(index)")
        }
    }

    @Test func `two threads that share a session get the same vectors`() async throws {
        let images = (0..<2).map { DrawnPicture.waves(side: 224, seed: $0) }
        let expected = try embedder.embed(images)
        let shared = embedder
        let agree = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 {
                group.addTask { @concurrent in
                    for _ in 0..<4 where try shared.embed(images) != expected { return false }
                    return true
                }
            }
            return try await group.allSatisfy { $0 }
        }
        #expect(agree)
    }

    @Test func `an image of another size is refused`() {
        let expected = InferenceError.wrongImageSize(expectedSide: 224, width: 96, height: 96)
        #expect(throws: expected) {
            try embedder.embed([DrawnPicture.waves(side: 96, seed: 0)])
        }
    }

    @Test func `no image has no vector`() throws {
        #expect(try embedder.embed([]).isEmpty)
    }

    @Test func `the id names the model`() {
        #expect(embedder.id.name == "efficientnet-lite0")
    }

    @Test func `a model without an embedding is refused`() throws {
        let folder = try InstalledModels.search.modelFolder(of: "ssdlite-person")
        let card = try ModelCard.read("ssdlite-person", in: folder)
        let runtime = try InstalledModels.search.loadRuntime()
        #expect(throws: InferenceError.self) {
            try OnnxEmbedder(card: card, folder: folder, runtime: runtime)
        }
    }
}
