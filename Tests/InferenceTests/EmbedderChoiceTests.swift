import CurationCore
import Foundation
import Inference
import TestKit
import Testing

@Suite struct EmbedderChoiceTests {
    @Test func `without a model the descriptor is taken, and the reason names the remedy`() throws {
        let folder = try TemporaryFolder()
        let choice = EmbedderChoice(search: DependencySearch(folders: [folder.url.path]))
        #expect(choice.embedder.id == DescriptorEmbedder().id)
        let reason = try #require(choice.fallbackReason)
        #expect(reason.contains("efficientnet-lite0"))
        #expect(reason.contains("scripts/setup"))
    }

    @Test(.enabled(if: InstalledModels.arePresent, "run scripts/setup first"))
    func `with a model but an unusable runtime the descriptor is taken`() throws {
        let search = DependencySearch(
            folders: InstalledModels.search.folders,
            namedRuntime: "/nowhere/libonnxruntime.so.1"
        )
        let choice = EmbedderChoice(search: search)
        #expect(choice.embedder.id == DescriptorEmbedder().id)
        #expect(choice.fallbackReason?.contains("/nowhere/libonnxruntime.so.1") == true)
    }

    @Test(.enabled(if: InstalledModels.arePresent, "run scripts/setup first"))
    func `a damaged model is not used`() throws {
        let folder = try TemporaryFolder()
        let source = try InstalledModels.search.modelFolder(of: EmbedderChoice.defaultModel)
        let card = try Data(contentsOf: URL(filePath: source + "/efficientnet-lite0.card.json"))
        try folder.write(Array(card), to: "models/efficientnet-lite0.card.json")
        try folder.write([1, 2, 3], to: "models/efficientnet-lite0.onnx")
        let choice = EmbedderChoice(search: DependencySearch(folders: [folder.url.path]))
        #expect(choice.embedder.id == DescriptorEmbedder().id)
        #expect(choice.fallbackReason?.contains("SHA-256") == true)
    }

    @Test(.enabled(if: InstalledModels.arePresent, "run scripts/setup first"))
    func `with a model and its runtime the model is taken`() {
        let choice = EmbedderChoice(search: InstalledModels.search)
        #expect(choice.embedder.id.name == EmbedderChoice.defaultModel)
        #expect(choice.fallbackReason == nil)
    }
}
