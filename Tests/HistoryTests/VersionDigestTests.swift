import CurationCore
import History
import Testing

enum Labeled {
    static func sample(
        _ id: Int64,
        _ labels: [Label] = [],
        content: String? = nil,
        path: String? = nil
    ) -> LabeledSample {
        LabeledSample(
            sample: Sample(
                id: id,
                path: path ?? "/\(id).jpg",
                sha256: ContentDigest(of: content ?? "\(id)"),
                format: .jpeg,
                width: 10,
                height: 10,
                bytes: 100,
                pixelDigest: ContentDigest(of: "pixels"),
                perceptualHash: PerceptualHash(words: .zero)
            ),
            labels: labels
        )
    }

    static func cat() -> Label { .classification(category: "cat") }
    static func dog() -> Label { .classification(category: "dog") }

    static func box(_ name: String, _ x: Double, _ width: Double = 10) -> Label {
        .detection(category: name, box: BoundingBox(x: x, y: 0, width: width, height: 10))
    }
}

@Suite struct VersionDigestTests {
    private let set = [
        Labeled.sample(1, [Labeled.cat()]),
        Labeled.sample(2, [Labeled.box("a", 1), Labeled.box("b", 5)]),
        Labeled.sample(3), Labeled.sample(4, [Labeled.dog()], content: "1"),
    ]

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `order, paths and numbers do not matter`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let other = set.shuffled(using: &random).enumerated().map { index, sample in
            LabeledSample(
                sample: Labeled.sample(
                    Int64(100 - index),
                    content: nil,
                    path: "/elsewhere/\(index)"
                ).sample.withContent(sample.sample.sha256),
                labels: sample.labels.shuffled(using: &random)
            )
        }
        #expect(
            VersionDigest.content(other, categories: ["cat", "dog"])
                == VersionDigest.content(set, categories: ["cat", "dog"])
        )
    }

    @Test func `every label, picture and class matters`() {
        let all = [
            VersionDigest.content(set, categories: ["cat", "dog"]),
            VersionDigest.content(set, categories: ["dog", "cat"]),
            VersionDigest.content(Array(set.dropLast()), categories: ["cat", "dog"]),
            VersionDigest.content(set + [set[2]], categories: ["cat", "dog"]),
            VersionDigest.content(
                [Labeled.sample(1, [Labeled.dog()])] + set.dropFirst(),
                categories: ["cat", "dog"]
            ),
            VersionDigest.content([], categories: []),
        ]
        #expect(Set(all).count == all.count)
    }

    @Test func `the id covers what a commit says`() {
        let content = ContentDigest(of: "content")
        func id(
            parents: [ContentDigest] = [],
            branch: String = "main",
            author: String = "a",
            seconds: Double = 1,
            message: String = "m",
            lineage: [String: String] = [:]
        ) -> ContentDigest {
            VersionDigest.id(
                content: content,
                parents: parents,
                branch: branch,
                author: author,
                at: Timestamp(seconds: seconds),
                message: message,
                lineage: lineage
            )
        }
        let all = [
            id(), id(parents: [content]), id(author: "b"), id(seconds: 2), id(message: "n"),
            id(lineage: ["k": "v"]), id(branch: "other"),
        ]
        #expect(Set(all).count == all.count)
        #expect(id() == id())
    }
}

extension Sample {
    func withContent(_ sha256: ContentDigest) -> Sample {
        Sample(
            id: id,
            path: path,
            sha256: sha256,
            format: format,
            width: width,
            height: height,
            bytes: bytes,
            pixelDigest: pixelDigest,
            perceptualHash: perceptualHash
        )
    }
}
