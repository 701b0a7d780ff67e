import CurationCore
import Foundation
import Inference
import TestKit
import Testing

@Suite struct ModelCardTests {
    private let content = Array("a model".utf8)

    /// A card as people write it, with one text replaced.
    private func card(replacing text: String = "", with other: String = "") -> [UInt8] {
        let card = """
            {
              "name": "m", "file": "m.onnx", "sha256": "\(ContentDigest(of: content))",
              "input": {
                "name": "image", "side": 8, "layout": "NCHW", "channels": "RGB",
                "mean": [1, 2, 3], "std": [4, 5, 6]
              },
              "outputs": [{ "name": "out", "role": "embedding", "shape": [2] }],
              "licence": "MIT", "source": "a test"
            }
            """
        return Array(card.replacingOccurrences(of: text, with: other).utf8)
    }

    private func read(_ bytes: [UInt8]) throws -> ModelCard {
        let folder = try TemporaryFolder()
        try folder.write(bytes, to: "m.card.json")
        return try ModelCard.read("m", in: folder.url.path)
    }

    @Test func `a card is read`() throws {
        let card = try read(card())
        #expect(card.name == "m")
        #expect(card.input.side == 8)
        #expect(card.input.std == [4, 5, 6])
        #expect(card.outputs.map(\.role) == [.embedding])
        #expect(card.outputs.map(\.shape) == [[2]])
        #expect(card.labels == nil)
    }

    @Test(arguments: [
        ("\"side\": 8", "\"side\": 0", "input.side"),
        ("\"side\": 8", "\"side\": \"big\"", "side"),
        ("\"side\": 8,", "", "side is missing"),
        ("[1, 2, 3]", "[1, 2]", "input.mean"),
        ("[4, 5, 6]", "[4, 0, 6]", "input.std"),
        ("NCHW", "NHWC", "layout"),
        ("\"shape\": [2]", "\"shape\": [0]", "shape"),
        ("m.onnx", "../m.onnx", "without a folder"),
        ("}", "", "cannot be read"),
    ])
    func `a wrong card is refused with a reason`(
        text: String,
        other: String,
        reason: String
    ) throws {
        let error = try #require(throws: InferenceError.self) {
            try read(card(replacing: text, with: other))
        }
        guard case .cardUnreadable = error else {
            Testing.Issue.record("\(error)")
            return
        }
        #expect(error.description.contains(reason))
    }

    @Test func `a missing card is refused`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: InferenceError.self) { try ModelCard.read("m", in: folder.url.path) }
    }

    @Test func `a model file is held against its digest`() throws {
        let folder = try TemporaryFolder()
        let card = try read(card())
        let path = folder.url.path
        #expect(throws: InferenceError.modelNotFound(name: "m", searched: [path])) {
            try card.verifyFile(in: path)
        }
        try folder.write(content.dropLast(), to: "m.onnx")
        let damaged = InferenceError.modelDamaged(
            path: path + "/m.onnx",
            expected: ContentDigest(of: content),
            found: ContentDigest(of: content.dropLast())
        )
        #expect(throws: damaged) { try card.verifyFile(in: path) }
        try folder.write(content, to: "m.onnx")
        try card.verifyFile(in: path)
    }

    @Test(arguments: [
        ("\"side\": 8", "\"side\": 9"), ("[1, 2, 3]", "[1, 2, 4]"), ("[4, 5, 6]", "[4, 5, 7]"),
    ])
    func `how pixels are prepared is part of the digest`(text: String, other: String) throws {
        #expect(try read(card()).digest == read(card()).digest)
        #expect(try read(card()).digest != read(card(replacing: text, with: other)).digest)
    }

    @Test(arguments: ["efficientnet-lite0", "ssdlite-person", "u2netp"])
    func `the cards of the default models are sound`(name: String) throws {
        let folder = Fixtures.packageRoot.appending(path: "scripts/models").path
        let card = try ModelCard.read(name, in: folder)
        #expect(card.name == name)
        #expect(card.file == name + ".onnx")
    }
}
