import CurationCore
import Quality
import Testing

@Suite struct LabelAccuracyTests {
    @Test func `the figures of a worked example`() throws {
        let given: [Sample.ID: String] = [1: "cat", 2: "cat", 3: "dog", 4: "dog", 5: "cat", 9: "x"]
        let truth: [Sample.ID: String] = [
            1: "cat", 2: "dog", 3: "dog", 4: "dog", 5: "fox", 8: "cat",
        ]
        let accuracy = LabelAccuracy(given: given, reference: truth)
        #expect(accuracy.compared == 5)
        #expect(accuracy.correct == 3)
        #expect(accuracy.accuracy == 0.6)
        #expect(accuracy.interval == BinomialInterval(successes: 3, trials: 5))
        #expect(accuracy.classes.map(\.category) == ["cat", "dog", "fox"])
        #expect(accuracy.classes.map(\.support) == [1, 3, 1])
        #expect(accuracy.classes.map(\.precision) == [1.0 / 3, 1, nil])
        #expect(accuracy.classes.map(\.recall) == [1, 2.0 / 3, 0])
        #expect(accuracy.classes.map(\.f1) == [0.5, 0.8, 0])
        #expect(abs(try #require(accuracy.macroF1) - 1.3 / 3) < 1e-12)
    }

    @Test func `without samples in common there is no accuracy`() {
        let accuracy = LabelAccuracy(given: [1: "cat"], reference: [2: "cat"])
        #expect(accuracy.compared == 0)
        #expect(accuracy.accuracy == nil)
        #expect(accuracy.macroF1 == nil)
        #expect(accuracy.classes.isEmpty)
    }
}
