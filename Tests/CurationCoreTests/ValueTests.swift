import CurationCore
import Foundation
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [0, 0.001, -0.001, -999.5, 1_800_000_000.25, 1_700_000_000.999, 4_000_000_000])
    func `a moment comes back from its text`(seconds: Double) throws {
        let moment = Timestamp(seconds: seconds)
        #expect(try #require(Timestamp(moment.description)) == moment)
    }

    @Test func `every millisecond comes back from its text`() throws {
        for step in 0..<3000 {
            let moment = Timestamp(seconds: 1_795_416_123 + Double(step) / 1000)
            let again = try #require(Timestamp(moment.description))
            #expect(again == moment && again.description == moment.description)
        }
    }

    @Test func `the order of texts is the order of time`() {
        let moments = (0..<200).map { Timestamp(seconds: 1_700_000_000 + Double($0) * 0.37) }
        #expect(moments.map(\.description).sorted() == moments.map(\.description))
    }

    @Test func `it is RFC 3339 in UTC with milliseconds`() {
        #expect(Timestamp(seconds: 1_767_225_900).description == "2026-01-01T00:05:00.000Z")
        #expect(Timestamp("yesterday") == nil)
    }
}

@Suite struct LabelTests {
    private func decode(_ text: String) throws -> Label {
        try JSONDecoder().decode(Label.self, from: Data(text.utf8))
    }

    @Test func `labels are the JSON of the command line`() throws {
        let box = BoundingBox(x: 1.5, y: 2, width: 3, height: 4.25)
        for label in [
            Label.classification(category: "dog"), .detection(category: "dog", box: box),
        ] {
            let data = try JSONEncoder().encode(label)
            #expect(try JSONDecoder().decode(Label.self, from: data) == label)
        }
        #expect(
            try decode(#"{"type":"box","label":"dog","bbox":[1.5,2,3,4.25]}"#)
                == .detection(category: "dog", box: box)
        )
    }

    @Test(arguments: [
        #"{"type":"classification"}"#, #"{"type":"classification","label":""}"#,
        #"{"type":"circle","label":"a"}"#, #"{"type":"box","label":"a"}"#,
        #"{"type":"box","label":"a","bbox":[1,2,3]}"#,
        #"{"type":"box","label":"a","bbox":[1,2,0,3]}"#,
        #"{"type":"box","label":"a","bbox":[1,2,-3,3]}"#, #"{"label":"a"}"#, "[]",
    ])
    func `what is no label is refused`(text: String) {
        #expect(throws: DecodingError.self) { try decode(text) }
    }
}

@Suite struct SeededGeneratorTests {
    @Test func `the sequence of a seed never changes`() {
        var random = SeededGenerator(seed: 1_234_567)
        // The reference implementation's first numbers for this seed.
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }

    @Test func `units lie from 0 to 1 and fill it evenly`() {
        var random = SeededGenerator(seed: 3)
        var bins = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 {
            let unit = random.unit()
            #expect((0..<1).contains(unit))
            bins[Int(unit * 10)] += 1
        }
        #expect(bins.allSatisfy { (850...1150).contains($0) })
    }
}

@Suite struct ReviewItemTests {
    private func keys(_ item: ReviewItem) throws -> Set<String> {
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(item))
        return Set(try #require(object as? [String: Any]).keys)
    }

    private let image = ReviewItem.Image(
        Sample(
            id: 3,
            path: "/a.jpg",
            sha256: ContentDigest(of: "a"),
            format: .jpeg,
            width: 4,
            height: 5,
            bytes: 6,
            pixelDigest: ContentDigest(of: "pixels"),
            perceptualHash: PerceptualHash(words: .zero)
        )
    )

    @Test func `an item of one image has the keys of the contract`() throws {
        let item = ReviewItem(
            item: "r-1",
            lease: "l",
            expires: "2026-01-01T00:05:00.000Z",
            reason: .uncertain,
            image: image,
            predictions: [ReviewItem.Proposal(label: "cat", score: 0.9, source: "m@1")]
        )
        #expect(
            try keys(item)
                == ["item", "kind", "lease", "expires", "reason", "image", "predictions"]
        )
    }

    @Test func `a group has the keys of the contract and shows all its members`() throws {
        let item = ReviewItem(
            item: "r-1",
            lease: "l",
            expires: "2026-01-01T00:05:00.000Z",
            reason: .cluster,
            shown: [image],
            predictions: []
        )
        #expect(item.members == [3] && item.size == 1 && item.errorBound == 0)
        #expect(
            try keys(item) == [
                "item", "kind", "lease", "expires", "reason", "size", "shown", "members",
                "predictions", "error_bound",
            ]
        )
    }
}
