import CurationCore
import Imaging
import Inference
import TestKit
import Testing

@Suite(.enabled(if: InstalledModels.arePresent, "run scripts/setup first"))
struct ImageClassifierTests {
    @Test func `trousers are taken for trousers`() throws {
        let model = try ImageClassifier("efficientnet-lite0", search: InstalledModels.search)
        #expect(model.names.count == 1000)
        let answers = String(decoding: try Fixtures.bytes("photos-answers.csv"), as: UTF8.self)
        let pants = answers.split(separator: "\n").map { $0.split(separator: ",") }
            .filter { $0[1] == "pants" }.prefix(6)
        #expect(pants.count == 6)
        let side = model.inputSide
        var jeans = 0
        for line in pants {
            let picture = try ImageDecoder().decode(try Fixtures.bytes("photos/\(line[2])")).pixels
            let scores = try model.scores(picture.resized(width: side, height: side))
            let best = try #require(scores.indices.max { scores[$0] < scores[$1] })
            jeans += ["jeans", "sweatpants"].contains(model.names[best]) ? 1 : 0
            #expect(throws: InferenceError.self) { try model.scores(picture) }
        }
        // By chance it would be 1 in 500.
        #expect(jeans >= 2)
    }

    @Test func `a model without names is refused`() {
        #expect(throws: InferenceError.self) {
            try ImageClassifier("u2netp", search: InstalledModels.search)
        }
    }
}
